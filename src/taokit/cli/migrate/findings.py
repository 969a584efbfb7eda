"""What was found in one file, as values."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

Kind: TypeAlias = Literal["rewritten", "decide", "note"]
Verdict: TypeAlias = Literal["unchanged", "rewritten", "decide", "skipped"]

VERDICTS: dict[Verdict, str] = {
    "unchanged": "runs unchanged",
    "rewritten": "runs once it is rewritten",
    "decide": "a person must decide",
    "skipped": "was not understood",
}
"""What can be said of a file."""

MOVING = "docs/how-to/move-from-sdk-10.md"
OWN_LAYER = "docs/how-to/own-http-layer.md"


@dataclass(frozen=True, slots=True)
class Finding:
    """One place in a file."""

    line: int  # from 1
    kind: Kind
    said: str
    page: str  # where it is explained


@dataclass(frozen=True, slots=True)
class Report:
    """One file."""

    path: Path
    findings: tuple[Finding, ...] = ()  # in the order of their lines
    before: bytes = b""
    after: bytes = b""  # the same where nothing is rewritten
    error: str = ""  # why it was skipped

    @property
    def verdict(self) -> Verdict:
        """What can be said of it."""
        if self.error:
            return "skipped"
        if any(one.kind == "decide" for one in self.findings):
            return "decide"
        return "rewritten" if self.after != self.before else "unchanged"

    def to_json(self) -> dict[str, Any]:
        """Plain values, without the contents."""
        found = [{"line": one.line, "kind": one.kind, "said": one.said, "page": one.page} for one in self.findings]
        return {"path": str(self.path), "verdict": self.verdict, "findings": found, "error": self.error}


__all__ = ["MOVING", "OWN_LAYER", "VERDICTS", "Finding", "Kind", "Report", "Verdict"]
