"""Alpha that is given up: recycled, so that the subnet may mint it again, or burned for good."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import ensure, signed
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import coinbase, shares, staking, subnets
from taokit.devnet.runtime.subtensor.storage import OWNER, SUBNET_ALPHA_OUT, SUBTOKEN_ENABLED
from taokit.devnet.runtime.swap import ALPHA_BURNED


def recycle_alpha(state: State, origin: bytes | None, *, hotkey: bytes, amount: int, netuid: int) -> None:
    """Up to `amount` rao of the caller's stake ceases to exist (`do_recycle_alpha`)."""
    coldkey = signed(origin)
    taken = _take(state, coldkey, hotkey, netuid=netuid, amount=amount)
    coinbase.recycle(state, netuid, taken)
    state.deposit("SubtensorModule", "AlphaRecycled", coldkey, hotkey, taken, netuid)


def burn_alpha(state: State, origin: bytes | None, *, hotkey: bytes, amount: int, netuid: int) -> None:
    """Up to `amount` rao of the caller's stake belongs to nobody any more (`do_burn_alpha`)."""
    coldkey = signed(origin)
    taken = _take(state, coldkey, hotkey, netuid=netuid, amount=amount)
    if taken:
        state[ALPHA_BURNED, netuid] = state[ALPHA_BURNED, netuid] + taken
    state.deposit("SubtensorModule", "AlphaBurned", coldkey, hotkey, taken, netuid)


def _take(state: State, coldkey: bytes, hotkey: bytes, *, netuid: int, amount: int) -> int:
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    ensure(netuid != subnets.ROOT, "CannotBurnOrRecycleOnRootSubnet")
    ensure(state[SUBTOKEN_ENABLED, netuid], "SubtokenDisabled")
    ensure((OWNER, hotkey) in state, "HotKeyAccountNotExists")
    taken = min(amount, shares.stake_of(state, hotkey, coldkey, netuid))
    ensure(state[SUBNET_ALPHA_OUT, netuid] >= taken, "InsufficientLiquidity")
    shares.take(state, hotkey, coldkey, netuid=netuid, alpha=taken)
    return taken


def add_stake_burn(
    state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, amount: int, limit: int | None
) -> None:
    """Alpha is bought, at no more than a price where one is given, and burned at once (`do_add_stake_burn`)."""
    with state.transaction():
        if limit is None:
            alpha = staking.add_stake(state, origin, hotkey=hotkey, netuid=netuid, amount_staked=amount)
        else:
            alpha = staking.add_stake_limit(
                state,
                origin,
                hotkey=hotkey,
                netuid=netuid,
                amount_staked=amount,
                limit_price=limit,
                allow_partial=False,
            )
        burn_alpha(state, origin, hotkey=hotkey, amount=alpha, netuid=netuid)
        state.deposit("SubtensorModule", "AddStakeBurn", netuid, hotkey, amount, alpha)


HANDLERS: Final[dict[str, Any]] = {
    "add_stake_burn": add_stake_burn,
    "burn_alpha": burn_alpha,
    "recycle_alpha": recycle_alpha,
}

__all__ = ["HANDLERS"]
