"""What signs: an address and `sign`. A wallet file, a test key and a hardware signer look the same to everyone."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

SR25519 = "sr25519"
ED25519 = "ed25519"


@runtime_checkable
class Signer(Protocol):
    """Something that signs with one key."""

    @property
    def ss58(self) -> str:
        """The key's address, format 42."""

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that the address stands for."""

    @property
    def scheme(self) -> str:
        """`sr25519` or `ed25519`."""

    def sign(self, message: bytes) -> bytes:
        """The 64-byte signature of exactly these bytes (no `<Bytes>` wrapping)."""


__all__ = ["ED25519", "SR25519", "Signer"]
