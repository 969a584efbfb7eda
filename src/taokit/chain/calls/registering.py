"""Getting onto a subnet, making one, and the keys that do."""

from __future__ import annotations

from taokit.chain.calls.base import Call, subtensor
from taokit.units import Amount, rao_of


def burned_register(netuid: int, hotkey: str) -> Call:
    """Give a hotkey a uid, for the current burn. Signed by the coldkey."""
    return subtensor("burned_register", netuid=netuid, hotkey=hotkey)


def root_register(hotkey: str) -> Call:
    """Give a hotkey a seat on the root network. Signed by the coldkey."""
    return subtensor("root_register", hotkey=hotkey)


def register_network(hotkey: str) -> Call:
    """Create a subnet, owned by the signing coldkey, with `hotkey` as uid 0."""
    return subtensor("register_network", hotkey=hotkey)


def start_call(netuid: int) -> Call:
    """Start trading and emission of a subnet. Signed by its owner."""
    return subtensor("start_call", netuid=netuid)


def register_limit(netuid: int, hotkey: str, limit: Amount) -> Call:
    """`burned_register`, unless it costs more TAO than the limit. Signed by the coldkey."""
    return subtensor("register_limit", netuid=netuid, hotkey=hotkey, limit_price=rao_of(limit))


def try_associate_hotkey(hotkey: str) -> Call:
    """Make a hotkey that nobody owns the signing coldkey's."""
    return subtensor("try_associate_hotkey", hotkey=hotkey)


def swap_hotkey(hotkey: str, new_hotkey: str, netuid: int | None = None, *, keep_stake: bool = False) -> Call:
    """Put another hotkey in a hotkey's place, on one subnet or on all. Signed by the coldkey."""
    return subtensor("swap_hotkey_v2", hotkey=hotkey, new_hotkey=new_hotkey, netuid=netuid, keep_stake=keep_stake)


__all__ = [
    "burned_register",
    "register_limit",
    "register_network",
    "root_register",
    "start_call",
    "swap_hotkey",
    "try_associate_hotkey",
]
