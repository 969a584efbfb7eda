"""The chain's storage as values, with an undo log: undoing, sealing, looking back and snapshots are all cheap.

Every item has one flat table of native values. A write notes what it replaced, so a failed call unwinds, and a sealed
block keeps its notes, which say how the block before looked. A snapshot shares the tables; the first write to a shared
table copies that table only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

from taokit.devnet.runtime.table import Item, Key
from taokit.errors import UnknownBlock

Keys = tuple[Any, ...]
Place = tuple[Item, Keys]
Journal = list[Any]
"""Writes in their order, three entries each: item, keys, and what was stored there before, MISSING for nothing.

Flat, as millions of small tuples would keep the garbage collector busy.
"""
Phase = int | str
"""The index of an extrinsic, or `Initialization` or `Finalization`."""

Event = tuple[Phase, str, str, tuple[Any, ...]]
"""`(phase, pallet, name, native fields in order)`."""

HISTORY: Final = 256
"""Sealed blocks whose state can still be read."""


class _Missing:
    """The mark of a place where nothing was stored."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing()


@lru_cache(maxsize=65536)
def raw_key(key: Key, value: Any) -> bytes:
    """The bytes that decide where a key stands among its kind; under Twox64Concat the plain key, unhashed."""
    plain = _plain(key.type, value)
    return blake2b(plain, digest_size=16).digest() + plain if key.hasher == "Blake2_128Concat" else plain


def _plain(kind: str, value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, int):
        return value.to_bytes(int(kind[1:]) // 8, "little")
    return repr(value).encode()  # the keys of rate limits, which nothing walks in order


def _order(item: Item, keys: Keys) -> tuple[bytes, ...]:
    return tuple(map(raw_key, item.keys, keys))


class Reading:
    """What can be read of a state: `state[item, *keys]`, `in`, and `items`."""

    __slots__ = ("_tables", "events", "number")

    _tables: dict[Item, dict[Keys, Any]]
    events: list[Event]
    """Events of the block, in order."""
    number: int
    """The block: the one in the making, or of a sealed state the one that made it."""

    def __getitem__(self, place: Item | tuple[Any, ...]) -> Any:
        """The value stored there, or the item's default."""
        if place.__class__ is not tuple:
            place = (place,)
        item = place[0]
        table = self._tables.get(item)
        return item.default if table is None else table.get(place[1:], item.default)

    def __contains__(self, place: Item | tuple[Any, ...]) -> bool:
        """Whether a value is stored there, be it the default's."""
        item, keys = (place[0], place[1:]) if isinstance(place, tuple) else (place, ())
        return keys in self._tables.get(item, ())

    def items(self, item: Item, *prefix: Any) -> Iterator[tuple[Keys, Any]]:
        """Every stored `(keys, value)` of an item whose keys begin with `prefix`, in the order of the raw keys."""
        found = sorted(self.keys(item, *prefix), key=lambda keys: _order(item, keys))
        return iter([(keys, self._tables[item][keys]) for keys in found])

    def keys(self, item: Item, *prefix: Any) -> list[Keys]:
        """The stored keys that begin with `prefix`, in no promised order."""
        wanted = len(prefix)
        return [keys for keys in self._tables.get(item, ()) if keys[:wanted] == prefix]

    def stored(self) -> Iterator[tuple[Item, Keys, Any]]:
        """Everything stored, item by item, in no promised order."""
        return ((item, keys, value) for item, table in self._tables.items() for keys, value in table.items())


class View(Reading):
    """The state after a sealed block. It never changes, whatever happens to the chain afterwards."""

    __slots__ = ()

    def __init__(self, tables: dict[Item, dict[Keys, Any]], number: int, events: list[Event]) -> None:
        self._tables, self.number, self.events = tables, number, events


@dataclass(frozen=True, slots=True)
class Layer:
    """One sealed block: what it wrote over, and its events."""

    number: int
    journal: Journal
    events: list[Event]


@dataclass(frozen=True, slots=True)
class Mark:
    """A snapshot of a state, good for as long as it is kept and for any number of returns."""

    tables: dict[Item, dict[Keys, Any]]
    layers: tuple[Layer, ...]
    journal: Journal
    events: tuple[Event, ...]
    number: int
    phase: Phase

    def at(self, number: int) -> View:
        """The state after the sealed block of this number. Raises `UnknownBlock` for one not sealed or too long ago."""
        sealed = next((layer for layer in self.layers if layer.number == number), None)
        if sealed is None:
            raise UnknownBlock(f"the state of block {number} is not kept", hint=f"the last {HISTORY} blocks are")
        later = [layer.journal for layer in reversed(self.layers) if layer.number > number]
        before: dict[Place, Any] = {}
        for journal in (self.journal, *later):
            before.update(zip(zip(journal[-3::-3], journal[-2::-3], strict=True), journal[-1::-3], strict=True))
        return View(_with(dict(self.tables), before), number, sealed.events)


class State(Reading):
    """The storage of a chain. Values are immutable: to change one, store another."""

    __slots__ = ("_indexes", "_journal", "_layers", "_shared", "allow_loopback", "phase")

    phase: Phase
    """Stamped on every event; whoever builds blocks sets it to the extrinsic's index."""

    def __init__(self, *, allow_loopback: bool = False) -> None:
        self._tables: dict[Item, dict[Keys, Any]] = {}
        self._shared: set[Item] = set()  # tables that a mark or a view holds too
        self._indexes: dict[Item, dict[Any, dict[Keys, None]]] = {}  # by first key, of tables that were walked by it
        self._journal: Journal = []
        self._layers: deque[Layer] = deque(maxlen=HISTORY)
        self.events: list[Event] = []
        self.phase = "Initialization"
        self.number = 0
        self.allow_loopback = allow_loopback
        """Whether axons may be served on addresses of this machine, which the real chain refuses."""

    def __setitem__(self, place: Item | tuple[Any, ...], value: Any) -> None:
        item, keys = (place[0], place[1:]) if isinstance(place, tuple) else (place, ())
        table = self._own(item)
        old = table.get(keys, MISSING)
        self._journal += item, keys, old
        table[keys] = value
        if old is MISSING:
            self._index(item, keys, stored=True)

    def __delitem__(self, place: Item | tuple[Any, ...]) -> None:
        """Nothing is stored there any more; nothing happens where nothing was."""
        item, keys = (place[0], place[1:]) if isinstance(place, tuple) else (place, ())
        if keys in self._tables.get(item, ()):
            table = self._own(item)
            self._journal += item, keys, table.pop(keys)
            self._index(item, keys, stored=False)

    def keys(self, item: Item, *prefix: Any) -> list[Keys]:
        """The stored keys that begin with `prefix`, in no promised order."""
        if not prefix or len(item.keys) < 2:
            return super().keys(item, *prefix)
        index = self._indexes.get(item)
        if index is None:
            index = self._indexes[item] = _by_first(self._tables.get(item, ()))
        wanted = len(prefix)
        return [keys for keys in index.get(prefix[0], ()) if keys[:wanted] == prefix]

    @property
    def writes(self) -> int:
        """Writes since the last sealed block: where it is the same, so is what is stored."""
        return len(self._journal) // 3

    def deposit(self, pallet: str, name: str, *fields: Any) -> None:
        """Append an event of the current phase."""
        self.events.append((self.phase, pallet, name, fields))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing: an exception undoes every write and event of the block inside, and goes on. Nests."""
        journal, events = len(self._journal), len(self.events)
        try:
            yield
        except BaseException:
            self._unwind(journal)
            del self.events[events:]
            raise

    def commit_block(self) -> None:
        """Seal everything since the last seal as block `number`; its events can be read in the block's view."""
        self._layers.append(Layer(self.number, self._journal, self.events))
        self._journal = []
        self.events = []

    def written(self, since: int = 0) -> list[tuple[Item, Keys, Any]]:
        """What was written since the last seal, as it stands now: None where nothing is stored any more.

        Without the first `since` writes.
        """
        first = 3 * since
        places = dict.fromkeys(zip(self._journal[first::3], self._journal[first + 1 :: 3], strict=True))
        return [(item, keys, self._tables.get(item, {}).get(keys)) for item, keys in places]

    def at(self, number: int) -> View:
        """The state after the sealed block of this number. Raises `UnknownBlock` for one not sealed or too long ago."""
        return self.mark().at(number)

    def mark(self) -> Mark:
        """A snapshot of everything. It shares the tables, so it costs a few hundred pointers."""
        return Mark(
            self._share(), tuple(self._layers), self._journal.copy(), tuple(self.events), self.number, self.phase
        )

    def rewind(self, mark: Mark) -> None:
        """Everything as it was at the mark, history and events included."""
        self._indexes = {}
        self._tables = dict(mark.tables)
        self._shared = set(mark.tables)
        self._layers = deque(mark.layers, maxlen=HISTORY)
        self._journal = mark.journal.copy()
        self.events = list(mark.events)
        self.number, self.phase = mark.number, mark.phase

    def return_to(self, view: View) -> None:
        """Everything as it was after the sealed block that the view shows; what came later is forgotten."""
        self._indexes = {}
        self._tables = dict(view._tables)
        self._shared = set(view._tables)
        while self._layers and self._layers[-1].number > view.number:
            self._layers.pop()
        self._journal = []
        self.events = []
        self.number = view.number

    def _own(self, item: Item) -> dict[Keys, Any]:
        """The table of an item, to write in."""
        table = self._tables.get(item)
        if table is None:
            table = self._tables[item] = {}
        elif item in self._shared:
            table = self._tables[item] = dict(table)
            self._shared.discard(item)
        return table

    def _share(self) -> dict[Item, dict[Keys, Any]]:
        self._shared = set(self._tables)
        return dict(self._tables)

    def _unwind(self, length: int) -> None:
        while len(self._journal) > length:
            item, keys, old = self._journal[-3:]
            del self._journal[-3:]
            table = self._own(item)
            if old is MISSING:
                del table[keys]
                self._index(item, keys, stored=False)
                continue
            if keys not in table:
                self._index(item, keys, stored=True)
            table[keys] = old

    def _index(self, item: Item, keys: Keys, *, stored: bool) -> None:
        """Keep the index of an item that has one true: a key is new, or is gone."""
        index = self._indexes.get(item)
        if index is None:
            return
        if stored:
            index.setdefault(keys[0], {})[keys] = None
        else:
            del index[keys[0]][keys]


def _by_first(table: Iterable[Keys]) -> dict[Any, dict[Keys, None]]:
    """The keys of a table by the first of each, in its order."""
    index: dict[Any, dict[Keys, None]] = {}
    for keys in table:
        index.setdefault(keys[0], {})[keys] = None
    return index


def _with(tables: dict[Item, dict[Keys, Any]], changes: Mapping[Place, Any]) -> dict[Item, dict[Keys, Any]]:
    """The tables with some values replaced; the inner ones given stay as they are."""
    copied: set[Item] = set()
    for (item, keys), value in changes.items():
        if item not in copied:
            tables[item] = dict(tables.get(item, {}))
            copied.add(item)
        if value is MISSING:
            tables[item].pop(keys, None)
        else:
            tables[item][keys] = value
    return tables


__all__ = ["HISTORY", "Event", "Mark", "Phase", "Reading", "State", "View"]
