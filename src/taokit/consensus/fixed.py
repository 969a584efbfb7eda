"""Exact fixed-point arithmetic on int64 arrays of any library of the array API: 2**32 is one.

The same bits come out of every library and device with 64-bit integers that wrap around and 64-bit floats.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from array_api_compat import array_namespace
from jaxtyping import Bool, Int

from taokit.consensus.scalar import ONE, U16, E

Bits: TypeAlias = Int[Any, "..."]
Mask: TypeAlias = Bool[Any, "..."]

LOW = (1 << 32) - 1
"""The fraction bits."""

SURELY_BELOW = float(1 << 32) * (1 - 2.0**-50)
"""2**32, less by more than the four roundings of a float64 estimate can add."""


def namespace(*arrays: Any) -> Any:
    """The array API as the library of these arrays has it.

    numpy speaks it by itself from 2.1 on; the layer that others need would load all of numpy's corners.
    """
    return np if all(isinstance(one, np.ndarray) for one in arrays) else array_namespace(*arrays)


def mul(a: Bits, b: Bits) -> Bits:
    """The product rounded toward minus infinity, for factors of either sign.

    Exact while the result fits, |b| is below 2**46 and |a / 2**32| times |b| below 2**63.
    """
    return _times(a, b, b >> 16, b & 0xFFFF)


def _times(a: Bits, b: Bits, upper: Bits, lower: Bits) -> Bits:
    """The product with a factor that comes with its parts above and below bit 16.

    In place where it can be: fresh arrays for every step would be handed back to the system and fetched again.
    """
    low = a & LOW
    product = low * lower
    product >>= 16
    product += low * upper
    product >>= 16
    product += (a >> 32) * b
    return product


def mul_share(a: Bits, share: Bits) -> Bits:
    """The same product for |a| up to one and a share of 0 to one; cheapest where there are few shares."""
    return (a * (share >> 2) + ((a * (share & 3)) >> 2)) >> 30


def div(a: Bits, b: Bits) -> Bits:
    """The quotient rounded down, for 0 <= a <= b < 2**62; 0 where both are 0."""
    xp = namespace(a, b)
    b = b + integers(b == 0)
    # The float is only a guess, never above the true quotient and never a whole unit below it. Sums and products wrap
    # around on the way to the remainder, which is small.
    guess = xp.astype(xp.astype(a, xp.float64) / xp.astype(b, xp.float64) * SURELY_BELOW, xp.int64)
    remainder = (a << 32) - guess * b
    return guess + integers(remainder >= b)


def integers(mask: Mask) -> Bits:
    """1 where the mask holds, else 0; a product with it is faster than a choice."""
    xp = namespace(mask)
    return xp.astype(mask, xp.int64)


def positive(x: Bits) -> Bits:
    """The numbers, 0 in place of negative ones."""
    return x * integers(x > 0)


def share(values: Bits, axis: int = -1) -> Bits:
    """Each value's part of the sum along an axis; all 0 where the sum is 0."""
    xp = namespace(values)
    return div(values, xp.sum(values, axis=axis, keepdims=True))


def exp(x: Bits) -> Bits:
    """The power of e, for x within -20 to 20, by the chain's series of 31 terms."""
    xp = namespace(x)
    size = xp.abs(x)
    total, term = size + ONE, size
    upper, lower = size >> 16, size & 0xFFFF
    for k in range(2, 32):
        term = _times(term, size, upper, lower)
        term //= k
        total += term
    total = total + (E - total) * integers(x == ONE)  # the chain's own constant stands in for the series at 1
    return xp.where(x < 0, div(xp.full_like(x, ONE), total), total)


def ratio(values: Bits) -> Bits:
    """u16 values as parts of 65535, rounded down."""
    return (values << 32) // U16


def to_u16(x: Bits) -> Bits:
    """Shares of 0 to one as parts of 65535, rounded down (`fixed_proportion_to_u16`)."""
    return (x * U16) >> 32


def amount(share: Bits, whole: Bits) -> Bits:
    """A share, 0 to one, of an amount, rounded down; amounts are the bits of unsigned 64-bit integers."""
    high, low = (whole >> 32) & LOW, whole & LOW
    return high * share + mul(low, share)


__all__ = [
    "LOW",
    "ONE",
    "Bits",
    "Mask",
    "amount",
    "div",
    "exp",
    "integers",
    "mul",
    "mul_share",
    "namespace",
    "positive",
    "ratio",
    "share",
    "to_u16",
]
