"""What no real chain allows: the `dev_` methods, under the names and shapes of Chopsticks where it has them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final, get_args

from taokit._version import __version__
from taokit.devnet.blocks import SLOT_MS
from taokit.devnet.rpc.forms import hexed, maybe_hexed
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import CHAIN, Handler
from taokit.devnet.rpc.natives import Natives
from taokit.devnet.rpc.params import Params, from_hex, invalid, whole
from taokit.devnet.rpc.producer import Mode
from taokit.devnet.rpc.rehearsal import dry_run
from taokit.devnet.runtime.subtensor.storage import NETWORKS_ADDED, SUBNET_EPOCH_INDEX, TEMPO
from taokit.devnet.runtime.table import Item
from taokit.errors import ConfigurationError

_LONGEST_INTERVAL_S: Final = 86_400.0


# blocks and time


async def _new_block(host: Host, params: Params) -> str:
    """`{"count": 1, "to": height, "transactions": [hex]}`: the hash of the last block made."""
    options = params.options(0)
    for raw in options.get("transactions") or ():
        host.node.submit(from_hex(raw))
    async with host.controls:
        head = await host.producer.mine(_count(host, options))
    return hexed(head.hash)


def _count(host: Host, options: Mapping[str, Any]) -> int:
    if options.get("to") is None:
        return whole(options.get("count", 1))
    height, best = whole(options["to"]), host.devnet.head.number
    if height <= best:
        raise invalid(f"block {height} is made already: the best one is {best}")
    return height - best


async def _next_epoch(host: Host, params: Params) -> str:
    """`netuid`, and how many epochs: the hash of the block in which the last of them ran."""
    netuid, count = params.whole(0, 1), params.whole(1, 1)
    state = host.node.state
    if not (state[TEMPO, netuid] and state[NETWORKS_ADDED, netuid]):
        raise ConfigurationError(f"subnet {netuid} runs no epochs: there is none, or its tempo is 0")
    async with host.controls:
        last = state[SUBNET_EPOCH_INDEX, netuid] + count
        head = await host.producer.until(lambda: host.node.state[SUBNET_EPOCH_INDEX, netuid] >= last)
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


def _time_travel(host: Host, params: Params) -> int:
    """A date, as ISO 8601 or in milliseconds since 1970: the next block is made at once and bears it."""
    wanted = _milliseconds(params.any(0))
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
        raise invalid(str(error)) from None
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


# going back


async def _snapshot(host: Host, _: Params) -> int:
    """A number that `dev_revert` takes, any number of times."""
    async with host.controls:
        return host.devnet.snapshot()


async def _revert(host: Host, params: Params) -> str:
    """The number of a snapshot: the hash of the block that is best again."""
    snapshot = params.whole(0)
    async with host.controls:
        return hexed(host.devnet.revert(snapshot).hash)


async def _set_head(host: Host, params: Params) -> str:
    """The hash or the height of a block: it is the best one again, and later ones are abandoned."""
    given = params.any(0)
    number = host.block(params, 0).head.number if isinstance(given, str) else whole(given)
    async with host.controls:
        return hexed(host.devnet.set_head(number).hash)


# state


def _set_storage(host: Host, params: Params) -> str:
    """Raw `[[key, value]]`, or `{pallet: {entry: value}}` and for maps `{pallet: {entry: [[[key, …], value]]}}`.

    A null takes the value away. It shows at once, without a block; the answer is the hash of the best one.
    """
    given = params.any(0)
    natives = Natives(host.node.table, host.node.coders)
    changes = _raw_changes(host, given) if isinstance(given, list) else _named_changes(natives, params.options(0))
    for item, keys, value in changes:  # all of them are known to fit by now
        if value is None and not item.optional:
            del host.node.state[item, *keys]
        else:
            _write(host, item, keys, value)
    host.bell.ring()
    return hexed(host.devnet.head.hash)


def _write(host: Host, item: Item, keys: tuple[Any, ...], value: Any) -> None:
    if value is None:
        del host.node.state[item, *keys]
    else:
        host.node.state[item, *keys] = value


Change = tuple[Item, tuple[Any, ...], Any]


def _raw_changes(host: Host, pairs: list[Any]) -> list[Change]:
    changes = []
    for pair in pairs:
        if not isinstance(pair, list) or len(pair) != 2:
            raise invalid("raw storage is a list of pairs, each a key and a value")
        place = host.node.codec.place(from_hex(pair[0]))
        if place is None:
            raise invalid(f"no entry of this chain has the key {str(pair[0])[:80]}")
        changes.append((*place, None if pair[1] is None else _decoded(host, place[0], from_hex(pair[1]))))
    return changes


def _decoded(host: Host, item: Item, raw: bytes) -> Any:
    try:
        return host.node.coders(item.value).decode_all(raw)
    except (ValueError, IndexError) as error:
        raise invalid(f"no {item.value}: {error}") from None


def _named_changes(natives: Natives, pallets: Mapping[str, Any]) -> list[Change]:
    changes: list[Change] = []
    for pallet, entries in pallets.items():
        if not isinstance(entries, dict):
            raise invalid(f"expected the entries of {pallet} by name")
        for name, given in entries.items():
            changes += _entry_changes(natives, natives.item(pallet, name), given)
    return changes


def _entry_changes(natives: Natives, item: Item, given: Any) -> list[Change]:
    if not item.keys:
        return [(item, (), None if given is None else natives.value(item.value, given))]
    if not isinstance(given, list) or not all(isinstance(one, list) and len(one) == 2 for one in given):
        raise invalid(f"{item.name} is a map: expected a list of pairs, each a list of keys and a value")
    changes = []
    for keys, value in given:
        if not isinstance(keys, list) or len(keys) != len(item.keys):
            raise invalid(f"{item.name} has {len(item.keys)} keys")
        place = tuple(natives.value(key.type, one) for key, one in zip(item.keys, keys, strict=True))
        changes.append((item, place, None if value is None else natives.value(item.value, value)))
    return changes


def _fund(host: Host, params: Params) -> str:
    """An address and so many rao more on it, at once: what it has then, in a string."""
    key, rao = params.account(0), params.whole(1)
    host.devnet.fund(params.text(0), rao)
    host.bell.ring()
    from taokit.devnet.runtime.balances import free

    return str(free(host.node.state, key))


def _set_hyperparameter(host: Host, params: Params) -> None:
    """A netuid, the name of an entry and its value, written at once and past the checks of its setter."""
    netuid, name = params.whole(0), params.text(1)
    natives = Natives(host.node.table, host.node.coders)
    item = host.devnet.setting(name)
    host.devnet.set_hyperparameter(netuid, name, natives.value(item.value, params.any(2)))
    host.bell.ring()


def _dry_run(host: Host, params: Params) -> Any:
    """An extrinsic: its result, its events and every storage value that it would change; nothing happens."""
    made = dry_run(host.node, params.blob(0))
    return {
        "result": hexed(made.result),
        "events": [{"pallet": pallet, "name": name} for _, pallet, name, _ in made.events],
        "storageDiff": [[hexed(key), maybe_hexed(old), maybe_hexed(new)] for key, old, new in made.changes],
    }


def _clear_pool(host: Host, _: Params) -> int:
    """Drop everything that waits: how many there were."""
    waiting = len(host.node.pool)
    host.node.pool.clear()
    return waiting


def _info(host: Host, _: Params) -> Any:
    """The chain at a glance."""
    head, history = host.devnet.head, host.node.history
    return {
        "chain": CHAIN,
        "version": __version__,
        "specVersion": host.node.table.spec_version,
        "genesisHash": maybe_hexed(history.hash_of(0)),
        "blockNumber": head.number,
        "blockHash": hexed(head.hash),
        "timestamp": host.devnet.now_ms,
        "buildMode": host.producer.mode,
        "interval": host.producer.interval_s,
        "pool": host.devnet.waiting,
    }


def _state_root(host: Host, _: Params) -> str:
    """One hash over everything stored."""
    return hexed(host.devnet.state_root())


CONTROLS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "dev_newBlock": _new_block,
        "dev_nextEpoch": _next_epoch,
        "dev_setBlockBuildMode": _set_mode,
        "dev_setInterval": _set_interval,
        "dev_timeTravel": _time_travel,
        "dev_snapshot": _snapshot,
        "dev_revert": _revert,
        "dev_setHead": _set_head,
        "dev_setStorage": _set_storage,
        "dev_setHyperparameter": _set_hyperparameter,
        "dev_fund": _fund,
        "dev_dryRun": _dry_run,
        "dev_clearPool": _clear_pool,
        "dev_info": _info,
        "dev_stateRoot": _state_root,
    }
)
"""By the name that clients call."""

__all__ = ["CONTROLS"]
