"""Decoded answers, read field by field: one that no longer has the shape that is read says which field moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from taokit.chain.requests import Read, Single, Storage, StorageMap, several
from taokit.errors import TypeMoved


@dataclass(frozen=True, slots=True)
class Told:
    """A value that the chain told, with where it stands there. Whatever does not fit raises `TypeMoved`."""

    where: str
    value: Any

    def __getitem__(self, field: str) -> Told:
        """One field of a struct."""
        if not isinstance(self.value, Mapping):
            raise self.moved("a struct", field=field)
        if field not in self.value:
            raise TypeMoved(
                f"{self.where} no longer has the field {field}", where=self.where, field=field, hint=self._hint(field)
            )
        return Told(f"{self.where}: {field}", self.value[field])

    def __contains__(self, field: str) -> bool:
        return isinstance(self.value, Mapping) and field in self.value

    def __iter__(self) -> Iterator[Told]:
        """The entries of a sequence or a set."""
        return (Told(self.where, entry) for entry in self.entries())

    def entries(self) -> Sequence[Any]:
        """The entries of a sequence or a set, as they are."""
        if not isinstance(self.value, (list, tuple)):
            raise self.moved("a list")
        return self.value

    def pairs(self) -> list[tuple[Told, Told]]:
        """The entries of a map inside a value, key and value. Decoders show those as a dict or as a list of pairs."""
        if isinstance(self.value, Mapping):
            return [(Told(self.where, key), Told(self.where, inside)) for key, inside in self.value.items()]
        return [(key, inside) for key, inside in (entry.parts(2) for entry in self)]

    def parts(self, count: int) -> tuple[Told, ...]:
        """The parts of a tuple of so many."""
        if not isinstance(self.value, (list, tuple)) or len(self.value) != count:
            raise self.moved(f"a tuple of {count}")
        return tuple(Told(self.where, part) for part in self.value)

    def integer(self) -> int:
        """A whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.moved("a whole number")
        return self.value

    def flag(self) -> bool:
        """Yes or no."""
        if not isinstance(self.value, bool):
            raise self.moved("a flag")
        return self.value

    def address(self) -> str:
        """An account, as an ss58 address."""
        if not isinstance(self.value, str):
            raise self.moved("an account")
        return self.value

    def octets(self) -> bytes:
        """Bytes. Decoders show those that are text as text, and others in hex or as numbers."""
        if isinstance(self.value, str):
            return _octets(self.value)
        try:
            return bytes(self.value)
        except (TypeError, ValueError):
            raise self.moved("bytes") from None

    def text(self) -> str:
        """Bytes that stand for text; what is no UTF-8 among them is replaced."""
        return self.octets().decode(errors="replace")

    def bits(self) -> int:
        """The bits of a fixed-point number."""
        return self["bits"].integer() if isinstance(self.value, Mapping) else self.integer()

    @property
    def absent(self) -> bool:
        """Whether an option holds nothing."""
        return self.value is None

    def moved(self, wanted: str, *, field: str | None = None) -> TypeMoved:
        """The error for a value of another kind than the wanted one."""
        name = field or self.where.rpartition(": ")[2]
        said = f"{self.where} is no longer {wanted} but {_kind(self.value)}"
        return TypeMoved(said, where=self.where, field=name, hint=_UPDATE)

    def _hint(self, field: str) -> str:
        near = get_close_matches(field, self.value, n=1, cutoff=0.5)
        return f"it has {near[0]}; {_UPDATE}" if near else _UPDATE


_UPDATE = "update taokit; until then read it by name with `taokit chain read`"


def _octets(value: str) -> bytes:
    if value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            pass
    return value.encode()


def _kind(value: Any) -> str:
    names = {bool: "a flag", int: "a number", str: "a text", dict: "a struct", type(None): "nothing"}
    return names.get(type(value), f"a {type(value).__name__}")


def name_of(request: Single) -> str:
    """What a request asks for, by the chain's names."""
    names = [str(getattr(request, part)) for part in ("pallet", "api", "item", "method", "name") if _has(request, part)]
    return ".".join(names) or type(request).__name__


def _has(request: Single, part: str) -> bool:
    return part in getattr(type(request), "__slots__", ())


def ask(request: Single) -> Read[Told]:
    """The answer to one request."""
    return Told(name_of(request), (yield request))


def ask_all(*requests: Single) -> Read[list[Told]]:
    """The answers to some requests at once, in order."""
    answers = yield several(*requests)
    return [Told(name_of(request), answer) for request, answer in zip(requests, answers, strict=True)]


def ask_items(pallet: str, items: Sequence[str], *keys: Any) -> Read[list[Told]]:
    """The answers to several storage entries of one pallet that take the same keys."""
    return ask_all(*(Storage(pallet, item, keys) for item in items))


def ask_map(pallet: str, item: str, *keys: Any, pairs: bool = False) -> Read[list[tuple[Any, Told]]]:
    """The stored entries of a map, each with what is left of its key; `pairs` as in `StorageMap`."""
    told = yield from ask(StorageMap(pallet, item, keys, pairs=pairs))
    entries = (entry.parts(2) for entry in told)
    return [(key.value, value) for key, value in entries]


__all__ = ["Told", "ask", "ask_all", "ask_items", "ask_map", "name_of"]
