"""One file's syntax tree: imports rewritten, comments and layout kept, and everything that needs a person found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import MetadataWrapper, PositionProvider

import taokit.compat as compat
from taokit.cli.migrate import parsing
from taokit.cli.migrate.findings import MOVING, OWN_LAYER, Finding, Kind
from taokit.cli.migrate.names import ALONE, COMPAT, MEMBERS, MODULES, ROWS, SDK, home_of, instead, is_path, kind_of
from taokit.cli.migrate.requirements import of_string, quoted
from taokit.protocol.synapse import RESERVED

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKS = ("epistula-", "x-bittensor-", "bt_header_")
"""How the headers of the three formats begin."""
SERVERS = frozenset({"fastapi", "flask", "uvicorn", "starlette", "aiohttp", "sanic", "quart"})
MESSAGES = frozenset({"Synapse", "StreamingSynapse"})


def rewritten(source: bytes, *, requirements: bool = False) -> tuple[bytes, tuple[Finding, ...]]:
    """The file as it should be, and what was found; `requirements` is whether its texts may be some, as in `setup.py`.

    Raises `SyntaxError` or `libcst.ParserSyntaxError`, and `ValueError` for what nests too deeply.
    """
    parsing.check(source)
    wrapper = MetadataWrapper(cst.parse_module(source))
    rewriter = Rewriter(requirements=requirements)
    module = wrapper.visit(rewriter)
    findings = rewriter.findings
    if rewriter.servers and rewriter.marks:
        line = min(rewriter.marks)
        findings.append(Finding(line, "decide", "an HTTP layer of its own, with signed headers", OWN_LAYER))
    changed = any(one.kind == "rewritten" for one in findings)
    return module.bytes if changed else source, tuple(sorted(findings, key=lambda one: one.line))


class Rewriter(cst.CSTTransformer):
    """Walks one file. `findings` are there afterwards."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, *, requirements: bool = False) -> None:
        super().__init__()
        self._requirements = requirements
        self._found: list[tuple[Finding, str]] = []
        self._given: set[str] = set()  # attributes that are assigned to
        self.servers: set[str] = set()  # libraries that serve HTTP
        self.marks: set[int] = set()  # lines with the name of a signed header
        self._sdk: set[str] = set()  # what the SDK goes by in this file
        self._annotations: set[cst.SimpleString] = set()
        self._names: dict[str, str] = {}  # what was imported from it, by what it goes by

    def _find(self, node: cst.CSTNode, kind: Kind, said: str, of: str = "") -> None:
        """`of` is the attribute that it is about, where the file may have put it there itself."""
        line = self.get_metadata(PositionProvider, node).start.line
        self._found.append((Finding(line, kind, said, MOVING), of))

    @property
    def findings(self) -> list[Finding]:
        """What was found, but for attributes that the file gives its objects itself."""
        return [one for one, of in self._found if not of or of not in self._given]

    def visit_Annotation(self, node: cst.Annotation) -> None:  # noqa: N802
        if SDK in self._sdk and isinstance(node.annotation, cst.SimpleString):
            self._annotations.add(node.annotation)  # a name of this file, which is there under the same name

    def visit_Import(self, node: cst.Import) -> bool:  # noqa: N802  libcst finds its visitors by such names
        return False  # the names in it are no uses

    def visit_ImportFrom(self, node: cst.ImportFrom) -> bool:  # noqa: N802
        return False

    def leave_Import(self, original_node: cst.Import, updated_node: cst.Import) -> cst.Import:  # noqa: N802
        names = [self._import(alias, original_node) for alias in updated_node.names]
        return updated_node.with_changes(names=names) if names != list(updated_node.names) else updated_node

    def _import(self, alias: cst.ImportAlias, at: cst.Import) -> cst.ImportAlias:
        name = get_full_name_for_node(alias.name) or ""
        self.servers |= SERVERS & {name.partition(".")[0]}
        if name.partition(".")[0] != SDK:
            return alias
        given = None if alias.asname is None else get_full_name_for_node(alias.asname.name)
        inner = name.removeprefix(SDK).removeprefix(".")
        if (inner and inner not in MODULES) or (inner and given is None):
            self._find(at, "decide", f"`import {name}`: import the names that are used from {COMPAT}")
            return alias
        self._sdk.add(given or name) if not inner else None
        target = f"{COMPAT}.{inner}" if inner else COMPAT
        self._find(at, "rewritten", f"imports {target} as {given or name}")
        return alias.with_changes(name=dotted(target), asname=alias.asname or as_name(name))

    def leave_ImportFrom(self, original_node: cst.ImportFrom, updated_node: cst.ImportFrom) -> cst.ImportFrom:  # noqa: N802
        module = get_full_name_for_node(updated_node.module) if updated_node.module else None
        if module is None or updated_node.relative:
            return updated_node
        self.servers |= SERVERS & {module.partition(".")[0]}
        if module.partition(".")[0] != SDK:
            return updated_node
        if isinstance(updated_node.names, cst.ImportStar):
            self._find(original_node, "decide", f"`from {module} import *`: import the names that are used")
            return updated_node
        names = [get_full_name_for_node(one.name) or "" for one in updated_node.names]
        homes = {name: home_of(module, name) for name in names}
        self._names |= {local: name for local, name in map(_local, updated_node.names) if homes[name] == COMPAT}
        for name in (name for name, home in homes.items() if home is None):
            self._find(original_node, "decide", instead(name))
        targets = set(homes.values())
        target = targets.pop() if len(targets) == 1 else None
        if target is None:
            return updated_node
        self._find(original_node, "rewritten", f"imports {', '.join(names)} from {target}")
        return updated_node.with_changes(module=dotted(target))

    def visit_Attribute(self, node: cst.Attribute) -> None:  # noqa: N802
        name = node.attr.value
        owner = get_full_name_for_node(node.value)
        if owner is None:
            return
        known = self._known(owner)
        if known is not None:
            if not has(known, name):
                self._find(node, "decide", instead(f"{known}.{name}".removeprefix("."), row_of(known)))
            return
        kind = kind_of(owner)
        if kind is None or "config" in owner.split(".") or not (self._sdk or self._names or kind in ALONE):
            return
        if name not in MEMBERS[kind] and not name.startswith("__"):
            self._find(node, "decide", f"`{kind}.{name}`: {instead(name, ROWS[kind])}", of=name)

    def visit_AssignTarget(self, node: cst.AssignTarget) -> None:  # noqa: N802
        targets = [one.value for one in node.target.elements] if isinstance(node.target, cst.Tuple) else [node.target]
        self._given |= {one.attr.value for one in targets if isinstance(one, cst.Attribute)}

    def _known(self, owner: str) -> str | None:
        """What of the SDK this is, below its name: empty for itself, `utils.networking`, `Synapse`; else None."""
        if owner in self._sdk:
            return ""
        first, _, rest = owner.partition(".")
        if first in self._names and not rest:
            return self._names[first]
        inner = next((owner.removeprefix(f"{sdk}.") for sdk in self._sdk if owner.startswith(f"{sdk}.")), None)
        return inner if inner is not None and (inner in MODULES or has("", inner)) else None

    def visit_ClassDef(self, node: cst.ClassDef) -> None:  # noqa: N802
        bases = [(get_full_name_for_node(base.value) or "").rpartition(".")[2] for base in node.bases]
        if not MESSAGES.intersection(bases):
            return
        fields = fields_of(node.body.body)
        for name in sorted(RESERVED.intersection(fields)):
            said = f"{node.name.value} declares {name}, which the protocol uses itself: rename the field"
            self._find(node, "decide", said)
        if "required_hash_fields" not in fields:
            said = f"nothing binds the body of {node.name.value}: declare required_hash_fields"
            self._find(node, "note", said)

    def visit_Call(self, node: cst.Call) -> None:  # noqa: N802
        called = get_full_name_for_node(node.func) or ""
        if called.rpartition(".")[2] not in ("import_module", "__import__") or not node.args:
            return
        if text_of(node.args[0].value) == SDK:
            self._find(node, "decide", f"imports {SDK} by its name as text")

    def leave_SimpleString(  # noqa: N802
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.SimpleString:
        value = text_of(original_node)
        told = None if value is None or not self._requirements else of_string(value)
        if value is None or told is None:
            return updated_node
        self._find(original_node, told[1], told[2])
        if told[0] is None or updated_node.value.count(value) != 1:
            return updated_node
        return updated_node.with_changes(value=updated_node.value.replace(value, quoted(told[0], updated_node.quote)))

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802
        value = text_of(node)
        if value is not None and value.lower().startswith(MARKS):
            self.marks.add(self.get_metadata(PositionProvider, node).start.line)
        if value is not None and is_path(value) and node not in self._annotations:
            self._find(node, "decide", f"names {value} as text")


def has(known: str, name: str) -> bool:
    """Whether what of the SDK goes by this name (`` for the SDK itself) has such a member here."""
    if known in MODULES:
        return hasattr(MODULES[known], name)
    if not known:
        return name in compat.__all__ or name in MODULES
    if known not in compat.__all__:
        return True  # nothing is known of it but its name, which is found by itself
    thing = getattr(compat, known)
    return not isinstance(thing, type | type(compat.logging)) or hasattr(thing, name)


def row_of(known: str) -> str:
    """The row of `ABSENT` that speaks of its members."""
    if known in ("", "logging", "utils"):
        return known or "bt"
    return getattr(getattr(compat, known, None), "sdk_name", known)


def _local(alias: cst.ImportAlias) -> tuple[str, str]:
    """What an imported name goes by, and the name."""
    name = get_full_name_for_node(alias.name) or ""
    return (name if alias.asname is None else get_full_name_for_node(alias.asname.name) or name), name


def fields_of(body: Sequence[cst.BaseStatement] | Sequence[cst.BaseSmallStatement]) -> set[str]:
    """The names that a class body assigns to or annotates."""
    lines = [line for line in body if isinstance(line, cst.SimpleStatementLine)]
    small = [one for line in lines for one in line.body]
    annotated = [get_full_name_for_node(one.target) for one in small if isinstance(one, cst.AnnAssign)]
    assigned = [
        get_full_name_for_node(target.target) for one in small if isinstance(one, cst.Assign) for target in one.targets
    ]
    return {name for name in (*annotated, *assigned) if name}


def text_of(node: cst.BaseExpression) -> str | None:
    """The value of a plain string, or None of anything else."""
    value = node.evaluated_value if isinstance(node, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def dotted(name: str) -> Any:
    """A dotted name as syntax."""
    return cst.parse_expression(name)


def as_name(name: str) -> cst.AsName:
    """` as name`."""
    space = cst.SimpleWhitespace(" ")
    return cst.AsName(cst.Name(name), whitespace_before_as=space, whitespace_after_as=space)


__all__ = ["Rewriter", "rewritten"]
