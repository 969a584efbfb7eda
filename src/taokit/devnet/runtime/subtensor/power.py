"""Powers of ratios, exact to 10**-18, as the pools need them: `safe_bigmath`'s `pow_ratio_scaled`."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

BITS: Final = 256
"""Fraction bits of everything in between, as on the chain."""

SLACK: Final = 1 << 100
"""More than all roundings in between, so that a power which is a whole number of 10**-18 is not cut below itself."""

ONE: Final = 1 << BITS
SCALE: Final = 10**18


def ratio_power(numerator: int, denominator: int, *, over: int, under: int) -> int:
    """(numerator / denominator) to the power of over / under, rounded down to whole 10**-18; all positive."""
    if over == under:
        return SCALE * numerator // denominator
    exponent = _logarithm(numerator, denominator) * over // under
    return (SCALE * _exponential(exponent) + SLACK) >> BITS


def _logarithm(numerator: int, denominator: int) -> int:
    """The natural logarithm of a ratio."""
    if numerator < denominator:
        return -_logarithm(denominator, numerator)
    doublings = (numerator // denominator).bit_length() - 1
    scaled = denominator << doublings
    return doublings * _ln2() + 2 * _artanh(numerator - scaled, numerator + scaled)


@lru_cache(maxsize=1)
def _ln2() -> int:
    return 2 * _artanh(1, 3)


def _artanh(numerator: int, denominator: int) -> int:
    """The inverse hyperbolic tangent of a ratio of at most a third."""
    term = (numerator << BITS) // denominator
    square = term * term >> BITS
    total, odd = 0, 1
    while term:
        total += term // odd
        term = term * square >> BITS
        odd += 2
    return total


def _exponential(exponent: int) -> int:
    """E to the power of a number of either sign."""
    doublings, rest = divmod(exponent, _ln2())
    total = term = ONE
    step = 1
    while term:
        term = (term * rest >> BITS) // step
        total += term
        step += 1
    return total << doublings if doublings >= 0 else total >> -doublings


__all__ = ["SCALE", "ratio_power"]
