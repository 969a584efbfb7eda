"""Calls and events: what comes in and goes out by the indexes of pallets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from taokit.devnet.runtime.table import CallRow, DecodedCall, Pallet
from taokit.devnet.scale.coder import Coder, ScaleError
from taokit.devnet.scale.composed import product

MAX_CALL_DEPTH: Final = 8
"""Calls inside calls, as the chain allows them."""


class CallCoder:
    """`RuntimeCall`: pallet index, call index, arguments."""

    def __init__(self, pallets: tuple[Pallet, ...], coders: Callable[[str], Coder]) -> None:
        self._by_name = {(pallet.name, row.name): (pallet, row) for pallet in pallets for row in pallet.calls}
        self._by_index = {(pallet.index, row.index): (pallet, row) for pallet in pallets for row in pallet.calls}
        self._coders = coders
        self._depth = 0

    def encode(self, call: DecodedCall) -> bytes:
        """The bytes."""
        try:
            pallet, row = self._by_name[call.pallet, call.name]
        except KeyError:
            raise ScaleError(f"the table has no call {call.pallet}.{call.name}") from None
        return bytes((pallet.index, row.index)) + b"".join(
            self._coders(kind).encode(call.args[name]) for name, kind in row.args
        )

    def decode(self, data: bytes, at: int) -> tuple[DecodedCall, int]:
        """The value that begins at an offset, and the offset behind it."""
        found = self._by_index.get((data[at], data[at + 1])) if len(data) >= at + 2 else None
        if found is None:
            raise ScaleError("no call begins with these bytes")
        self._depth += 1
        try:
            if self._depth > MAX_CALL_DEPTH + 1:
                raise ScaleError("calls inside calls, too deep")
            call, end = self._arguments(*found, data, at + 2)
            return (call if self._depth == 1 else replace(call, raw=data[at:end])), end
        finally:
            self._depth -= 1

    def _arguments(self, pallet: Pallet, row: CallRow, data: bytes, at: int) -> tuple[DecodedCall, int]:
        args = {}
        for name, kind in row.args:
            args[name], at = self._coders(kind).decode(data, at)
        return DecodedCall(pallet.name, row.name, args), at


class EventCoder:
    """`RuntimeEvent`: natively `(pallet, name, fields)`."""

    def __init__(self, pallets: tuple[Pallet, ...], coders: Callable[[str], Coder]) -> None:
        self._by_name = {(pallet.name, row.name): (pallet, row) for pallet in pallets for row in pallet.events}
        self._by_index = {(pallet.index, row.index): (pallet, row) for pallet in pallets for row in pallet.events}
        self._coders = coders

    def encode(self, event: tuple[str, str, tuple[Any, ...]]) -> bytes:
        """The bytes."""
        pallet, row = self._by_name[event[0], event[1]]
        body = (self._coders(kind).encode(value) for (_, kind), value in zip(row.fields, event[2], strict=True))
        return bytes((pallet.index, row.index)) + b"".join(body)

    def decode(self, data: bytes, at: int) -> tuple[tuple[str, str, tuple[Any, ...]], int]:
        """The value that begins at an offset, and the offset behind it."""
        found = self._by_index.get((data[at], data[at + 1])) if len(data) >= at + 2 else None
        if found is None:
            raise ScaleError("no event begins with these bytes")
        pallet, row = found
        fields, at = product([self._coders(kind) for _, kind in row.fields]).decode(data, at + 2)
        return (pallet.name, row.name, fields), at


__all__ = ["MAX_CALL_DEPTH", "CallCoder", "EventCoder"]
