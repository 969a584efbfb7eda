"""The parameters of a call, each read as the type that its method wants."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Sequence
from typing import Any, Final

from taokit.devnet.accounts import public_key
from taokit.devnet.rpc.protocol import INVALID_PARAMS, Fault

HASH: Final = 32
"""Bytes that name a block."""


def invalid(why: str) -> Fault:
    """The refusal of a parameter."""
    return Fault(INVALID_PARAMS, "Invalid params", why)


def from_hex(text: Any) -> bytes:
    """The bytes that hex stands for, with or without `0x` before it. Raises `Fault`."""
    if not isinstance(text, str):
        raise invalid(f"expected a 0x-prefixed hex string, not {type(text).__name__}")
    try:
        return unhexlify(text.removeprefix("0x"))
    except ValueError as error:
        raise invalid(f"not hex: {error}") from None


class Params:
    """Parameters by position. What is wrong or missing raises `Fault`; what is too many is not looked at."""

    def __init__(self, given: Sequence[Any]) -> None:
        self._given = given

    def any(self, at: int) -> Any:
        """The parameter as it came, None where there is none."""
        return self._given[at] if at < len(self._given) else None

    def blob(self, at: int) -> bytes:
        """Bytes."""
        return from_hex(self.any(at))

    def maybe_blob(self, at: int) -> bytes | None:
        """Bytes, or None."""
        return None if self.any(at) is None else self.blob(at)

    def blobs(self, at: int) -> list[bytes]:
        """A list of bytes."""
        given = self.any(at)
        if not isinstance(given, list):
            raise invalid(f"expected a list of hex strings, not {type(given).__name__}")
        return list(map(from_hex, given))

    def block(self, at: int) -> bytes | None:
        """The hash of a block, or None."""
        raw = self.maybe_blob(at)
        if raw is not None and len(raw) != HASH:
            raise invalid(f"a block hash has {HASH} bytes, not {len(raw)}")
        return raw

    def text(self, at: int) -> str:
        """A string."""
        given = self.any(at)
        if not isinstance(given, str):
            raise invalid(f"expected a string, not {type(given).__name__}")
        return given

    def whole(self, at: int, default: int | None = None) -> int:
        """An integer, not negative."""
        given = self.any(at)
        return whole(default if given is None else given)

    def account(self, at: int) -> bytes:
        """The 32 bytes of an account, given by its address."""
        return public_key(address_of(self.any(at)))

    def flag(self, at: int) -> bool:
        """True or false."""
        given = self.any(at)
        if not isinstance(given, bool):
            raise invalid(f"expected true or false, not {given!r}"[:120])
        return given

    def options(self, at: int) -> dict[str, Any]:
        """An object; an empty one where there is none."""
        given = self.any(at)
        if not isinstance(given, dict | None):
            raise invalid(f"expected an object, not {type(given).__name__}")
        return given or {}


def address_of(given: Any) -> str:
    """An address as it was given. Raises `Fault` for what is none."""
    if not isinstance(given, str):
        raise invalid(f"expected an address, not {type(given).__name__}")
    try:
        public_key(given)
    except ValueError as error:
        raise invalid(f"not an address: {error}") from None
    return given


def whole(given: Any) -> int:
    """A number that is an integer and not negative. Raises `Fault`."""
    if isinstance(given, bool) or not isinstance(given, int) or given < 0:
        raise invalid(f"expected a whole number, not {given!r}"[:120])
    return given


__all__ = ["HASH", "Params", "address_of", "from_hex", "invalid", "whole"]
