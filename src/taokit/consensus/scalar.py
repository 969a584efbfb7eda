"""The chain's fixed-point functions on single Python integers: for rules outside the epoch, and to check tensors with.

Numbers are the bits of the chain's I32F32 unless a function says otherwise: 2**32 is one.
"""

from __future__ import annotations

from taokit.errors import ConfigurationError

ONE = 1 << 32
"""The bits of 1.0."""

U16 = 65535
U64 = (1 << 64) - 1
LARGEST = (1 << 63) - 1

E = 22802600 << 9
"""The chain's constant for e, which carries 23 fraction bits."""

LOG2_E = 12102203 << 9
"""The chain's constant for log2(e), which carries 23 fraction bits."""


def whole(name: str, value: int, *, largest: int, smallest: int = 0) -> int:
    """The value, when it lies within the bounds; raises `ConfigurationError` by name otherwise."""
    if not smallest <= value <= largest:
        raise ConfigurationError(f"{name} is {value}, outside {smallest} to {largest}")
    return int(value)


def saturated(value: int) -> int:
    """The nearest signed 64-bit integer."""
    return max(-LARGEST - 1, min(LARGEST, value))


def truncated(numerator: int, denominator: int) -> int:
    """The quotient rounded toward zero."""
    quotient = abs(numerator) // abs(denominator)
    return quotient if (numerator < 0) == (denominator < 0) else -quotient


def mul(a: int, b: int) -> int:
    """The product, rounded toward minus infinity and saturated."""
    return saturated(a * b >> 32)


def div(a: int, b: int) -> int:
    """The quotient, rounded toward zero; 0 where the divisor is 0 or the quotient does not fit (`safe_div`)."""
    quotient = truncated(a << 32, b) if b else 0
    return quotient if saturated(quotient) == quotient else 0


def ratio(value: int) -> int:
    """A u16 parameter as a fraction of 65535, rounded down."""
    return (value << 32) // U16


def u64_ratio(value: int) -> int:
    """A u64 parameter, such as the weight of TAO, as a fraction of 2**64 - 1, rounded down to 32 bits."""
    return (value << 32) // U64


def exp(x: int) -> int:
    """The power of e by the chain's series of 31 terms. Raises `OverflowError` where the chain's fails."""
    if x in (0, ONE):
        return E if x else ONE
    size = abs(x)
    total, term = size + ONE, size
    for k in range(2, 32):
        product = term * size >> 32
        term = product // k
        total += term
        if max(product, total) > LARGEST:
            raise OverflowError(f"exp({x}) does not fit")
    return div(ONE, total) if x < 0 else total


def log2(x: int) -> int:
    """The binary logarithm, digit by digit.

    Raises `ValueError` at or below zero and `OverflowError` where 1 / x does not fit.
    """
    if x <= 0:
        raise ValueError(f"{x} has no logarithm")
    return _log2_from_one(x) if x >= ONE else -_log2_from_one(_inverse(x))


def _inverse(x: int) -> int:
    inverse = truncated(ONE << 32, x)
    if inverse > LARGEST:
        raise OverflowError(f"1 / {x} does not fit")
    return inverse


def _log2_from_one(x: int) -> int:
    digits = 0
    while x >= 2 * ONE:
        digits, x = digits + 1, _halved(x)
    for _ in range(32):
        x = x * x >> 32
        digits <<= 1
        if x >= 2 * ONE:
            digits, x = digits | 1, _halved(x)
    return digits


def _halved(x: int) -> int:
    return (x >> 1) + (x & 1)  # the series rounds up here, which can reach the next power of two


def ln(x: int) -> int:
    """The natural logarithm. Raises as `log2` does."""
    return div(log2(x), LOG2_E)


def sqrt(x: int) -> int:
    """The square root by 32 Newton steps. Raises `ValueError` below zero, `OverflowError` where the chain's fails."""
    if x < 0:
        raise ValueError("the square root of a negative number")
    if x in (0, ONE):
        return x
    return _newton(x) if x > ONE else div(ONE, _newton(_inverse(x)))


def _newton(x: int) -> int:
    root = (x >> 1) + ONE
    for _ in range(32):
        root = (root + div(x, root)) >> 1
    return root


__all__ = [
    "ONE",
    "U16",
    "U64",
    "div",
    "exp",
    "ln",
    "log2",
    "mul",
    "ratio",
    "sqrt",
    "truncated",
    "u64_ratio",
    "whole",
]
