"""Metadata, version 15, taken apart by a reader of its own: what two runtimes say, in a form that can be compared.

Types are told by what they look like on the wire: a struct of one field without a name is that field, so a `NetUid` is
a `u16`, a bounded vector a vector; the names of fields and variants are kept.
"""

from dataclasses import dataclass, field

PRIMITIVES = ("bool", "char", "str", *(f"{sign}{1 << bits}" for sign in "ui" for bits in range(3, 9)))
HASHERS = {2: "Blake2_128Concat", 5: "Twox64Concat", 6: "Identity"}


@dataclass(slots=True)
class Pallet:
    """One pallet; types are numbers of the registry."""

    index: int
    storage: dict[str, tuple] = field(default_factory=dict)  # name to (optional, hashers, keys, value, default)
    calls: dict[str, tuple] = field(default_factory=dict)  # name to (index, fields)
    events: dict[str, tuple] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)
    constants: dict[str, tuple] = field(default_factory=dict)  # name to (type, value)


class Portable:
    """A runtime's metadata."""

    def __init__(self, data: bytes):
        self._data, self._at = data, 5
        self._told = {}
        assert data[:5] == b"meta\x0f"
        self.types = dict(self._many(self._type))
        self.pallets = dict(self._many(self._pallet))
        self.extrinsic_version = self._byte()
        self.extrinsic_types = [self._compact() for _ in range(4)]
        self.extensions = self._many(lambda: (self._text(), self._compact(), self._compact()))
        self.runtime = self._compact()
        self.apis = dict(self._many(self._api))

    def told(self, number: int, depth: int = 30) -> str:
        """A type as text. Calls and events are told by their name only, and so is what lies too deep."""
        if (number, depth) not in self._told:
            self._told[number, depth] = self._say(number, depth)
        return self._told[number, depth]

    def _say(self, number, depth):
        path, kind, inside = self.types[number]
        name = path[-1] if path else ""
        if name in ("RuntimeCall", "RuntimeEvent", "Era") or not depth:
            return name
        if kind in ("composite", "variant"):
            return self._named(name, kind, inside, depth)
        if kind == "primitive":
            return PRIMITIVES[inside]
        if kind == "tuple":
            return f"({', '.join(self.told(one, depth - 1) for one in inside)})"
        if kind == "array":
            return f"[{self.told(inside[1], depth - 1)}; {inside[0]}]"
        return f"{kind}<{self.told(inside, depth - 1)}>"

    def _named(self, name, kind, inside, depth):
        if kind == "composite":
            if len(inside) == 1 and inside[0][0] is None:
                return self.told(inside[0][1], depth - 1)
            return f"{{{self.fields(inside, depth)}}}" if inside else "()"
        if name == "Option":
            return f"Option<{self.told(inside[1][2][0][1], depth - 1)}>"
        ordered = sorted(inside, key=lambda variant: variant[1])
        variants = (f"{index} {one}({self.fields(parts, depth)})" for one, index, parts in ordered)
        return f"<{'; '.join(variants)}>"

    def fields(self, parts, depth: int = 30) -> str:
        """Fields as text."""
        return ", ".join(f"{name or '_'}: {self.told(number, depth - 1)}" for name, number in parts)

    def keys(self, number: int, hashers: tuple) -> list[str]:
        """The types of a map's keys."""
        _, kind, inside = self.types[number]
        return [self.told(one) for one in inside] if len(hashers) > 1 and kind == "tuple" else [self.told(number)]

    def _byte(self):
        self._at += 1
        return self._data[self._at - 1]

    def _compact(self):
        mode = self._data[self._at] & 3
        size = 1 << mode if mode < 3 else 5 + (self._data[self._at] >> 2)
        raw = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(raw, "little") >> 2 if mode < 3 else int.from_bytes(raw[1:], "little")

    def _bytes(self):
        size = self._compact()
        self._at += size
        return self._data[self._at - size : self._at]

    def _text(self):
        return self._bytes().decode()

    def _many(self, one):
        return [one() for _ in range(self._compact())]

    def _maybe(self, one):
        return one() if self._byte() else None

    def _docs(self):
        self._many(self._text)

    def _field(self):
        made = self._maybe(self._text), self._compact()
        self._maybe(self._text)
        self._docs()
        return made

    def _variant(self):
        name, parts, index = self._text(), self._many(self._field), self._byte()
        self._docs()
        return name, index, parts

    def _type(self):
        number, path = self._compact(), self._many(self._text)
        self._many(lambda: (self._text(), self._maybe(self._compact)))
        made = (path, *self._definition(self._byte()))
        self._docs()
        return number, made

    def _definition(self, kind):
        if kind == 0:
            return "composite", self._many(self._field)
        if kind == 1:
            return "variant", self._many(self._variant)
        if kind == 3:
            size = int.from_bytes(bytes(self._byte() for _ in range(4)), "little")
            return "array", (size, self._compact())
        if kind == 4:
            return "tuple", self._many(self._compact)
        if kind == 5:
            return "primitive", self._byte()
        return {2: "Vec", 6: "Compact"}[kind], self._compact()

    def _pallet(self):
        name, made = self._text(), Pallet(-1)
        made.storage = self._maybe(lambda: (self._text(), dict(self._many(self._item)))[1]) or {}
        calls, events = self._maybe(self._compact), self._maybe(self._compact)
        made.constants = dict(self._many(self._constant))
        errors, made.index = self._maybe(self._compact), self._byte()
        self._docs()
        for rows, number in ((made.calls, calls), (made.events, events), (made.errors, errors)):
            if number is not None:
                rows.update({one: (index, parts) for one, index, parts in self.types[number][2]})
        made.errors = {one: index for one, (index, _) in made.errors.items()}
        return name, made

    def _item(self):
        name, optional = self._text(), self._byte() == 0
        hashers, key = (), None
        if self._byte():
            hashers, key = tuple(HASHERS[byte] for byte in self._bytes()), self._compact()
        made = optional, hashers, key, self._compact(), self._bytes()
        self._docs()
        return name, made

    def _constant(self):
        made = self._text(), (self._compact(), self._bytes())
        self._docs()
        return made

    def _api(self):
        name, methods = self._text(), dict(self._many(self._method))
        self._docs()
        return name, methods

    def _method(self):
        made = self._text(), (self._many(lambda: (self._text(), self._compact())), self._compact())
        self._docs()
        return made


def entries(runtime: Portable) -> dict[str, str]:
    """Every name of a runtime with what belongs to it: indexes, hashers, types, defaults; not what constants hold."""
    found = {}
    for name, pallet in runtime.pallets.items():
        found[name] = str(pallet.index)
        for item, (optional, hashers, key, value, default) in pallet.storage.items():
            keys = runtime.keys(key, hashers) if hashers else []
            found[f"{name} storage {item}"] = f"{optional} {hashers} {keys} {runtime.told(value)} {default.hex()}"
        for part in ("calls", "events"):
            for row, (index, parts) in getattr(pallet, part).items():
                found[f"{name} {part} {row}"] = f"{index} {runtime.fields(parts)}"
        for error, index in pallet.errors.items():
            found[f"{name} errors {error}"] = str(index)
        for constant, (kind, _) in pallet.constants.items():
            found[f"{name} constants {constant}"] = runtime.told(kind)
    for name, methods in runtime.apis.items():
        for method, (inputs, output) in methods.items():
            found[f"{name}.{method}"] = f"{runtime.fields(inputs)} -> {runtime.told(output)}"
    return found
