"""TAO and alpha on the move, signed by a wallet's coldkey. Amounts are a `Balance` of the right currency."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import taokit.units as units
from taokit.chain import calls, reads
from taokit.compat.balance import Balance, amount_in
from taokit.compat.chain.link import Link
from taokit.compat.extrinsics import ExtrinsicResponse
from taokit.compat.warned import warn
from taokit.errors import ConfigurationError

TOLERANCE = 0.005
"""By how much of its price a trade may go wrong: SDK 10's half a percent."""


class Staking(Link):
    """Calls of `bt.Subtensor` that move value. Each waits for its block and is sent once.

    SDK 10 trades at whatever price there is unless told to be careful. Here a trade is limited to `rate_tolerance` off
    the price of now, unless `safe_…=False` is said.
    """

    def transfer(
        self,
        wallet: Any,
        destination_ss58: str,
        amount: Balance | None,
        transfer_all: bool = False,
        keep_alive: bool = True,
        **options: Any,
    ) -> ExtrinsicResponse:
        """Send TAO to another account; with `transfer_all` everything that can be sent."""
        if transfer_all:
            call = calls.transfer_all(destination_ss58, keep_alive=keep_alive)
        else:
            send = calls.transfer_keep_alive if keep_alive else calls.transfer_allow_death
            call = send(destination_ss58, amount_in(amount, 0))
        return self._sent("transfer", call, wallet.coldkey, options)

    def add_stake(
        self,
        wallet: Any,
        netuid: int,
        hotkey_ss58: str,
        amount: Balance,
        safe_staking: bool | None = None,
        allow_partial_stake: bool = False,
        rate_tolerance: float = TOLERANCE,
        **options: Any,
    ) -> ExtrinsicResponse:
        """Buy a subnet's alpha for so much TAO and stake it to a hotkey."""
        tao = amount_in(amount, 0)
        if netuid and _careful(safe_staking, "add_stake"):
            limit = self._price(netuid, 1 + _part(rate_tolerance))
            call = calls.add_stake_limit(hotkey_ss58, netuid, tao, limit=limit, partial=allow_partial_stake)
        else:
            call = calls.add_stake(hotkey_ss58, netuid, tao)
        return self._sent("add_stake", call, wallet.coldkey, options)

    def unstake(
        self,
        wallet: Any,
        netuid: int,
        hotkey_ss58: str,
        amount: Balance,
        allow_partial_stake: bool = False,
        rate_tolerance: float = TOLERANCE,
        safe_unstaking: bool | None = None,
        **options: Any,
    ) -> ExtrinsicResponse:
        """Sell so much of a subnet's alpha that is staked to a hotkey; on root it is TAO."""
        alpha = amount_in(amount, netuid)
        if netuid and _careful(safe_unstaking, "unstake"):
            limit = self._price(netuid, 1 - _part(rate_tolerance))
            call = calls.remove_stake_limit(hotkey_ss58, netuid, alpha, limit=limit, partial=allow_partial_stake)
        else:
            call = calls.remove_stake(hotkey_ss58, netuid, alpha)
        return self._sent("unstake", call, wallet.coldkey, options)

    def unstake_all(
        self, wallet: Any, netuid: int, hotkey_ss58: str, rate_tolerance: float | None = TOLERANCE, **options: Any
    ) -> ExtrinsicResponse:
        """Sell everything that is staked to a hotkey on a subnet; with a tolerance of None at any price."""
        limit = None if rate_tolerance is None or not netuid else self._price(netuid, 1 - _part(rate_tolerance))
        call = calls.remove_stake_full_limit(hotkey_ss58, netuid, limit=limit)
        return self._sent("unstake_all", call, wallet.coldkey, options)

    def swap_stake(
        self,
        wallet: Any,
        hotkey_ss58: str,
        origin_netuid: int,
        destination_netuid: int,
        amount: Balance,
        safe_swapping: bool | None = None,
        allow_partial_stake: bool = False,
        rate_tolerance: float = TOLERANCE,
        **options: Any,
    ) -> ExtrinsicResponse:
        """Trade one subnet's alpha for another's, at the same hotkey."""
        alpha = amount_in(amount, origin_netuid)
        if _careful(safe_swapping, "swap_stake"):
            limit = int(self._ratio(origin_netuid, destination_netuid) * (1 - _part(rate_tolerance)))
            call = calls.swap_stake_limit(
                hotkey_ss58, origin_netuid, destination_netuid, alpha=alpha, limit=limit, partial=allow_partial_stake
            )
        else:
            call = calls.swap_stake(hotkey_ss58, origin_netuid, destination_netuid, alpha=alpha)
        return self._sent("swap_stake", call, wallet.coldkey, options)

    def move_stake(
        self,
        wallet: Any,
        origin_netuid: int,
        origin_hotkey_ss58: str,
        destination_netuid: int,
        destination_hotkey_ss58: str,
        amount: Balance | None = None,
        move_all_stake: bool = False,
        **options: Any,
    ) -> ExtrinsicResponse:
        """Move alpha to another hotkey, to another subnet, or both. Another subnet is a trade, without a limit."""
        if move_all_stake:
            coldkey = wallet.coldkey.ss58_address
            alpha = self.read(reads.stake(origin_hotkey_ss58, coldkey, origin_netuid))
        else:
            alpha = amount_in(amount, origin_netuid)
        call = calls.move_stake(
            origin_hotkey_ss58, destination_hotkey_ss58, origin_netuid, destination_netuid, alpha=alpha
        )
        return self._sent("move_stake", call, wallet.coldkey, options)

    def transfer_stake(
        self,
        wallet: Any,
        destination_coldkey_ss58: str,
        hotkey_ss58: str,
        origin_netuid: int,
        destination_netuid: int,
        amount: Balance,
        **options: Any,
    ) -> ExtrinsicResponse:
        """Give alpha that is staked to a hotkey to another coldkey, staked to the same hotkey."""
        alpha = amount_in(amount, origin_netuid)
        call = calls.transfer_stake(
            destination_coldkey_ss58, hotkey_ss58, origin_netuid, destination_netuid, alpha=alpha
        )
        return self._sent("transfer_stake", call, wallet.coldkey, options)

    def set_children(
        self, wallet: Any, netuid: int, hotkey_ss58: str, children: Sequence[tuple[float, str]], **options: Any
    ) -> ExtrinsicResponse:
        """Let parts of a hotkey's stake, 0 to 1 each, count for other hotkeys."""
        call = calls.set_children(hotkey_ss58, netuid, _parts(children))
        return self._sent("set_children", call, wallet.coldkey, options)

    def _ratio(self, origin: int, destination: int) -> float:
        """Rao of the one's alpha for a whole one of the other's. Raises `ConfigurationError` if that has no price."""
        price = self._price(destination, 1)
        if not price:
            raise ConfigurationError(
                f"the alpha of subnet {destination} has no price", hint="swap without a limit: safe_swapping=False"
            )
        return self._price(origin, 1) * units.RAO_PER_TAO / price

    def _price(self, netuid: int, times: float) -> int:
        """Rao of TAO for one alpha, times a factor."""
        return int(self.read(reads.price(netuid)).rao * times)


def _careful(said: bool | None, name: str) -> bool:
    if said is None:
        warn(f"trades:{name}", f"{name} is limited to `rate_tolerance` off the price of now")
    return said is not False


def _part(tolerance: float) -> float:
    """The tolerance itself. Raises `ConfigurationError` unless it is from 0 to 1."""
    if not 0 <= tolerance <= 1:
        raise ConfigurationError(f"rate_tolerance is {tolerance}", hint="give it from 0 to 1: 0.005 is half a percent")
    return tolerance


def _parts(children: Sequence[tuple[float, str]]) -> dict[str, int]:
    """Each child's part of `reads.WHOLE`. Raises `ConfigurationError` for a part that is none, and a child twice."""
    parts: dict[str, int] = {}
    for part, child in children:
        if not 0 <= part <= 1:
            raise ConfigurationError(f"{part} is no part of a stake", hint="give each child from 0 to 1")
        if child in parts:
            raise ConfigurationError(f"{child} is named twice", hint="give each child one part")
        parts[child] = int(part * reads.WHOLE) if part < 1 else reads.WHOLE
    return parts


__all__ = ["TOLERANCE", "Staking"]
