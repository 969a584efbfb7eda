"""What a node answers, in bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, Final

from taokit.chain import BlockHash
from taokit.devnet import metadata, runtime
from taokit.devnet.blocks import Record, bytes_of, event_record
from taokit.devnet.codec import StorageCodec
from taokit.devnet.extrinsics import take_apart
from taokit.devnet.history import History
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.system import EVENTS, NUMBER, PARENT_HASH
from taokit.devnet.runtime.table import DecodedCall, Item, Method, Table
from taokit.devnet.runtime.timestamp import NOW
from taokit.devnet.runtime.version import VERSION
from taokit.devnet.scale import ScaleError, compact
from taokit.errors import ChainError, PoolRefused, UnknownBlock, UnknownName

_VERSIONS: Final[tuple[metadata.Version, ...]] = (14, 15)
_NONE: Final = b"\0"

REMEMBERED: Final = 64 << 20
"""Bytes of answers that are kept to be given again."""

_ANSWERS: Final = 4096


_RECORDED: Final[Mapping[Item, Callable[[Record], Any]]] = {
    NUMBER: lambda block: block.head.number,
    PARENT_HASH: lambda block: block.head.parent,
    NOW: lambda block: block.now_ms,
}
"""Besides the events, what can be read of a block whose state is not kept any more."""


class _Memory:
    """Answers that were given, the longest unused forgotten first."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, bytes] = OrderedDict()
        self._size = 0

    def get(self, key: Hashable, made: Callable[[], bytes]) -> bytes:
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = made()
            self._size += len(found)
            while self._size > REMEMBERED or len(self._known) > _ANSWERS:
                self._size -= len(self._known.popitem(last=False)[1])
        else:
            self._known.move_to_end(key)
        return found

    def clear(self) -> None:
        self._known.clear()
        self._size = 0


class Answers:
    """The read side of a node over one history."""

    def __init__(self, table: Table, codec: StorageCodec, history: History) -> None:
        self._table, self._codec, self._history = table, codec, history
        self._coders = codec.coders
        self._memory = _Memory()
        self._methods = {f"{method.api}_{method.name}": method for method in table.methods}
        self._standard: dict[str, Callable[[bytes], bytes]] = {
            "Core_version": lambda _: self._version(),
            "Metadata_metadata": lambda _: bytes_of(self.metadata(14)),
            "Metadata_metadata_versions": lambda _: b"".join(
                [compact(len(_VERSIONS)), *(version.to_bytes(4, "little") for version in _VERSIONS)]
            ),
            "Metadata_metadata_at_version": self._metadata_at,
        }

    def metadata(self, version: metadata.Version) -> bytes:
        """The runtime's metadata, 14 or 15, made when first asked for."""
        return metadata.encode(self._table, version)

    def storage(self, keys: Sequence[bytes], at: BlockHash | None) -> list[bytes | None]:
        """The raw value under each raw key, None where nothing is stored."""
        try:
            state = self._history.state_at(at)
        except UnknownBlock:
            return [self._recorded(raw, at) for raw in keys]
        found: list[bytes | None] = []
        for raw in keys:
            place = self._codec.place(raw)
            if place is None:
                found.append(None)
            elif place[0] is EVENTS:
                found.append(self._events(at))
            else:
                item, args = place
                stored = (item, *args) in state
                found.append(self._codec.value(item, args, state[item, *args]) if stored else None)
        return found

    def _recorded(self, raw: bytes, at: BlockHash | None) -> bytes:
        """A value that is known of each block that is, also when its state is not kept. Raises `UnknownBlock`."""
        block, place = self._history.record(at), self._codec.place(raw)
        item = None if place is None else place[0]
        if item is EVENTS:
            return self._events(at)
        if item is None or item not in _RECORDED:
            raise UnknownBlock(f"State discarded for 0x{block.head.hash.hex()}")
        return self._codec.value(item, (), _RECORDED[item](block))

    def _events(self, at: BlockHash | None) -> bytes:
        records = tuple(map(event_record, self._history.record(at).events))
        return self._coders(EVENTS.value).encode(records)

    def keys(self, prefix: bytes, start: bytes | None, count: int, at: BlockHash | None) -> list[bytes]:
        """Up to `count` stored keys with this prefix, in byte order, strictly after `start`."""
        found = self._codec.keys(self._history.state_at(at), prefix)
        if start is not None:
            found = [raw for raw in found if raw > start]
        return found[:count]

    def call(self, method: str, data: bytes, at: BlockHash | None) -> bytes:
        """The raw answer of a runtime API."""
        state = self._history.state_at(at)
        if (standard := self._standard.get(method)) is not None:
            return standard(data)
        row = self._methods.get(method)
        if row is None:
            raise UnknownName(f"this chain exports no {method}")
        return self._memory.get((self._version_of(at), method, data), lambda: self._asked(state, row, data))

    def _asked(self, state: Reading, row: Method, data: bytes) -> bytes:
        api, name, args = row.api, row.name, self._arguments(row, data)
        if api == "TransactionPaymentApi" and isinstance(uxt := args.get("uxt"), bytes):
            api, name = "TransactionPaymentCallApi", f"query_call_{name[6:]}"
            args = {"call": self._call_of(uxt), "len": args["len"]}
        return self._coders(row.output).encode(runtime.api(state, api, name, args))

    def _call_of(self, extrinsic: bytes) -> DecodedCall:
        try:
            return take_apart(bytes_of(extrinsic), self._table, self._coders).call
        except PoolRefused as error:
            raise ChainError(f"the extrinsic does not decode: {error}") from None

    def _version_of(self, at: BlockHash | None) -> tuple[BlockHash, int]:
        """What tells a block's state from every other: the best one may be written to without a block."""
        best = self._history.head.hash
        return (at, -1) if at not in (None, best) else (best, self._history.writes)

    def forget(self) -> None:
        """Work everything out anew: the chain has gone back."""
        self._memory.clear()

    def _arguments(self, row: Method, data: bytes) -> dict[str, object]:
        args: dict[str, object] = {}
        at = 0
        try:
            for name, kind in row.inputs:
                args[name], at = self._coders(kind).decode(data, at)
        except ScaleError as error:
            raise ChainError(f"the arguments of {row.api}_{row.name} do not decode: {error}") from None
        return args

    def _metadata_at(self, data: bytes) -> bytes:
        wanted = next((version for version in _VERSIONS if version == int.from_bytes(data, "little")), None)
        return _NONE if wanted is None else b"\1" + bytes_of(self.metadata(wanted))

    def _version(self) -> bytes:
        return self._coders("RuntimeVersion").encode(VERSION)


__all__ = ["REMEMBERED", "Answers"]
