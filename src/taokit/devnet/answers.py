"""What a node answers, in bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final

from taokit.chain import BlockHash
from taokit.devnet import metadata, runtime
from taokit.devnet.blocks import bytes_of
from taokit.devnet.codec import StorageCodec
from taokit.devnet.history import History
from taokit.devnet.runtime.methods import API_VERSIONS
from taokit.devnet.runtime.state import Event
from taokit.devnet.runtime.system import EVENTS
from taokit.devnet.runtime.table import Method, Table
from taokit.devnet.scale import ScaleError, compact
from taokit.errors import ChainError, UnknownName

_VERSIONS: Final = (14, 15)
_NONE: Final = b"\0"


class Answers:
    """The read side of a node over one history."""

    def __init__(self, table: Table, codec: StorageCodec, history: History) -> None:
        self._table, self._codec, self._history = table, codec, history
        self._coders = codec.coders
        self.metadata = {version: metadata.encode(table, version) for version in (14, 15)}
        self._methods = {f"{method.api}_{method.name}": method for method in table.methods}
        self._standard: dict[str, Callable[[bytes], bytes]] = {
            "Core_version": lambda _: self._version(),
            "Metadata_metadata": lambda _: bytes_of(self.metadata[14]),
            "Metadata_metadata_versions": lambda _: b"".join(
                [compact(len(_VERSIONS)), *(version.to_bytes(4, "little") for version in _VERSIONS)]
            ),
            "Metadata_metadata_at_version": self._metadata_at,
        }

    def storage(self, keys: Sequence[bytes], at: BlockHash | None) -> list[bytes | None]:
        """The raw value under each raw key, None where nothing is stored."""
        state = self._history.state_at(at)
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

    def _events(self, at: BlockHash | None) -> bytes:
        records = tuple(map(_event_record, self._history.record(at).events))
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
        answer = runtime.api(state, row.api, row.name, self._arguments(row, data))
        return self._coders(row.output).encode(answer)

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
        wanted = self.metadata.get(int.from_bytes(data, "little"))
        return _NONE if wanted is None else b"\1" + bytes_of(wanted)

    def _version(self) -> bytes:
        name = self._table.spec_name
        apis = dict.fromkeys(method.api for method in self._table.methods)
        known = tuple((_api_id(api), API_VERSIONS.get(api, 1)) for api in apis)
        told = (name, name, 1, self._table.spec_version, 1, known, self._table.transaction_version, 1)
        return self._coders("RuntimeVersion").encode(told)


def _api_id(name: str) -> bytes:
    """What names an API in a runtime's version: eight bytes of the name's hash."""
    return blake2b(name.encode(), digest_size=8).digest()


def _event_record(event: Event) -> tuple[object, tuple[str, str, object], tuple[()]]:
    phase, pallet, name, fields = event
    return ("ApplyExtrinsic", phase) if isinstance(phase, int) else phase, (pallet, name, fields), ()


__all__ = ["Answers"]
