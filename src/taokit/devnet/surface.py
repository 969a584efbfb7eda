"""The page that lists what a devnet implements, made from its table and its methods."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from taokit.devnet.rpc.dispatch import NAMES
from taokit.devnet.runtime import TABLE
from taokit.devnet.runtime.dispatch import unruled
from taokit.devnet.runtime.table import CallRow, DecodedCall, Method, Pallet


def page() -> str:
    """The page, in Markdown."""
    return "\n".join([*_head(), *_methods(), *_apis(), *(line for pallet in TABLE.pallets for line in _pallet(pallet))])


def _head() -> Iterator[str]:
    calls = sum(len(pallet.calls) for pallet in TABLE.pallets)
    entries = sum(len(pallet.storage) for pallet in TABLE.pallets)
    yield "# What a devnet implements"
    yield ""
    yield (
        f"Runtime `{TABLE.spec_name}`, specification {TABLE.spec_version}, transactions {TABLE.transaction_version}: "
        f"{len(TABLE.pallets)} pallets, {entries} storage entries, {calls} calls, {len(TABLE.methods)} runtime API "
        f"methods, {len(NAMES)} RPC methods. Made with `taokit devnet surface`."
    )
    yield ""


def _methods() -> Iterator[str]:
    yield "## RPC methods"
    yield ""
    for name in NAMES:
        yield f"- `{name}`"
    yield ""


def _apis() -> Iterator[str]:
    yield "## Runtime APIs"
    yield ""
    for method in TABLE.methods:
        yield f"- `{_signature(method)}`"
    yield ""


def _signature(method: Method) -> str:
    inputs = ", ".join(f"{name}: {kind}" for name, kind in method.inputs)
    return f"{method.api}.{method.name}({inputs}) -> {method.output}"


def _pallet(pallet: Pallet) -> Iterator[str]:
    yield f"## {pallet.name} ({pallet.index})"
    yield ""
    yield from _part(
        "Storage",
        (f"{item.name}({', '.join(key.type for key in item.keys)}) -> {item.value}" for item in pallet.storage),
    )
    refused = [row for row in pallet.calls if unruled(DecodedCall(pallet.name, row.name, {}))]
    yield from _part("Calls", (_call(row) for row in pallet.calls if row not in refused))
    yield from _part("Calls that are refused", map(_call, refused))
    yield from _part("Events", (f"{row.index} {row.name}" for row in pallet.events))
    yield from _part("Errors", (f"{number} {name}" for name, number in pallet.errors.items()))
    yield from _part("Constants", (f"{constant.name}: {constant.type}" for constant in pallet.constants))


def _call(row: CallRow) -> str:
    return f"{row.index} {row.name}({', '.join(f'{name}: {kind}' for name, kind in row.args)})"


def _part(title: str, lines: Iterable[str]) -> Iterator[str]:
    listed = [f"- `{line}`" for line in lines]
    if listed:
        yield f"### {title}"
        yield ""
        yield from listed
        yield ""


__all__ = ["page"]
