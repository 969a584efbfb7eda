"""Keys for tests and local chains. Never use one where tokens are worth anything: they follow from public words."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import bittensor_core

from taokit.signer import ED25519, SR25519

_SCHEMES: Final = {SR25519: bittensor_core.CRYPTO_SR25519, ED25519: bittensor_core.CRYPTO_ED25519}

WELL_KNOWN: Final = ("Alice", "Bob", "Charlie", "Dave", "Eve", "Ferdie")
"""Names whose keys every local chain knows, by `account(name)`."""


@dataclass(frozen=True, slots=True)
class DevSigner:
    """A key in memory."""

    name: str
    scheme: str
    _pair: Any = field(repr=False, compare=False)
    public_key: bytes

    @property
    def ss58(self) -> str:
        """The key's address, format 42."""
        return str(self._pair.ss58_address)

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of exactly these bytes."""
        return bytes(self._pair.sign(message))


def account(name: str, seed: int | str | bytes | None = None, *, scheme: str = SR25519) -> DevSigner:
    """A test key: without a seed the development key `//name`, else one that follows from seed and name alone."""
    if seed is None:
        return from_uri(f"//{name}", scheme=scheme)
    return _signer(name, bittensor_core.Keypair.from_seed(seed_of(name, seed), crypto_type=_SCHEMES[scheme]), scheme)


def seed_of(name: str, seed: int | str | bytes) -> bytes:
    """The 32 bytes that the key of `account(name, seed)` is made from."""
    plain = seed if isinstance(seed, bytes) else str(seed).encode()
    return blake2b(name.encode(), digest_size=32, key=blake2b(plain, digest_size=32).digest()).digest()


@lru_cache(maxsize=1024)
def from_uri(uri: str, *, scheme: str = SR25519) -> DevSigner:
    """The key that a secret URI such as `//Alice` names."""
    return _signer(uri, bittensor_core.Keypair.from_uri(uri, crypto_type=_SCHEMES[scheme]), scheme)


def _signer(name: str, pair: Any, scheme: str) -> DevSigner:
    return DevSigner(name, scheme, pair, bytes(pair.public_key))


def public_key(who: str | bytes) -> bytes:
    """The 32 bytes of an account, given as an address or as these bytes. Raises `ValueError` for no address."""
    return who if isinstance(who, bytes) else bytes(bittensor_core.ss58_decode(who))


def address(key: bytes) -> str:
    """The ss58 address of 32 bytes, format 42."""
    return str(bittensor_core.ss58_encode(key))


__all__ = ["WELL_KNOWN", "DevSigner", "account", "address", "from_uri", "public_key", "seed_of"]
