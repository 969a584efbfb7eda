"""`bt.utils` of SDK 10: under its own name, because scripts import it by that."""

from taokit.compat.utils import weight_utils

U16_MAX, U64_MAX = 65_535, 2**64 - 1


def u16_normalized_float(x: int) -> float:
    """A 65535th as a fraction, 0 to 1."""
    return x / U16_MAX


def u64_normalized_float(x: int) -> float:
    """A fraction of the largest 64-bit number, 0 to 1."""
    return x / U64_MAX


__all__ = ["U16_MAX", "U64_MAX", "u16_normalized_float", "u64_normalized_float", "weight_utils"]
