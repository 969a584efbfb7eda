"""Which format a request speaks, by the marks in its headers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from taokit.errors import Malformed
from taokit.protocol import btauth, legacy
from taokit.protocol.claim import BTAUTH, EPISTULA, LEGACY

EPISTULA_HEADERS = (
    "epistula-version",
    "epistula-timestamp",
    "epistula-uuid",
    "epistula-signed-by",
    "epistula-signed-for",
    "epistula-request-signature",
    "epistula-secret-signature-0",
    "epistula-secret-signature-1",
    "epistula-secret-signature-2",
)
MARKS = {LEGACY: legacy.MARKS, BTAUTH: btauth.HEADERS, EPISTULA: EPISTULA_HEADERS}
FORMATS = tuple(MARKS)
FORMAT_OF_MARK = {mark: name for name, marks in MARKS.items() for mark in marks}

UNIQUE_PREFIXES = (legacy.AXON, legacy.DENDRITE, legacy.STUB, "x-bittensor-", "epistula-")
UNIQUE_NAMES = frozenset(
    {"name", "timeout", "header_size", "total_size", legacy.BODY_HASH, "content-type", "content-encoding"}
)


class FormatOff(Malformed):
    """The request speaks a format that this axon does not accept, or several at once."""


def headers_by_name(pairs: Iterable[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Headers by lower-case name, and the names that came more than once."""
    headers: dict[str, str] = {}
    repeated: list[str] = []
    for name, value in pairs:
        key = name.lower()
        if key in headers:
            repeated.append(key)
        headers[key] = value
    return headers, repeated


def check_unique(repeated: Iterable[str]) -> None:
    """Raise `Malformed` when a header of a format came twice: proxies and servers disagree on which one counts."""
    for name in repeated:
        if name in UNIQUE_NAMES or name.startswith(UNIQUE_PREFIXES):
            raise Malformed(f"header {name} came more than once")


def detect(headers: Mapping[str, str], accepted: Collection[str] = FORMATS) -> str | None:
    """The format whose marks a request bears, or None when it bears none.

    `FormatOff` for the marks of several, and for a format that is not accepted. There is no falling back.
    """
    found = {FORMAT_OF_MARK[name] for name in headers.keys() & FORMAT_OF_MARK.keys()}
    if len(found) > 1:
        raise FormatOff(f"the marks of several formats: {', '.join(sorted(found))}")
    if not found.issubset(accepted):
        raise FormatOff(f"{found.pop()} is off")
    return found.pop() if found else None


__all__ = ["FORMATS", "FormatOff", "check_unique", "detect", "headers_by_name"]
