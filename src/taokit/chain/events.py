"""The events of a block, and what they say of one extrinsic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from taokit.chain.codec import Codec
from taokit.chain.refusals import dispatch_failed
from taokit.errors import DispatchFailed


@dataclass(frozen=True, slots=True)
class Event:
    """One event: who says what. `fields` is a dict where the chain names them, else a tuple (one field: its value)."""

    pallet: str
    name: str
    fields: Any
    extrinsic: int | None
    """The index of the extrinsic that caused it, or None for the block itself."""


def events_of(records: Sequence[Mapping[str, Any]]) -> Iterator[Event]:
    """The decoded records of `System.Events`, in order."""
    for record in records:
        yield Event(record["module_id"], record["event_id"], record["attributes"], record["extrinsic_idx"])


def failure(events: Sequence[Event], codec: Codec) -> DispatchFailed | None:
    """Why an extrinsic with these events failed, ready to raise; None when it did not. A failed `sudo` counts."""
    for event in events:
        if (event.pallet, event.name) == ("System", "ExtrinsicFailed"):
            return dispatch_failed(*error_of(event.fields["dispatch_error"], codec))
        if (event.pallet, event.name) == ("Sudo", "Sudid") and (error := _result_error(event.fields)) is not None:
            return dispatch_failed(*error_of(error, codec))
    return None


def error_of(error: Any, codec: Codec) -> tuple[str, str]:
    """The chain's name for a dispatch error, and the pallet (`""`: the runtime itself)."""
    if isinstance(error, str):
        return error, ""
    ((kind, detail),) = error.items()
    if kind != "Module":
        return f"{kind}.{detail}", ""
    number = bytes.fromhex(detail["error"].removeprefix("0x"))[0]
    return codec.error_name(detail["index"], number), codec.pallet_name(detail["index"])


def _result_error(fields: Any) -> Any:
    result = fields.get("sudo_result", fields) if isinstance(fields, Mapping) else fields
    return result.get("Err") if isinstance(result, Mapping) else None


__all__ = ["Event", "error_of", "events_of", "failure"]
