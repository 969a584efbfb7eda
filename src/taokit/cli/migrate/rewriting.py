"""One file's syntax tree: imports rewritten, comments and layout kept, and everything that needs a person found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst.helpers import get_full_name_for_node
from libcst.metadata import MetadataWrapper, PositionProvider

from taokit.cli.migrate.findings import MOVING, OWN_LAYER, Finding, Kind
from taokit.cli.migrate.names import COMPAT, MEMBERS, SDK, WEIGHTS, home_of, instead
from taokit.compat import __all__ as compat_names
from taokit.compat.utils import __all__ as utils_names
from taokit.protocol.synapse import RESERVED

if TYPE_CHECKING:
    from collections.abc import Sequence

MARKS = ("epistula-", "x-bittensor-", "bt_header_")
"""How the headers of the three formats begin."""
SERVERS = frozenset({"fastapi", "flask", "uvicorn", "starlette", "aiohttp", "sanic", "quart"})
MESSAGES = frozenset({"Synapse", "StreamingSynapse"})


def rewritten(source: bytes) -> tuple[bytes, tuple[Finding, ...]]:
    """The file as it should be, and what was found. Raises `libcst.ParserSyntaxError`."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    rewriter = Rewriter()
    module = wrapper.visit(rewriter)
    if rewriter.servers and rewriter.marks:
        line = min(rewriter.marks)
        rewriter.findings.append(Finding(line, "decide", "an HTTP layer of its own, with signed headers", OWN_LAYER))
    changed = any(one.kind == "rewritten" for one in rewriter.findings)
    return module.bytes if changed else source, tuple(sorted(rewriter.findings, key=lambda one: one.line))


class Rewriter(cst.CSTTransformer):
    """Walks one file. `findings` are there afterwards."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        super().__init__()
        self.findings: list[Finding] = []
        self.servers: set[str] = set()  # libraries that serve HTTP
        self.marks: set[int] = set()  # lines with the name of a signed header
        self._sdk: set[str] = set()  # what the SDK goes by in this file

    def _find(self, node: cst.CSTNode, kind: Kind, said: str) -> None:
        line = self.get_metadata(PositionProvider, node).start.line
        self.findings.append(Finding(line, kind, said, MOVING))

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
        if inner not in ("", WEIGHTS, "utils") or (inner and given is None):
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
        if owner in self._sdk and name not in compat_names:
            self._find(node, "decide", instead(name))
        inner, _, last = owner.rpartition(".")
        if last == "utils" and inner in self._sdk and name not in utils_names:
            self._find(node, "decide", instead(f"utils.{name}"))
        of_settings = "config" in inner.split(".")
        if self._sdk and last in MEMBERS and owner not in self._sdk and not of_settings and name not in MEMBERS[last]:
            self._find(node, "decide", f"`{last}.{name}` is not in taokit.compat")

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
        value = text_of(node.args[0].value)
        if value is not None and value.partition(".")[0] == SDK:
            self._find(node, "decide", f"imports {value} by its name as text")

    def visit_SimpleString(self, node: cst.SimpleString) -> None:  # noqa: N802
        value = text_of(node)
        if value is not None and value.lower().startswith(MARKS):
            self.marks.add(self.get_metadata(PositionProvider, node).start.line)


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
