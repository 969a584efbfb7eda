"""How the values of headers must look, where several formats say the same of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from taokit.errors import Malformed


@dataclass(frozen=True, slots=True)
class Form:
    """How a text must look, and in which words one that does not is refused."""

    words: str
    pattern: re.Pattern[str]

    def check(self, name: str, text: str) -> str:
        """The text of the header `name`; `Malformed` when it does not look so."""
        if not self.pattern.fullmatch(text):
            raise Malformed(f"{name} is not {self.words}")
        return text

    def read(self, headers: Mapping[str, str], name: str) -> str:
        """The text of one of the headers, which have lower-case names; `Malformed` also when it is missing."""
        return self.check(name, headers.get(name, ""))


INTEGER = Form("1 to 19 digits without a leading zero", re.compile(r"0|[1-9][0-9]{0,18}"))
UUID = Form("1 to 64 letters, digits and hyphens", re.compile(r"[0-9A-Za-z-]{1,64}"))
"""A dot would make what is signed ambiguous: its parts have dots between them."""
SIGNATURE = Form("64 bytes of hex", re.compile(r"(?:0x)?[0-9a-fA-F]{128}"))


def signature_bytes(text: str) -> bytes:
    """The 64 bytes that a signature's text of the right form says, with `0x` before them or without."""
    return bytes.fromhex(text[-128:])


__all__ = ["INTEGER", "SIGNATURE", "UUID", "Form", "signature_bytes"]
