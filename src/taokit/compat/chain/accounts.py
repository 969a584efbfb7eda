"""Reads of accounts: TAO, stake, who owns whom."""

from __future__ import annotations

from collections.abc import Iterable

from taokit.chain import reads
from taokit.compat.balance import Balance
from taokit.compat.chain.link import Link
from taokit.compat.infos import StakeInfo, stake_info

NOBODY = "5C4hrfjw9DjXZTzV3MwzrrAr9P1MJhSrvWGWqi1eSuyUpnhM"
"""The address of 32 zero bytes, which the chain gives for a hotkey without an owner."""


class Accounts(Link):
    """What `bt.Subtensor` tells of accounts and their stake."""

    def get_balance(self, address: str, block: int | None = None) -> Balance:
        """The free TAO of a coldkey."""
        return Balance.of(self.read(reads.balance(address), block))

    def get_balances(self, *addresses: str, block: int | None = None) -> dict[str, Balance]:
        """The free TAO of each account, in one request."""
        return {one: Balance.of(held) for one, held in self.read(reads.balances(addresses), block).items()}

    def get_existential_deposit(self, block: int | None = None) -> Balance:
        """The least TAO that an account may hold."""
        return Balance.of(self.read(reads.existential_deposit(), block))

    def get_stake(self, coldkey_ss58: str, hotkey_ss58: str, netuid: int, block: int | None = None) -> Balance:
        """The alpha of a coldkey at a hotkey."""
        return Balance.of(self.read(reads.stake(hotkey_ss58, coldkey_ss58, netuid), block))

    def get_stake_info_for_coldkey(self, coldkey_ss58: str, block: int | None = None) -> list[StakeInfo]:
        """Everything that a coldkey has staked."""
        return [stake_info(one) for one in self.read(reads.stakes(coldkey_ss58), block)]

    def get_stake_for_coldkey_and_hotkey(
        self, coldkey_ss58: str, hotkey_ss58: str, netuids: Iterable[int] | None = None, block: int | None = None
    ) -> dict[int, StakeInfo]:
        """What a coldkey has staked to a hotkey, by subnet; without `netuids` wherever it has any."""
        wanted = None if netuids is None else set(netuids)
        found = self.get_stake_info_for_coldkey(coldkey_ss58, block)
        return {
            one.netuid: one
            for one in found
            if one.hotkey_ss58 == hotkey_ss58 and (wanted is None or one.netuid in wanted)
        }

    def get_stake_for_hotkey(self, hotkey_ss58: str, netuid: int, block: int | None = None) -> Balance:
        """Everything staked to a hotkey on a subnet, by whomever."""
        return Balance.of(self.read(reads.hotkey_stake(hotkey_ss58, netuid), block))

    get_hotkey_stake = get_stake_for_hotkey

    def get_hotkey_owner(self, hotkey_ss58: str, block: int | None = None) -> str | None:
        """The coldkey of a hotkey, or None."""
        owner = self.read(reads.owner_of(hotkey_ss58), block)
        return None if owner == NOBODY else owner

    def does_hotkey_exist(self, hotkey_ss58: str, block: int | None = None) -> bool:
        """Whether some coldkey owns a hotkey."""
        return self.get_hotkey_owner(hotkey_ss58, block) is not None

    def get_owned_hotkeys(self, coldkey_ss58: str, block: int | None = None) -> list[str]:
        """The hotkeys that a coldkey owns."""
        return self.read(reads.hotkeys_of(coldkey_ss58), block)

    def get_delegate_take(self, hotkey_ss58: str, block: int | None = None) -> float:
        """The part of its dividends that a delegate keeps, 0 to 1."""
        return self.read(reads.take(hotkey_ss58), block) / 65535

    def get_children(
        self, hotkey_ss58: str, netuid: int, block: int | None = None
    ) -> tuple[bool, list[tuple[float, str]], str]:
        """True, the hotkeys that a hotkey's stake counts for with their parts, 0 to 1, and no error."""
        kin = self.read(reads.children(hotkey_ss58, netuid), block)
        return True, [(one.share, one.hotkey) for one in kin], ""

    def get_parents(self, hotkey_ss58: str, netuid: int, block: int | None = None) -> list[tuple[float, str]]:
        """The hotkeys whose stake counts in part for a hotkey, with the parts, 0 to 1."""
        return [(one.share, one.hotkey) for one in self.read(reads.parents(hotkey_ss58, netuid), block)]


__all__ = ["Accounts"]
