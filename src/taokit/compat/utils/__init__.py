"""`bt.utils` of SDK 10: under its own name, because scripts import it by that."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from taokit.compat.absent import lacking
from taokit.compat.utils import weight_utils
from taokit.errors import Malformed
from taokit.protocol import decode_ss58

U16_MAX, U64_MAX = 65_535, 2**64 - 1
RAOPERTAO = 1e9
SS58_FORMAT = 42


def u16_normalized_float(x: int) -> float:
    """A 65535th as a fraction, 0 to 1."""
    return x / U16_MAX


def u64_normalized_float(x: int) -> float:
    """A fraction of the largest 64-bit number, 0 to 1."""
    return x / U64_MAX


def is_valid_ss58_address(address: str) -> bool:
    """Whether it is an address of format 42."""
    try:
        decode_ss58(address)
    except Malformed:
        return False
    return True


def is_valid_bittensor_address_or_public_key(address: str | bytes) -> bool:
    """Whether it is an address of format 42, or 32 bytes, which may be `0x` and hex."""
    if isinstance(address, bytes):
        return len(address) == 32
    if address.startswith("0x"):
        return len(address) == 66 and all(digit in "0123456789abcdefABCDEF" for digit in address[2:])
    return is_valid_ss58_address(address)


def strtobool(val: str) -> bool:
    """What a word says: y, yes, t, true, on, 1, or n, no, f, false, off, 0. Raises `ValueError` for any other."""
    word = val.lower()
    if word in ("y", "yes", "t", "true", "on", "1"):
        return True
    if word in ("n", "no", "f", "false", "off", "0"):
        return False
    raise ValueError(f"{val!r} says neither yes nor no")


def __getattr__(name: str) -> Any:
    """`networking`, which loads when it is asked for; for any other name what to use."""
    if name == "networking":
        return import_module("taokit.compat.utils.networking")
    raise AttributeError(name if name.startswith("__") else lacking("utils", name))


__all__ = [
    "RAOPERTAO",
    "SS58_FORMAT",
    "U16_MAX",
    "U64_MAX",
    "is_valid_bittensor_address_or_public_key",
    "is_valid_ss58_address",
    "networking",
    "strtobool",
    "u16_normalized_float",
    "u64_normalized_float",
    "weight_utils",
]
