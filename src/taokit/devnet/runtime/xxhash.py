"""XXH64, and the two storage hashers that are made of it."""

from __future__ import annotations

from typing import Final

_MASK: Final = (1 << 64) - 1
_P1: Final = 0x9E3779B185EBCA87
_P2: Final = 0xC2B2AE3D27D4EB4F
_P3: Final = 0x165667B19E3779F9
_P4: Final = 0x85EBCA77C2B2AE63
_P5: Final = 0x27D4EB2F165667C5


def _turn(value: int, bits: int) -> int:
    return (value << bits | value >> 64 - bits) & _MASK


def _round(lane: int, word: int) -> int:
    return _turn((lane + word * _P2) & _MASK, 31) * _P1 & _MASK


def _word(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _stripes(data: bytes, seed: int) -> int:
    """The sum after all whole stripes of 32 bytes."""
    lanes = [(seed + _P1 + _P2) & _MASK, (seed + _P2) & _MASK, seed, (seed - _P1) & _MASK]
    for at in range(0, len(data) - 31, 32):
        lanes = [_round(lane, _word(data, at + 8 * i)) for i, lane in enumerate(lanes)]
    total = sum(_turn(lane, bits) for lane, bits in zip(lanes, (1, 7, 12, 18), strict=True)) & _MASK
    for lane in lanes:
        total = ((total ^ _round(0, lane)) * _P1 + _P4) & _MASK
    return total


def _rest(total: int, data: bytes, at: int) -> int:
    """The sum with what is left over: words of 8, 4 and 1 bytes."""
    while at + 8 <= len(data):
        total = (_turn(total ^ _round(0, _word(data, at)), 27) * _P1 + _P4) & _MASK
        at += 8
    if at + 4 <= len(data):
        total = (_turn(total ^ _word(data, at, 4) * _P1 & _MASK, 23) * _P2 + _P3) & _MASK
        at += 4
    for byte in data[at:]:
        total = _turn(total ^ byte * _P5 & _MASK, 11) * _P1 & _MASK
    return total


def xxh64(data: bytes, seed: int = 0) -> int:
    """The 64-bit hash of some bytes."""
    total = _stripes(data, seed) if len(data) >= 32 else (seed + _P5) & _MASK
    total = _rest((total + len(data)) & _MASK, data, len(data) // 32 * 32)
    total = (total ^ total >> 33) * _P2 & _MASK
    total = (total ^ total >> 29) * _P3 & _MASK
    return total ^ total >> 32


def twox64(data: bytes) -> bytes:
    """8 bytes, as `Twox64Concat` puts them before a key."""
    return xxh64(data).to_bytes(8, "little")


def twox128(data: bytes) -> bytes:
    """16 bytes, as the names of pallets and entries begin every storage key."""
    return xxh64(data).to_bytes(8, "little") + xxh64(data, 1).to_bytes(8, "little")


__all__ = ["twox64", "twox128", "xxh64"]
