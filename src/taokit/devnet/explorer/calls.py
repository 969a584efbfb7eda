"""Calls, events and errors of a block as JSON for people."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.natives import Natives
from taokit.devnet.runtime.state import Event
from taokit.devnet.runtime.table import CallRow, DecodedCall, EventRow, Table

_DEEPEST: Final = 8  # calls inside calls; what lies deeper is told as its bytes


class Phrases:
    """One table's calls and events, told by their names."""

    def __init__(self, table: Table, natives: Natives) -> None:
        self._natives = natives
        self._calls: dict[tuple[str, str], CallRow] = {
            (pallet.name, row.name): row for pallet in table.pallets for row in pallet.calls
        }
        self._events: dict[tuple[str, str], EventRow] = {
            (pallet.name, row.name): row for pallet in table.pallets for row in pallet.events
        }
        self._errors = {
            (pallet.index, number): f"{pallet.name}.{name}"
            for pallet in table.pallets
            for name, number in pallet.errors.items()
        }

    def call(self, call: DecodedCall, depth: int = 0) -> dict[str, Any]:
        """`{pallet, call, args}`, with calls among the arguments likewise."""
        row = self._calls[call.pallet, call.name]
        args = {name: self._argument(kind, call.args[name], depth) for name, kind in row.args}
        return {"pallet": call.pallet, "call": call.name, "args": args}

    def _argument(self, kind: str, native: Any, depth: int) -> Any:
        if depth < _DEEPEST and isinstance(native, DecodedCall):
            return self.call(native, depth + 1)
        if depth < _DEEPEST and kind == "Vec<RuntimeCall>":
            return [self.call(one, depth + 1) for one in native]
        return self._natives.told(kind, native)

    def event(self, event: Event) -> dict[str, Any]:
        """`{phase, pallet, event, fields}`; the phase is the number of an extrinsic or a word."""
        phase, pallet, name, fields = event
        row = self._events[pallet, name]
        told = [
            {"name": field, "type": kind, "value": self._natives.told(kind, native)}
            for (field, kind), native in zip(row.fields, fields, strict=True)
        ]
        return {"phase": phase, "pallet": pallet, "event": name, "fields": told}

    def error(self, error: Any) -> str:
        """A native `DispatchError` by its name, such as `SubtensorModule.NotEnoughStake`."""
        if isinstance(error, str):
            return error
        kind, *inside = error
        if kind != "Module":
            return ".".join([kind, *map(str, inside)])
        index, number = inside[0][0], inside[0][1][0]
        return self._errors.get((index, number), f"error {number} of pallet {index}")


__all__ = ["Phrases"]
