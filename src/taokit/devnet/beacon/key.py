"""A devnet beacon's keys. They follow from public words, as every key of a devnet does.

The public key is worked out here in plain integers, so that a chain's first block does not depend on what is installed.
"""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import Final

from taokit.chain.drand import QUICKNET
from taokit.chain.timelock import FIELD, ORDER
from taokit.devnet.runtime.drand import SCHEME, BeaconConfig

Pair = tuple[int, int]
"""An element of the field of FIELD² elements, a + b·i."""
Point = tuple[Pair, Pair]
"""A point of G2 by its coordinates."""

NAME: Final = b"taokit devnet"

GENERATOR: Final[Point] = (
    (
        0x024AA2B2F08F0A91260805272DC51051C6E47AD4FA403B02B4510B647AE3D1770BAC0326A805BBEFD48056C8C121BDB8,
        0x13E02B6052719F607DACD3A088274F65596BD0D09920B61AB5DA61BBDC7F5049334CF11213945D57E5AC7D055D042B7E,
    ),
    (
        0x0CE5D527727D6E118CC9CDC6DA2E351AADFD9BAA8CBDD3A76D429A695160D12C923AC9CC3BACA289E193548608B82801,
        0x0606C4A02EA734CC32ACD2B02BC28B99CB3E287E85A763AF267492AB572E99AB3F370D275CEC1DA1AAA9075FF05F79BE,
    ),
)
"""Of G2, as RFC 9380's curves have it."""

_COMPRESSED: Final = 1 << 383
_LARGER: Final = 1 << 381


def config_of(seed: int | str | bytes | None = None) -> BeaconConfig:
    """What a chain says of its devnet beacon. Its `hash` is what the secret follows from, so a chain tells all."""
    plain = seed if isinstance(seed, bytes) else str(seed).encode()
    chain_hash = sha256(NAME + b"\0" + plain).digest()
    key = public_key(secret_of(chain_hash))
    return key, QUICKNET.period_s, QUICKNET.genesis_s, chain_hash, sha256(key).digest(), SCHEME, (NAME,)


def secret_of(chain_hash: bytes) -> int:
    """The secret of the devnet beacon with this hash: from 1 to `ORDER` - 1."""
    return int.from_bytes(sha256(b"secret" + chain_hash).digest(), "big") % (ORDER - 1) + 1


@lru_cache(maxsize=64)
def public_key(secret: int) -> bytes:
    """The 96 bytes of a secret's public key: the generator of G2 so many times, compressed."""
    made: Point | None = None
    for bit in f"{secret:b}":
        made = None if made is None else _sum(made, made)
        if bit == "1":
            made = GENERATOR if made is None else _sum(made, GENERATOR)
    assert made is not None
    (x_real, x_imaginary), (y_real, y_imaginary) = made
    larger = (y_imaginary or y_real) > (FIELD - 1) // 2
    flagged = x_imaginary | _COMPRESSED | (_LARGER if larger else 0)
    return flagged.to_bytes(48, "big") + x_real.to_bytes(48, "big")


def _sum(one: Point, other: Point) -> Point:
    """The sum of two points, of which neither is the other's opposite."""
    (x, y), (u, v) = one, other
    slope = _over(_scaled(_times(x, x), 3), _scaled(y, 2)) if one == other else _over(_less(v, y), _less(u, x))
    w = _less(_less(_times(slope, slope), x), u)
    return w, _less(_times(slope, _less(x, w)), y)


def _less(a: Pair, b: Pair) -> Pair:
    return (a[0] - b[0]) % FIELD, (a[1] - b[1]) % FIELD


def _scaled(a: Pair, factor: int) -> Pair:
    return a[0] * factor % FIELD, a[1] * factor % FIELD


def _times(a: Pair, b: Pair) -> Pair:
    return (a[0] * b[0] - a[1] * b[1]) % FIELD, (a[0] * b[1] + a[1] * b[0]) % FIELD


def _over(a: Pair, b: Pair) -> Pair:
    inverse = pow(b[0] * b[0] + b[1] * b[1], -1, FIELD)
    return _scaled(_times(a, (b[0], -b[1])), inverse)


__all__ = ["GENERATOR", "NAME", "config_of", "public_key", "secret_of"]
