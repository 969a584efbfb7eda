"""What a client of this chain would put into a timelocked commit: the payload, and the round that opens it."""

from __future__ import annotations

from collections.abc import Sequence

from taokit.consensus.commit import compact, reveal_round, timelock_payload
from taokit.consensus.schedule import Schedule, first_reveal_block
from taokit.devnet.runtime.drand import BeaconConfig


def payload(hotkey: bytes, *, uids: Sequence[int], values: Sequence[int], version_key: int) -> bytes:
    """The bytes of a row of weights that a commit locks."""
    return timelock_payload(bytes(hotkey), uids=uids, values=values, version_key=version_key)


def text_payload(text: str) -> bytes:
    """The bytes of a text that a commitment locks: its length before it."""
    plain = text.encode()
    return compact(len(plain)) + plain


def blocks_until_reveal(clock: Schedule, head: int, *, reveal_period: int) -> int:
    """Blocks from `head` to the first one that reveals a commit of the block after it."""
    return first_reveal_block(clock, head, reveal_period=reveal_period) - head


def opening_round(config: BeaconConfig, now_s: float, *, blocks: int, slot_s: float) -> int:
    """The round that a commit takes which is revealed so many blocks from now."""
    _, period_s, genesis_s, *_ = config
    return reveal_round(now_s, head=0, first=blocks, block_seconds=slot_s, genesis_s=genesis_s, period_s=period_s)


__all__ = ["Schedule", "blocks_until_reveal", "opening_round", "payload", "text_payload"]
