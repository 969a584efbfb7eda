"""The two ends of a conversation as the synapse protocol describes them."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import fields as dataclass_fields
from operator import attrgetter

Value = int | float | str | None


@dataclass(slots=True)
class Terminal:
    """One end: the sender (`dendrite`) or the receiver (`axon`). None means that nothing is known."""

    status_code: int | None = None  # HTTP's, and 422 for an answer that could not be used
    status_message: str | None = None
    process_time: float | None = None  # seconds
    ip: str | None = None  # literal address
    port: int | None = None
    version: int | None = None  # major * 1000000 + minor * 1000 + patch
    nonce: int | None = None  # nanoseconds since 1970
    uuid: str | None = None
    hotkey: str | None = None  # ss58
    signature: str | None = None  # 0x and hex

    def copied(self) -> Terminal:
        """The same values, to be changed apart from these."""
        return Terminal(*values_of(self))

    def values(self) -> dict[str, Value]:
        """All ten values by name, in the order of the wire."""
        return dict(zip(TERMINAL_FIELDS, values_of(self), strict=True))


TERMINAL_FIELDS = tuple(item.name for item in dataclass_fields(Terminal))
values_of = attrgetter(*TERMINAL_FIELDS)
"""All ten, in the order of the wire."""
INTEGERS = frozenset({"status_code", "port", "version", "nonce"})

__all__ = ["INTEGERS", "TERMINAL_FIELDS", "Terminal", "Value", "values_of"]
