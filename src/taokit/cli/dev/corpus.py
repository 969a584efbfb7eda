"""Real text to compress: pieces of the source files of the running Python's standard library."""

from __future__ import annotations

import random
import sysconfig
from functools import cache
from hashlib import blake2b
from pathlib import Path

SIZES = (512, 64 * 1024)
"""The two chunk sizes, in bytes. Which packer is best depends on it."""


@cache
def corpus() -> tuple[bytes, ...]:
    """Every module of the standard library, by path; its tests are left out, since not every installation has them."""
    root = Path(sysconfig.get_path("stdlib"))
    paths = sorted(p for p in root.rglob("*.py") if not {"test", "tests", "site-packages"} & set(p.parts))
    return tuple(path.read_bytes() for path in paths)


@cache
def _large_enough(size: int) -> tuple[bytes, ...]:
    return tuple(text for text in corpus() if len(text) >= size)


def chunk(draw: random.Random, size: int) -> bytes:
    """`size` bytes in a row from one module."""
    text = draw.choice(_large_enough(size))
    start = draw.randrange(len(text) - size + 1)
    return text[start : start + size]


def size_of_epoch(seed: int, epoch: int) -> int:
    """The chunk size of an epoch: the same for all who know the seed, and either of the two with even odds."""
    digest = blake2b(f"chunk size {seed} {epoch}".encode(), digest_size=8).digest()
    return SIZES[digest[0] & 1]


__all__ = ["SIZES", "chunk", "corpus", "size_of_epoch"]
