"""A chain as text: JSON, one object a line, so that it can be compared, searched and edited.

The first line says what it is. A chain that was dumped goes on with its last block, so the second line holds that one,
with the first block and the hashes between. Then comes one line for each stored value: its entry, keys and value as
people read them, and the raw pair as a node shows it. Where a line has no raw pair, its value counts. The last line
counts them, so that a file that was cut shows.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, TypeAlias

from taokit._version import __version__
from taokit.chain import BlockHash
from taokit.devnet import metadata
from taokit.devnet.blocks import SLOT_MS, ZEROS, Header, Record, blake2_256, event_of, event_record, record, root_of
from taokit.devnet.changes import Change, decoded, keyed
from taokit.devnet.codec import StorageCodec
from taokit.devnet.history import History
from taokit.devnet.natives import Misfit, Natives, from_hex
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.system import BLOCK_HASH_COUNT
from taokit.devnet.runtime.table import Item, Table
from taokit.errors import StateCorrupt

FORMAT: Final = "taokit devnet state"
VERSION: Final = 1

Line: TypeAlias = dict[str, Any]
EVENTS: Final = "Vec<EventRecord>"


@dataclass(frozen=True, slots=True)
class About:
    """The first line."""

    block: int  # the best one
    clock_ms: int  # its time, in milliseconds since 1970
    branch: int = 0  # how often the chain had been set back
    allow_loopback: bool = True
    source: Mapping[str, Any] | None = None  # of an imported chain: where it was read, and what was not


@dataclass(frozen=True, slots=True)
class Saved:
    """A chain that was read."""

    about: About
    state: State
    history: History


class StateFile:
    """Writes and reads the chains of one table."""

    def __init__(self, table: Table, codec: StorageCodec) -> None:
        self._codec, self._natives = codec, Natives(table, codec.coders)
        self._names = {item: (pallet.name, item.name) for pallet in table.pallets for item in pallet.storage}
        self._spec = f"{table.spec_name}/{table.spec_version}"
        self._metadata = metadata.encode(table)

    # writing

    def text(self, about: About, state: Reading, history: History | None) -> str:
        """The whole file. Without a history it begins a chain of its own."""
        lines = [self._first(about, bound=history is not None)]
        if history is not None:
            lines.append(self._blocks(history))
        entries = [self._entry(*entry) for entry in sorted(self._raw(state), key=lambda entry: entry[3])]
        lines += [*entries, {"entries": len(entries)}]
        return "".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines)

    def _first(self, about: About, *, bound: bool) -> Line:
        first = {"format": FORMAT, "version": VERSION, "taokit": __version__, "spec": self._spec}
        return {**first, "metadata": self._fingerprint() if bound else None, **asdict(about)}

    def _fingerprint(self) -> str:
        return "0x" + blake2_256(self._metadata).hex()

    def _raw(self, state: Reading) -> Iterator[tuple[Item, tuple[Any, ...], Any, bytes]]:
        return ((item, keys, value, self._codec.key(item, *keys)) for item, keys, value in state.stored())

    def _entry(self, item: Item, keys: tuple[Any, ...], value: Any, raw: bytes) -> Line:
        told = [self._natives.told(key.type, one) for key, one in zip(item.keys, keys, strict=True)]
        pair = ["0x" + raw.hex(), "0x" + self._codec.value(item, keys, value).hex()]
        return {
            "entry": ".".join(self._names[item]),
            "keys": told,
            "value": self._natives.told(item.value, value),
            "raw": pair,
        }

    def _blocks(self, history: History) -> Line:
        best = history.best
        first = max(1, best.head.number - BLOCK_HASH_COUNT)
        kept = {n: block.hex() for n, block in history.hashes.items() if first <= n < best.head.number}
        events = tuple(map(event_record, best.events))
        return {
            "genesis": _header_line(history.genesis.header),
            "hashes": kept,
            "best": _header_line(best.header),
            "extrinsics": [one.hex() for one in best.extrinsics],
            "events": self._codec.coders(EVENTS).encode(events).hex(),
        }

    # reading

    def read(self, text: str, *, name: str = "the state") -> Saved:
        """A chain as it was written. Raises `StateCorrupt`, which names the line, for anything that is not whole."""
        lines = text.split("\n")
        at = 0
        try:
            about, bound = self._about(_parsed(lines[0]))
            at += 1
            blocks = _parsed(_line(lines, at)) if bound else None
            at += bound
            entries = []
            while "entries" not in (line := _parsed(_line(lines, at))):
                entries.append(self._change(line))
                at += 1
            _complete(line, len(entries), lines[at + 1 :])
            state = _state(about, entries)
            history = self._history(about, state, blocks)
        except (StateCorrupt, Misfit, KeyError, TypeError, ValueError, AttributeError) as error:
            raise _corrupt(name, at + 1, error) from None
        return Saved(about, state, history)

    def _about(self, line: Line) -> tuple[About, bool]:
        if line.get("format") != FORMAT:
            raise StateCorrupt("this is no chain that `taokit devnet` wrote")
        if line.get("version") != VERSION or line.get("spec") != self._spec:
            found = f"version {line.get('version')} for {line.get('spec')}"
            raise StateCorrupt(f"it is of {found}; this is version {VERSION} for {self._spec}", hint=_OTHER_VERSION)
        if line["metadata"] not in (None, self._fingerprint()):
            raise StateCorrupt(f"taokit {line['taokit']} wrote it, with other metadata", hint=_OTHER_VERSION)
        names = ("block", "clock_ms", "branch", "allow_loopback", "source")
        about = About(**{name: line[name] for name in names})
        if not (isinstance(about.block, int) and isinstance(about.clock_ms, int) and isinstance(about.branch, int)):
            raise StateCorrupt("block, clock_ms and branch are whole numbers")
        return about, line["metadata"] is not None

    def _change(self, line: Line) -> Change:
        pallet, _, name = line["entry"].partition(".")
        item = self._natives.item(pallet, name)
        if "raw" not in line:
            change = keyed(self._natives, item, line["keys"], line["value"])
            if change[2] is None and not item.optional:
                raise StateCorrupt(f"{line['entry']} has no value")
            return change
        key, value = map(from_hex, line["raw"])
        place = self._codec.place(key)
        if place is None or place[0] is not item:
            raise StateCorrupt(f"the raw key is none of {line['entry']}")
        native = decoded(self._codec, item, value)
        if {"keys", "value"} <= line.keys() and self._entry(item, place[1], native, key) != line:
            raise StateCorrupt("the value is not what the raw pair says: change both, or leave the raw pair out")
        return item, place[1], native

    def _history(self, about: About, state: State, blocks: Line | None) -> History:
        if blocks is None:
            return self._begun(about, state)
        genesis = record(_header(blocks["genesis"]), (), [], 0)
        events = self._codec.coders(EVENTS).decode_all(bytes.fromhex(blocks["events"]))
        extrinsics = tuple(map(bytes.fromhex, blocks["extrinsics"]))
        best = record(_header(blocks["best"]), extrinsics, list(map(event_of, events)), about.clock_ms)
        if best.head.number != about.block:
            raise StateCorrupt(f"its best block is {best.head.number}, not {about.block}")
        hashes = {int(number): _hash(one) for number, one in blocks["hashes"].items()}
        return _after(state, genesis, best, hashes)

    def _begun(self, about: About, state: State) -> History:
        """A chain of its own: its first block follows from everything that is stored, as any devnet's does."""
        stored = (raw for pair in self._codec.everything(state) for raw in pair)
        root = root_of([self._metadata, *stored])
        slot = about.clock_ms // SLOT_MS
        genesis = record(Header(ZEROS, 0, root, root_of(()), slot, about.branch), (), [], about.clock_ms)
        if not about.block:
            return History(state, genesis)
        header = Header(genesis.head.hash, about.block, ZEROS, root_of(()), slot, about.branch)
        return _after(state, genesis, record(header, (), [], about.clock_ms), {})


_OTHER_VERSION: Final = "load it with the taokit that wrote it, or make the chain anew"


def _after(state: State, genesis: Record, best: Record, hashes: Mapping[int, BlockHash]) -> History:
    return History(state, genesis, best=best if best.head.number else None, hashes=hashes)


def _state(about: About, entries: Iterable[Change]) -> State:
    state = State(allow_loopback=bool(about.allow_loopback))
    for item, keys, value in entries:
        state[item, *keys] = value
    state.number = about.block
    state.commit_block()
    return state


def _line(lines: list[str], at: int) -> str:
    if at >= len(lines) or not lines[at]:
        raise StateCorrupt("the file ends here, and was cut: its last line counts the entries")
    return lines[at]


def _parsed(line: str) -> Line:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise StateCorrupt(f"no JSON: {error}") from None
    if not isinstance(found, dict):
        raise StateCorrupt("not an object")
    return found


def _complete(last: Line, count: int, rest: list[str]) -> None:
    if last["entries"] != count:
        raise StateCorrupt(f"{last['entries']} entries were written, {count} are here")
    if any(rest):
        raise StateCorrupt("something follows the last line")


def _corrupt(name: str, at: int, error: Exception) -> StateCorrupt:
    said = f"no {error}" if isinstance(error, KeyError) else str(error)
    hint = error.hint if isinstance(error, StateCorrupt) else None
    return StateCorrupt(f"{name}, line {at}: {said}", hint=hint or "nothing of it was loaded")


def _header_line(header: Header) -> Line:
    return {
        "parent": header.parent.hex(),
        "number": header.number,
        "state_root": header.state_root.hex(),
        "extrinsics_root": header.extrinsics_root.hex(),
        "slot": header.slot,
        "branch": header.branch,
    }


def _header(line: Line) -> Header:
    return Header(
        _hash(line["parent"]),
        int(line["number"]),
        _hash(line["state_root"]),
        _hash(line["extrinsics_root"]),
        int(line["slot"]),
        int(line["branch"]),
    )


def _hash(text: str) -> bytes:
    found = bytes.fromhex(text)
    if len(found) != len(ZEROS):
        raise StateCorrupt(f"a hash has {len(ZEROS)} bytes, not {len(found)}")
    return found


__all__ = ["FORMAT", "VERSION", "About", "Saved", "StateFile"]
