"""A devnet's beacon as a test steers it."""

from __future__ import annotations

from collections.abc import MutableMapping
from contextlib import AbstractContextManager

from taokit.devnet import Devnet
from taokit.devnet.beacon.controls import Drand
from taokit.devnet.beacon.patch import Encrypt
from taokit.testing.ciphertexts import remembering


class Pulses(Drand):
    """The beacon of one devnet: what `devnet.drand` is, whose patch remembers what was encrypted."""

    def __init__(self, devnet: Devnet, ciphertexts: MutableMapping[bytes, bytes]) -> None:
        super().__init__(devnet.node)
        self._ciphertexts = ciphertexts

    def patch(self, encrypt: Encrypt | None = None) -> AbstractContextManager[tuple[str, ...]]:
        """Inside, what a Bittensor SDK in this process encrypts is for this beacon; the names that were replaced."""
        return super().patch(encrypt or remembering(self._ciphertexts))


__all__ = ["Pulses"]
