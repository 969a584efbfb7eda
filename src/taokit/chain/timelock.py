"""Timelock encryption to a round of any drand beacon: the arithmetic, over py_ecc, with the randomness handed in.

Identity-based encryption after Boneh and Franklin on BLS12-381, signatures in G1 and keys in G2, as drand's
`bls-unchained-g1-rfc9380` scheme has it. Who holds a beacon's key and a round's number can encrypt; who holds the
round's signature can decrypt. What it makes is what the chain opens (`tle::tlock`) and `bittensor_core` decrypts.
"""

from __future__ import annotations

import hashlib
import sys
from functools import lru_cache
from typing import Any, Final

from taokit.errors import ConfigurationError

TAG: Final = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_"
SUITE: Final = b"AES_GCM_"

ORDER: Final = 0x73EDA753299D7D483339D80809A1D80553BDA402FFFE5BFEFFFFFFFF00000001
"""Of the groups of BLS12-381."""
FIELD: Final = int(
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab", 16
)
"""The prime of the base field of BLS12-381."""

PAIRINGS: Final = 64
"""Rounds whose pairing is remembered: the slow part of an encryption."""


def seal(message: bytes, *, round: int, public_key: bytes, sigma: bytes, key: bytes, nonce: bytes) -> bytes:
    """The message under the timelock of a round, as commits carry it.

    `sigma` and `key` are 32 random bytes, `nonce` 12, all of them to be used once. Raises `ConfigurationError`
    without py_ecc, and for a public key that is no point. The first one to a round and key takes about half a second.
    """
    _needed()
    exponent = int.from_bytes(_sha(sigma + key), "big") % ORDER
    shared = _pairing(round, public_key) ** exponent
    sealed_sigma = _xor(sigma, _sha(target_bytes(shared)))
    return b"".join(
        (
            _times_generator(exponent),
            _vector(sealed_sigma),
            _vector(_xor(key, _sha(sigma))),
            _vector(_body(message, key, nonce)),
            _vector(SUITE),
        )
    )


def _body(message: bytes, key: bytes, nonce: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return _vector(AESGCM(key).encrypt(nonce, message, b"")) + _vector(nonce)


def sign(secret: int, round: int) -> bytes:
    """A beacon's signature of a round: 48 bytes, the only ones that its public key accepts."""
    _needed()
    from py_ecc.bls.point_compression import compress_G1
    from py_ecc.optimized_bls12_381.optimized_curve import multiply

    return int(compress_G1(multiply(_round_point(round), secret))).to_bytes(48, "big")


def verify(round: int, signature: bytes, public_key: bytes) -> bool:
    """Whether these are a beacon's 48 bytes for a round. It takes about a second."""
    _needed()
    from py_ecc.bls.g2_primitives import subgroup_check
    from py_ecc.bls.point_compression import decompress_G1
    from py_ecc.optimized_bls12_381.optimized_curve import G2, is_inf
    from py_ecc.optimized_bls12_381.optimized_pairing import pairing

    try:
        point = decompress_G1(int.from_bytes(signature, "big"))  # type: ignore[arg-type]
    except ValueError:
        return False
    if len(signature) != 48 or is_inf(point) or not subgroup_check(point):
        return False
    return bool(pairing(G2, point) == _pairing(round, public_key))


def target_bytes(pairing: Any) -> bytes:
    """A value of py_ecc's pairing as the bytes of the same value of arkworks' (576, limbs little-endian).

    Their pairings differ by a fixed exponent: the other's is the conjugate of py_ecc's, cubed. Its towers are built
    otherwise too: py_ecc holds one polynomial of degree twelve, where the other has two of three of two.
    """
    c = [int(entry) for entry in (pairing * pairing * pairing).coeffs]
    c = [-entry if place & 1 else entry for place, entry in enumerate(c)]
    limbs = [limb for i in (0, 1) for j in (0, 2, 4) for limb in (c[i + j] + c[i + j + 6], c[i + j + 6])]
    return b"".join((limb % FIELD).to_bytes(48, "little") for limb in limbs)


@lru_cache(maxsize=PAIRINGS)
def _pairing(round: int, public_key: bytes) -> Any:
    from py_ecc.bls.point_compression import decompress_G2
    from py_ecc.optimized_bls12_381.optimized_pairing import pairing

    halves = (int.from_bytes(public_key[:48], "big"), int.from_bytes(public_key[48:], "big"))
    try:
        return pairing(decompress_G2(halves), _round_point(round))  # type: ignore[arg-type]
    except ValueError as error:
        raise ConfigurationError(f"the beacon's public key is no point of its curve: {error}") from None


def _round_point(round: int) -> Any:
    from py_ecc.bls.hash_to_curve import hash_to_G1

    return hash_to_G1(_sha(round.to_bytes(8, "big")), TAG, hashlib.sha256)  # type: ignore[arg-type]  # it takes the constructor, whatever it says


def _times_generator(exponent: int) -> bytes:
    from py_ecc.bls.point_compression import compress_G2
    from py_ecc.optimized_bls12_381.optimized_curve import G2, multiply

    return b"".join(int(half).to_bytes(48, "big") for half in compress_G2(multiply(G2, exponent)))


def _needed() -> None:
    """Import py_ecc, and take back the recursion limit that it raises: with it, deep JSON ends the interpreter."""
    limit = sys.getrecursionlimit()
    try:
        import py_ecc  # noqa: F401
    except ImportError:
        said = "a beacon other than quicknet needs py_ecc, which is not installed"
        raise ConfigurationError(said, hint="pip install 'taokit[devnet]'") from None
    finally:
        sys.setrecursionlimit(limit)


def _sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _xor(one: bytes, other: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _vector(data: bytes) -> bytes:
    return len(data).to_bytes(8, "little") + data


__all__ = ["FIELD", "ORDER", "PAIRINGS", "seal", "sign", "target_bytes", "verify"]
