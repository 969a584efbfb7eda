"""The types of a runtime as its metadata lists them (`scale-info`'s `PortableRegistry`), each with a number."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

from taokit.devnet.runtime.table import Enum, Pallet, Struct, Table
from taokit.devnet.scale import FIXED_POINT, METADATA_HASH_MODE, compact
from taokit.devnet.shapes import PRIMITIVES, Array, Compact, Named, Option, Primitive, Sequence, Shape, Tuple, shape

NO_DOCS: Final = compact(0)
"""An empty documentation."""

_RUNTIME: Final = "node_subtensor_runtime"
_PARAMETERS: Final = {
    "MultiAddress": (("AccountId", "AccountId"), ("AccountIndex", "()")),
    "EventRecord": (("E", "RuntimeEvent"), ("T", "H256")),
}
"""What generic types were made with, where clients ask: so they learn which type an account id and an event have."""
_CRATES: Final = {"System": "frame_system", "SubtensorModule": "pallet_subtensor"}

Fields: TypeAlias = Iterable[tuple[str | None, str]]
Variant: TypeAlias = tuple[str, int, Fields]


def text(value: str) -> bytes:
    """Text, with its length before it."""
    return octets(value.encode())


def octets(value: bytes) -> bytes:
    """Bytes, with their number before them."""
    return compact(len(value)) + value


def vector(entries: Iterable[bytes]) -> bytes:
    """Encoded entries, with their number before them."""
    made = list(entries)
    return compact(len(made)) + b"".join(made)


def maybe(value: bytes | None) -> bytes:
    """Something encoded, or nothing."""
    return b"\0" if value is None else b"\1" + value


@dataclass(frozen=True, slots=True)
class _Type:
    """One entry of the registry."""

    definition: bytes
    path: tuple[str, ...] = ()
    params: tuple[tuple[str, int], ...] = ()

    def encoded(self, number: int) -> bytes:
        params = vector(text(name) + maybe(compact(kind)) for name, kind in self.params)
        return compact(number) + vector(map(text, self.path)) + params + self.definition + NO_DOCS


class Registry:
    """The types of a runtime, numbered as they are first asked for. Types may hold each other."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._named = {made.name: made for made in table.types}
        self._numbers: dict[Shape, int] = {}
        self._types: list[_Type | None] = []

    def number(self, text: str) -> int:
        """The number of a type string."""
        return self.of(shape(text))

    def of(self, wanted: Shape) -> int:
        """The number of a type."""
        if (known := self._numbers.get(wanted)) is not None:
            return known
        number = self._numbers[wanted] = len(self._types)
        self._types.append(None)  # its number is taken before what it holds is numbered
        self._types[number] = self._make(wanted)
        return number

    def encoded(self) -> bytes:
        """The registry in bytes."""
        return vector(made.encoded(number) for number, made in enumerate(self._types) if made is not None)

    def _make(self, wanted: Shape) -> _Type:
        match wanted:
            case Primitive(name):
                return _Type(bytes((5, PRIMITIVES.index(name))))
            case Compact(entry):
                return _Type(b"\6" + compact(self.of(entry)))
            case Sequence(Tuple((key, value)), mapped=True):
                params = (("K", self.of(key)), ("V", self.of(value)))
                return self._around(Sequence(Tuple((key, value))), ("BTreeMap",), params)
            case Sequence(entry, None):
                return _Type(b"\2" + compact(self.of(entry)))
            case Sequence(entry, _):
                path = ("bounded_collections", "bounded_vec", "BoundedVec")
                return self._around(Sequence(entry), path, (("T", self.of(entry)),))
            case Array(entry, length):
                return _Type(b"\3" + length.to_bytes(4, "little") + compact(self.of(entry)))
            case Tuple(entries):
                return _Type(b"\4" + vector(compact(self.of(entry)) for entry in entries))
            case Option(entry):
                inner = self.of(entry)
                some = text("Some") + vector([_field(None, inner)]) + b"\1" + NO_DOCS
                none = text("None") + vector([]) + b"\0" + NO_DOCS
                return _Type(b"\1" + vector([none, some]), ("Option",), (("T", inner),))
            case Named(name):
                return self._by_name(name)

    def _around(self, inside: Shape, path: tuple[str, ...], params: tuple[tuple[str, int], ...]) -> _Type:
        """A type that is another one under a name."""
        return _Type(b"\0" + vector([_field(None, self.of(inside))]), path, params)

    def _by_name(self, name: str) -> _Type:
        if (found := self._named.get(name)) is not None:
            if isinstance(found, Struct):
                return _Type(b"\0" + self._fields(found.fields), found.path, self._parameters(name))
            return self.enum(found.path, found.variants, self._result(found) or self._parameters(name))
        if name in FIXED_POINT:
            kind = "FixedI" if name[0] == "I" else "FixedU"
            bits = FIXED_POINT[name]
            return self._struct(("substrate_fixed", kind + bits[1:]), [("bits", bits)])
        if name in _BUILT_IN:
            return _BUILT_IN[name](self)
        pallet, _, what = name.rpartition("::")
        return self._of_pallet(next(made for made in self._table.pallets if made.name == pallet), what)

    def _parameters(self, name: str) -> tuple[tuple[str, int], ...]:
        return tuple((parameter, self.number(kind)) for parameter, kind in _PARAMETERS.get(name, ()))

    def _result(self, found: Enum) -> tuple[tuple[str, int], ...]:
        """What a `Result` holds, either way; nothing for other types."""
        if found.path != ("Result",):
            return ()
        return tuple(("TE"[number], self.number(kind)) for _, number, ((_, kind),) in found.variants)

    def _of_pallet(self, pallet: Pallet, what: str) -> _Type:
        path = (_crate(pallet.name), "pallet", what)
        if what == "Call":
            return self.enum(path, [(row.name, row.index, row.args) for row in pallet.calls])
        if what == "Event":
            return self.enum(path, [(row.name, row.index, row.fields) for row in pallet.events])
        return self.enum(path, [(name, index, ()) for name, index in pallet.errors.items()])

    def outer(self, what: str) -> _Type:
        """`RuntimeCall`, `RuntimeEvent` or `RuntimeError`: one variant for each pallet that has any."""
        variants: list[Variant] = [
            (pallet.name, pallet.index, [(None, f"{pallet.name}::{what}")])
            for pallet in self._table.pallets
            if {"Call": pallet.calls, "Event": pallet.events, "Error": pallet.errors}[what]
        ]
        return self.enum((_RUNTIME, f"Runtime{what}"), variants)

    def _struct(self, path: tuple[str, ...], inside: Fields) -> _Type:
        return _Type(b"\0" + self._fields(inside), path)

    def enum(
        self, path: tuple[str, ...], variants: Iterable[Variant], params: tuple[tuple[str, int], ...] = ()
    ) -> _Type:
        """A variant type."""
        made = [text(name) + self._fields(inside) + bytes((index,)) + NO_DOCS for name, index, inside in variants]
        return _Type(b"\1" + vector(made), path, params)

    def _fields(self, inside: Fields) -> bytes:
        return vector(_field(name, self.number(kind), kind) for name, kind in inside)

    def blob(self, path: tuple[str, ...], size: int) -> _Type:
        """A type that is so many bytes under a name."""
        return self._struct(path, [(None, f"[u8; {size}]")])

    def era(self) -> _Type:
        """`Era`: immortal, or one of 255 first bytes followed by a second."""
        mortal: list[Variant] = [(f"Mortal{first}", first, [(None, "u8")]) for first in range(1, 256)]
        return self.enum(("sp_runtime", "generic", "era", "Era"), [("Immortal", 0, ()), *mortal])

    def signature(self) -> _Type:
        """`MultiSignature`."""
        sizes = (("Ed25519", 0, 64), ("Sr25519", 1, 64), ("Ecdsa", 2, 65))
        variants: list[Variant] = [(name, index, [(None, f"[u8; {size}]")]) for name, index, size in sizes]
        return self.enum(("sp_runtime", "MultiSignature"), variants)

    def extrinsic(self) -> _Type:
        """`UncheckedExtrinsic`, whose parameters say what its parts are."""
        params = (
            ("Address", self.number("MultiAddress")),
            ("Call", self.number("RuntimeCall")),
            ("Signature", self.number("MultiSignature")),
            ("Extra", self.number("Extra")),
        )
        path = ("sp_runtime", "generic", "unchecked_extrinsic", "UncheckedExtrinsic")
        return _Type(b"\0" + self._fields([(None, "Vec<u8>")]), path, params)

    def extra(self) -> _Type:
        """What the signed extensions put into an extrinsic, as one tuple."""
        numbers = [self.number(one.extra) for one in self._table.extensions]
        return _Type(b"\4" + vector(map(compact, numbers)))


def _field(name: str | None, number: int, kind: str | None = None) -> bytes:
    return (
        maybe(None if name is None else text(name))
        + compact(number)
        + maybe(None if kind is None else text(kind))
        + NO_DOCS
    )


def _crate(pallet: str) -> str:
    return _CRATES.get(pallet) or "pallet_" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", pallet).lower()


_BUILT_IN: Final[dict[str, Callable[[Registry], _Type]]] = {
    "AccountId": lambda types: types.blob(("sp_core", "crypto", "AccountId32"), 32),
    "H256": lambda types: types.blob(("primitive_types", "H256"), 32),
    METADATA_HASH_MODE.name: lambda types: types.enum(METADATA_HASH_MODE.path, METADATA_HASH_MODE.variants),
    "RuntimeCall": lambda types: types.outer("Call"),
    "RuntimeEvent": lambda types: types.outer("Event"),
    "RuntimeError": lambda types: types.outer("Error"),
    "Era": Registry.era,
    "MultiSignature": Registry.signature,
    "UncheckedExtrinsic": Registry.extrinsic,
    "Extra": Registry.extra,
    "Runtime": lambda _: _Type(b"\0" + vector([]), (_RUNTIME, "Runtime")),
}


__all__ = ["NO_DOCS", "Registry", "maybe", "octets", "text", "vector"]
