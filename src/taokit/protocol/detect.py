"""Which format a request speaks, by the marks in its headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from taokit.errors import Malformed
from taokit.protocol import btauth, epistula, legacy_headers
from taokit.protocol.claim import BTAUTH, EPISTULA, LEGACY

MARKS = {LEGACY: legacy_headers.MARKS, BTAUTH: btauth.HEADERS, EPISTULA: epistula.HEADERS}
FORMATS = tuple(MARKS)
FORMAT_OF_MARK = {mark: name for name, marks in MARKS.items() for mark in marks}

NAMING = "one format at a time, of "

UNIQUE_PREFIXES = (legacy_headers.AXON, legacy_headers.DENDRITE, legacy_headers.STUB, "x-bittensor-", "epistula-")
UNIQUE_NAMES = frozenset(
    {"name", "timeout", "header_size", "total_size", legacy_headers.BODY_HASH, "content-type", "content-encoding"}
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


@dataclass(frozen=True, slots=True)
class HeaderNames:
    """What the names of a request's headers tell, whatever their values are."""

    lower: tuple[str, ...]  # in their order, each as often as it came
    repeated: tuple[str, ...]  # those that came more than once
    formats: frozenset[str]  # whose marks are among them

    def format(self, accepted: Collection[str] = FORMATS) -> str | None:
        """The format whose marks a request bears, or None when it bears none.

        `FormatOff` for the marks of several, and for a format that is not accepted. There is no falling back.
        """
        if len(self.formats) > 1:
            raise FormatOff(f"the marks of several formats: {', '.join(sorted(self.formats))}")
        name = next(iter(self.formats), None)
        if name is not None and name not in accepted:
            error = FormatOff(f"{name} is off")
            error.format = name
            raise error
        return name

    def check_unique(self) -> None:
        """Raise `Malformed` when a header of a format came twice: proxies and servers disagree on which one counts."""
        for name in self.repeated:
            if name in UNIQUE_NAMES or name.startswith(UNIQUE_PREFIXES):
                raise Malformed(f"header {name} came more than once")


@lru_cache(maxsize=64)  # a caller spells the same names in the same order in every request
def header_names(spelled: tuple[str, ...]) -> HeaderNames:
    """What these names tell, however they are spelled. They are remembered, so bound them first."""
    lower = tuple(name.lower() for name in spelled)
    counts = Counter(lower)
    repeated = tuple(name for name, count in counts.items() if count > 1)
    return HeaderNames(lower, repeated, frozenset(FORMAT_OF_MARK[name] for name in counts if name in FORMAT_OF_MARK))


__all__ = ["FORMATS", "FormatOff", "HeaderNames", "formats_in", "formats_text", "header_names"]
