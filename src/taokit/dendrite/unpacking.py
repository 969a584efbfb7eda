"""Answers that travel compressed, unpacked within a bound."""

from __future__ import annotations

import zlib

from taokit.errors import BadAnswer


def unpacked(body: bytes, encoding: str, *, limit: int) -> bytes:
    """The body without its content encoding, else `BadAnswer`; never holds more than `limit` bytes plus one."""
    match encoding.strip().lower():
        case "" | "identity":
            return body
        case "gzip" | "x-gzip":
            return _inflated(body, zlib.MAX_WBITS | 16, limit)
        case "deflate":  # zlib's wrapping by the standard, none at all from some servers
            wrapped = len(body) > 1 and body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
            return _inflated(body, zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS, limit)
        case other:
            raise BadAnswer(f"content encoding {other[:64]!r} was not asked for")


def _inflated(body: bytes, wbits: int, limit: int) -> bytes:
    inflater = zlib.decompressobj(wbits)
    try:
        plain = inflater.decompress(body, limit + 1)
    except zlib.error as error:
        raise BadAnswer(f"the answer does not unpack: {error}") from error
    if len(plain) > limit:
        raise BadAnswer(f"an answer that unpacks to more than {limit} bytes")
    if not inflater.eof or inflater.unused_data:
        raise BadAnswer("the packed answer ends too early or goes on too long")
    return plain


__all__ = ["unpacked"]
