"""XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): ChaCha20-Poly1305 of RFC 8439 with a nonce of 24 bytes."""

from __future__ import annotations

import struct
from typing import Final

_WORD: Final = 0xFFFFFFFF
_CONSTANTS: Final = struct.unpack("<4I", b"expand 32-byte k")
_COLUMNS: Final = ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15))
_DIAGONALS: Final = ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14))
_ROUNDS: Final = 20


def hchacha20(key: bytes, nonce: bytes) -> bytes:
    """The 32 bytes of another key, from one of 32 bytes and the first 16 of the nonce."""
    words = [*_CONSTANTS, *struct.unpack("<8I", key), *struct.unpack("<4I", nonce)]
    for _ in range(_ROUNDS // 2):
        for places in _COLUMNS + _DIAGONALS:
            _quarter(words, *places)
    return struct.pack("<8I", *words[:4], *words[12:])


def _quarter(words: list[int], a: int, b: int, c: int, d: int) -> None:
    for bits, (one, other, turned) in zip((16, 12, 8, 7), ((a, b, d), (c, d, b)) * 2, strict=True):
        words[one] = words[one] + words[other] & _WORD
        mixed = words[turned] ^ words[one]
        words[turned] = (mixed << bits | mixed >> 32 - bits) & _WORD


def opened(key: bytes, nonce: bytes, sealed: bytes, *, beside: bytes = b"") -> bytes | None:
    """What was sealed under a key of 32 bytes and a nonce of 24; None where it was not. `beside` was only signed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

    cipher = ChaCha20Poly1305(hchacha20(key, nonce[:16]))
    try:
        return cipher.decrypt(bytes(4) + nonce[16:], sealed, beside)
    except InvalidTag:
        return None


__all__ = ["hchacha20", "opened"]
