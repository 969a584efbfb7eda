"""Which format a request speaks, by the marks in its headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping

from taokit.errors import Malformed
from taokit.protocol import btauth, epistula, legacy
from taokit.protocol.claim import BTAUTH, EPISTULA, LEGACY

MARKS = {LEGACY: legacy.MARKS, BTAUTH: btauth.HEADERS, EPISTULA: epistula.HEADERS}
FORMATS = tuple(MARKS)
FORMAT_OF_MARK = {mark: name for name, marks in MARKS.items() for mark in marks}

NAMING = "one format at a time, of "

UNIQUE_PREFIXES = (legacy.AXON, legacy.DENDRITE, legacy.STUB, "x-bittensor-", "epistula-")
UNIQUE_NAMES = frozenset(
    {"name", "timeout", "header_size", "total_size", legacy.BODY_HASH, "content-type", "content-encoding"}
)


class FormatOff(Malformed):
    """The request speaks a format that this axon does not accept, or several at once."""

    format: str | None = None  # the one that is off; None for several


def formats_text(accepted: Iterable[str]) -> str:
    """What a caller reads whose format is off: which ones are on."""
    return f"{NAMING}{', '.join(accepted)}"


def formats_in(text: str) -> list[str]:
    """The formats that such a text names; none for any other text."""
    return text.removeprefix(NAMING).split(", ") if text.startswith(NAMING) else []


def headers_by_name(pairs: Collection[tuple[str, str]]) -> tuple[dict[str, str], list[str]]:
    """Headers by lower-case name, and the names that came more than once."""
    headers = {name.lower(): value for name, value in pairs}
    if len(headers) == len(pairs):
        return headers, []
    counts = Counter(name.lower() for name, _ in pairs)
    return headers, [name for name, count in counts.items() if count > 1]


def check_unique(repeated: Iterable[str]) -> None:
    """Raise `Malformed` when a header of a format came twice: proxies and servers disagree on which one counts."""
    for name in repeated:
        if name in UNIQUE_NAMES or name.startswith(UNIQUE_PREFIXES):
            raise Malformed(f"header {name} came more than once")


def detect(headers: Mapping[str, str], accepted: Collection[str] = FORMATS) -> str | None:
    """The format whose marks a request bears, or None when it bears none.

    `FormatOff` for the marks of several, and for a format that is not accepted. There is no falling back.
    """
    found = {FORMAT_OF_MARK[name] for name in headers if name in FORMAT_OF_MARK}
    if len(found) > 1:
        raise FormatOff(f"the marks of several formats: {', '.join(sorted(found))}")
    if not found.issubset(accepted):
        (name,) = found
        error = FormatOff(f"{name} is off")
        error.format = name
        raise error
    return found.pop() if found else None


__all__ = ["FORMATS", "FormatOff", "check_unique", "detect", "formats_in", "formats_text", "headers_by_name"]
