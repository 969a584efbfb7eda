"""The calls of the Swap pallet: what a trade costs. Liquidity of users was taken off the chain."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from taokit.devnet.runtime.refusal import DispatchError, as_root
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor.storage import NETWORKS_ADDED
from taokit.devnet.runtime.swap import FEE_RATE, MAX_FEE_RATE


def set_fee_rate(state: State, origin: bytes | None, *, netuid: int, rate: int) -> None:
    """Root says what trades on a subnet cost, of 65535. Raises `MechanismDoesNotExist`, `FeeRateTooHigh`."""
    as_root(origin)
    if not state[NETWORKS_ADDED, netuid]:
        raise DispatchError("Swap", "MechanismDoesNotExist")
    if rate > MAX_FEE_RATE:
        raise DispatchError("Swap", "FeeRateTooHigh")
    state[FEE_RATE, netuid] = rate
    state.deposit("Swap", "FeeRateSet", netuid, rate)


def deprecated(state: State, origin: bytes | None, **args: Any) -> None:
    """The chain keeps the call and always refuses it."""
    raise DispatchError("Swap", "Deprecated")


HANDLERS: Final[Mapping[str, Callable[..., None]]] = {
    "set_fee_rate": set_fee_rate,
    "add_liquidity": deprecated,
    "remove_liquidity": deprecated,
    "modify_position": deprecated,
    "toggle_user_liquidity": deprecated,
    "disable_lp": deprecated,
}

__all__ = ["HANDLERS", "set_fee_rate"]
