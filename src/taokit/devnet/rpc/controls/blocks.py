"""Blocks and time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, get_args

from taokit._version import __version__
from taokit.devnet.blocks import SLOT_MS
from taokit.devnet.rpc.forms import hexed, maybe_hexed
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import CHAIN, Handler
from taokit.devnet.rpc.params import Params, invalid, whole
from taokit.devnet.rpc.producer import Mode

MOST_BLOCKS: Final = 1_000_000
"""Blocks of one call of `dev_newBlock`, which nobody could end."""

MOST_EPOCHS: Final = 1000
"""Epochs of one call of `dev_nextEpoch`, likewise."""

_LONGEST_INTERVAL_S: Final = 86_400.0


async def _new_block(host: Host, params: Params) -> str:
    """`{"count": 1, "to": height, "transactions": [hex]}`: the hash of the last block made."""
    options = params.options(0)
    transactions = Params((options.get("transactions") or [],)).blobs(0)
    async with host.controls:
        count = _count(host, options)
        _submit(host, transactions)
        head = await host.producer.mine(count)
    return hexed(head.hash)


def _submit(host: Host, transactions: list[bytes]) -> None:
    """Put extrinsics into the pool, for the block that is about to be made."""
    auto, host.devnet.auto = host.devnet.auto, False
    try:
        for data in transactions:
            host.node.submit(data)
    finally:
        host.devnet.auto = auto


def _count(host: Host, options: Mapping[str, Any]) -> int:
    best = host.devnet.head.number
    if options.get("to") is None:
        count = Params((options.get("count"),)).whole(0, 1)
    elif (count := whole(options["to"]) - best) <= 0:
        raise invalid(f"block {options['to']} is made already: the best one is {best}")
    if count > MOST_BLOCKS:
        raise invalid(f"at most {MOST_BLOCKS} blocks are made in one go")
    return count


async def _next_epoch(host: Host, params: Params) -> str:
    """`netuid`, and how many epochs: the hash of the block in which the last of them ran."""
    netuid, count = params.whole(0, 1), params.whole(1, 1)
    if count > MOST_EPOCHS:
        raise invalid(f"at most {MOST_EPOCHS} epochs are run in one go")
    async with host.controls:
        head = await host.producer.until(host.devnet.epochs_later(count, netuid))
    return hexed(head.hash)


async def _until_revealed(host: Host, params: Params) -> str:
    """`netuid`: the hash of the block after which no committed weights of the subnet wait any more."""
    netuid = params.whole(0, 1)
    async with host.controls:
        head = await host.producer.until(host.devnet.revealed(netuid))
    return hexed(head.hash)


def _set_mode(host: Host, params: Params) -> None:
    """`Instant`, `Batch` or `Manual`."""
    wanted = params.text(0)
    for mode in get_args(Mode):
        if mode.lower() == wanted.lower():
            return host.producer.switch(mode)
    raise invalid(f"no such build mode: {wanted[:40]!r}")


def _set_interval(host: Host, params: Params) -> None:
    """Seconds between blocks; null stops the clock, and blocks are made when told to."""
    seconds = params.any(0)
    usable = isinstance(seconds, int | float) and not isinstance(seconds, bool) and 0 < seconds <= _LONGEST_INTERVAL_S
    if seconds is not None and not usable:
        raise invalid("an interval is more than 0 and at most a day, in seconds")
    host.producer.every(seconds)


async def _time_travel(host: Host, params: Params) -> int:
    """A date, as ISO 8601 or in milliseconds since 1970: the next block is made at once and bears it."""
    wanted = _milliseconds(params.any(0))
    async with host.controls:
        now = host.devnet.now_ms
        if wanted <= now:
            raise invalid(f"time goes forward only: the best block is of {now}, {wanted} is not later")
        host.node.clock_ms = wanted - SLOT_MS
        host.devnet.mine()
        return host.devnet.now_ms


def _milliseconds(given: Any) -> int:
    if not isinstance(given, str):
        return whole(given)
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise invalid(f"not a date: {error}") from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _info(host: Host, _: Params) -> Any:
    """The chain at a glance."""
    head, history = host.devnet.head, host.node.history
    natives, given = host.devnet.natives, host.devnet.settings
    return {
        "chain": CHAIN,
        "preset": host.devnet.preset,
        "settings": {name: natives.told_setting(name, value) for name, value in given.items()},
        "version": __version__,
        "specVersion": host.node.table.spec_version,
        "genesisHash": maybe_hexed(history.hash_of(0)),
        "blockNumber": head.number,
        "blockHash": hexed(head.hash),
        "finalizedNumber": history.final.number,
        "timestamp": host.devnet.now_ms,
        "buildMode": host.producer.mode,
        "interval": host.producer.interval_s,
        "pool": host.devnet.waiting,
        "faults": len(host.devnet.faults),
        "finalityDelay": history.lag,
        "autoImpersonate": host.devnet.auto_impersonate,
        "clients": host.clients(),
    }


CONTROLS: Final[Mapping[str, Handler]] = {
    "dev_newBlock": _new_block,
    "dev_nextEpoch": _next_epoch,
    "dev_untilRevealed": _until_revealed,
    "dev_setBlockBuildMode": _set_mode,
    "dev_setInterval": _set_interval,
    "dev_timeTravel": _time_travel,
    "dev_info": _info,
}
"""By the name that clients call."""

__all__ = ["CONTROLS", "MOST_BLOCKS", "MOST_EPOCHS"]
