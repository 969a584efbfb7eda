"""Signatures and addresses, over bittensor-core. The only core module that imports it."""

from __future__ import annotations

from functools import lru_cache

import bittensor_core

from taokit.errors import Malformed
from taokit.signer import ED25519, SR25519

SCHEMES = {SR25519: bittensor_core.CRYPTO_SR25519, ED25519: bittensor_core.CRYPTO_ED25519}
SS58_FORMAT = 42


def verify(sender: str, message: bytes, signature: bytes, scheme: str = SR25519) -> bool:
    """Whether the key behind an ss58 address signed a message under this scheme; False for anything malformed.

    The library also takes a signature of the message between `<Bytes>` and `</Bytes>`, as browser wallets sign texts.
    Every peer that verifies with it does, and only the key's owner can make one, of exactly this message: telling the
    two apart would cost a second verification of each request.
    """
    try:
        return bool(bittensor_core.verify(message, signature, sender, SCHEMES[scheme]))
    except (ValueError, KeyError):
        return False


@lru_cache(maxsize=4096)
def decode_ss58(address: str) -> bytes:
    """The 32-byte public key behind a format-42 address; `Malformed` for anything else."""
    try:
        key = bytes(bittensor_core.decode_ss58(address))
        canonical = bittensor_core.encode_ss58(key, SS58_FORMAT)
    except (ValueError, TypeError):
        raise Malformed(f"{address[:64]!r} is not an ss58 address") from None
    if canonical != address:
        raise Malformed(f"{address!r} is not an ss58 address of format {SS58_FORMAT}")
    return key


__all__ = ["decode_ss58", "verify"]
