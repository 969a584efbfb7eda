"""Blocks as bytes: headers, their hashes, and what is kept of each block."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final

from taokit.chain import Head
from taokit.devnet.runtime.state import Event
from taokit.devnet.scale import compact

SLOT_MS: Final = 12_000
"""Chain time between two blocks."""

_OTHER, _PRE_RUNTIME = b"\0", b"\6"


def blake2_256(data: bytes) -> bytes:
    """The hash that names blocks and extrinsics."""
    return blake2b(data, digest_size=32).digest()


def bytes_of(data: bytes) -> bytes:
    """Some bytes with their length before them."""
    return compact(len(data)) + data


def root_of(parts: Iterable[bytes]) -> bytes:
    """One hash over some byte strings and their boundaries; it stands where a node has the root of a tree."""
    return blake2_256(b"".join(map(bytes_of, parts)))


@dataclass(frozen=True, slots=True)
class Header:
    """A block's header."""

    parent: bytes
    number: int
    state_root: bytes  # zeros but in the first block: a root is worked out when somebody asks
    extrinsics_root: bytes
    slot: int  # of the block author's clock
    branch: int  # how often the chain had been set back before this block

    @property
    def digest(self) -> tuple[bytes, ...]:
        """The digest items: the slot as Aura notes it, and the branch, so that a new branch has new hashes."""
        aura = _PRE_RUNTIME + b"aura" + bytes_of(self.slot.to_bytes(8, "little"))
        return aura, _OTHER + bytes_of(self.branch.to_bytes(4, "little"))

    def encoded(self) -> bytes:
        """The header in bytes; its hash names the block."""
        digest = self.digest
        roots = self.state_root + self.extrinsics_root
        return self.parent + compact(self.number) + roots + compact(len(digest)) + b"".join(digest)


@dataclass(frozen=True, slots=True)
class Record:
    """What is kept of a block."""

    head: Head
    header: Header
    extrinsics: tuple[bytes, ...]
    events: list[Event]
    now_ms: int


def record(header: Header, extrinsics: tuple[bytes, ...], events: list[Event], now_ms: int) -> Record:
    """A block under its hash."""
    head = Head(header.number, blake2_256(header.encoded()), header.parent)
    return Record(head, header, extrinsics, events, now_ms)


def inherent(call: bytes) -> bytes:
    """An extrinsic that nobody signed, such as the block's time."""
    return bytes_of(b"\4" + call)


def event_record(event: Event) -> tuple[object, tuple[str, str, object], tuple[()]]:
    """An event as the chain stores it."""
    phase, pallet, name, fields = event
    return ("ApplyExtrinsic", phase) if isinstance(phase, int) else phase, (pallet, name, fields), ()


def event_of(stored: Any) -> Event:
    """A stored event as the runtime deposits it."""
    phase, (pallet, name, fields), _ = stored
    return phase if isinstance(phase, str) else phase[1], pallet, name, fields


ZEROS: Final = bytes(32)
"""No hash."""

__all__ = [
    "SLOT_MS",
    "ZEROS",
    "Header",
    "Record",
    "blake2_256",
    "bytes_of",
    "event_of",
    "event_record",
    "inherent",
    "record",
    "root_of",
]
