"""`bt.TerminalInfo`: one end of a conversation, whose numbers may be given as text."""

from __future__ import annotations

import json
from typing import Any

from taokit.protocol import Terminal
from taokit.protocol.terminal import INTEGERS, values_of


class TerminalInfo(Terminal):
    """What is known of the sender (`synapse.dendrite`) or the receiver (`synapse.axon`)."""

    __slots__ = ()

    @classmethod
    def of(cls, terminal: Terminal) -> TerminalInfo:
        """The same values; the very terminal where it is one already."""
        return terminal if isinstance(terminal, cls) else cls(*values_of(terminal))

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, str) and name in INTEGERS:
            value = int(value)
        elif value is not None and name == "process_time":
            value = float(value)
        super().__setattr__(name, value)

    def copied(self) -> TerminalInfo:
        """The same values, to be changed apart from these."""
        return TerminalInfo(*values_of(self))

    def copy(self, **options: Any) -> TerminalInfo:
        """The same."""
        return self.copied()

    model_copy = copy

    def model_dump(self, **options: Any) -> dict[str, Any]:
        """All ten values by name."""
        return self.values()

    dict = model_dump

    def model_dump_json(self, **options: Any) -> str:
        """The same as JSON."""
        return json.dumps(self.values())

    json = model_dump_json


__all__ = ["TerminalInfo"]
