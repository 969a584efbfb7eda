"""The author's keys. They follow from the chain's first block, as every key of a devnet follows from public words.

So the same chain announces the same keys after it was set back, dumped or loaded, and hides nothing from anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha512
from typing import TYPE_CHECKING, Final

from taokit.devnet.runtime.shield import LEAD, Sealed, key_hash
from taokit.devnet.shield import xchacha

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

PERIOD: Final = 64
"""Blocks for which the author announces the same key.

A real chain shows another author's in every block, every 12 seconds. Here a block can be made for every submission of
anybody, and a client that has read a key must be able to use it all the same.
"""

_CONTEXT: Final = b"taokit devnet shield"


@dataclass(frozen=True, slots=True)
class Pair:
    """One key of the author's."""

    public: bytes  # 1,184 bytes
    private: MLKEM768PrivateKey

    def opened(self, sealed: Sealed) -> bytes | None:
        """What was sealed for this key, None where nothing comes of it."""
        try:
            secret = self.private.decapsulate(sealed.encapsulated)
        except ValueError:  # not the 1,088 bytes of an encapsulated secret
            return None
        return xchacha.opened(secret, sealed.nonce, sealed.ciphertext)


class Keys:
    """The keys of a chain's one author, by block; none where `missing` says why."""

    def __init__(self, genesis: bytes) -> None:
        self._genesis = genesis

    def announced(self, number: int) -> bytes | None:
        """The key that the author announces in block `number`."""
        pair = pair_of(self._genesis, number // PERIOD)
        return None if pair is None else pair.public

    def opened(self, sealed: Sealed, number: int) -> bytes | None:
        """What was sealed for the key whose turn is in block `number`; None where it is for another, or damaged."""
        pair = pair_of(self._genesis, max(0, number - LEAD - 1) // PERIOD)
        if pair is None or key_hash(pair.public) != sealed.key_hash:
            return None
        return pair.opened(sealed)


@lru_cache(maxsize=256)
def pair_of(genesis: bytes, turn: int) -> Pair | None:
    """The key of a turn of `PERIOD` blocks on the chain with this first block; None where `missing` says why."""
    if missing() is not None:
        return None
    from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

    private = MLKEM768PrivateKey.from_seed_bytes(sha512(_CONTEXT + genesis + turn.to_bytes(8, "little")).digest())
    return Pair(private.public_key().public_bytes_raw(), private)


@lru_cache(maxsize=1)
def missing() -> str | None:
    """Why no key can be made here, in a sentence; None where one can."""
    import cryptography
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey

        MLKEM768PrivateKey.from_seed_bytes(bytes(64))
    except (ImportError, UnsupportedAlgorithm):
        return f"no ML-KEM-768 in cryptography {cryptography.__version__}: pip install 'taokit[devnet]'"
    return None


__all__ = ["PERIOD", "Keys", "Pair", "missing", "pair_of"]
