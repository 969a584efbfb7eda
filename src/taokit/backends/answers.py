"""A node's JSON as the values of `taokit.chain`. Anything else than what was asked for raises `ValueError`."""

from __future__ import annotations

from binascii import unhexlify
from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final, TypeVar

from taokit.chain import Block, BlockHash, Head, Status
from taokit.errors import UnknownBlock

T = TypeVar("T")

END: Final = frozenset({"finalized", "usurped", "dropped", "invalid"})
"""Kinds of status after which nothing more is said."""

_KINDS: Final[Mapping[str, Any]] = MappingProxyType(
    {
        "future": "ready",  # it waits for its nonce, in the pool all the same
        "ready": "ready",
        "broadcast": "broadcast",
        "retracted": "retracted",
        "usurped": "usurped",
        "dropped": "dropped",
        "invalid": "invalid",
    }
)


def raw(told: Any) -> bytes:
    """The bytes of a hex string with its `0x`."""
    if not isinstance(told, str) or not told.startswith("0x"):
        raise ValueError("no hex string")
    return unhexlify(told[2:])


def maybe(read: Callable[[Any], T]) -> Callable[[Any], T | None]:
    """The same reading, of something that may be absent."""
    return lambda told: None if told is None else read(told)


def known(read: Callable[[Any], T], at: BlockHash | None) -> Callable[[Any], T]:
    """The same reading, of a block that the node must have: `UnknownBlock` where it has none."""

    def found(told: Any) -> T:
        if told is None:
            raise UnknownBlock(f"the node has no block {hexed(at) if at else ''}".rstrip())
        return read(told)

    return found


def block_hash(told: Any) -> BlockHash:
    """The hash of a block, 32 bytes."""
    found = raw(told)
    if len(found) != 32:
        raise ValueError("no hash")
    return found


def version(told: Any) -> tuple[str, int, int]:
    """Name of the runtime, spec version and transaction version."""
    match told:
        case {"specName": str(name), "specVersion": int(spec), "transactionVersion": int(transaction)}:
            return name, spec, transaction
    raise ValueError("no runtime version")


def head(told: Any) -> Head:
    """A header as a head. Its hash is worked out here: BLAKE2b-256 of the header's SCALE bytes."""
    match told:
        case {"parentHash": parent, "number": str(number), "stateRoot": state, "extrinsicsRoot": extrinsics, **rest}:
            height = int(number, 16)
        case _:
            raise ValueError("no header")
    match rest:
        case {"digest": {"logs": list(logs)}}:
            digest = [raw(log) for log in logs]
        case _:
            raise ValueError("no digest")
    parts = (block_hash(parent), _compact(height), block_hash(state), block_hash(extrinsics), _compact(len(digest)))
    return Head(height, blake2b(b"".join((*parts, *digest)), digest_size=32).digest(), block_hash(parent))


def _compact(number: int) -> bytes:
    """An unsigned integer of up to 32 bits in SCALE's compact form."""
    for mode, (bits, size) in enumerate(((6, 1), (14, 2), (30, 4))):
        if 0 <= number < 1 << bits:
            return (number << 2 | mode).to_bytes(size, "little")
    if not 0 <= number < 1 << 32:
        raise ValueError("no block number")
    return b"\3" + number.to_bytes(4, "little")


def block(at: BlockHash | None) -> Callable[[Any], Block]:
    """The reading of the block that was asked for by its hash, or of the best one."""

    def read(told: Any) -> Block:
        match told:
            case {"block": {"header": header, "extrinsics": list(extrinsics)}}:
                found = head(header)
            case _:
                raise ValueError("no block")
        if at is not None and found.hash != at and found.number != 0:  # test chains make up the hash of block 0
            raise ValueError(f"block {found.number} in the place of another")
        return Block(Head(found.number, at or found.hash, found.parent), tuple(map(raw, extrinsics)))

    return read


def changes(keys: Sequence[bytes]) -> Callable[[Any], list[bytes | None]]:
    """The reading of the values under these keys, in their order."""

    def read(told: Any) -> list[bytes | None]:
        match told:
            case [{"changes": list(pairs)}]:
                values = {raw(key): None if value is None else raw(value) for key, value in pairs}
            case _:
                raise ValueError("no change set")
        if missing := set(keys) - values.keys():
            raise ValueError(f"nothing said of {len(missing)} keys")
        return [values[key] for key in keys]

    return read


def page(prefix: bytes, start: bytes | None, count: int) -> Callable[[Any], list[bytes]]:
    """The reading of up to `count` keys under a prefix, ascending from after `start`."""

    def read(told: Any) -> list[bytes]:
        if not isinstance(told, list) or len(told) > count:
            raise ValueError("no page of keys")
        keys = [raw(key) for key in told]
        if not all(key.startswith(prefix) for key in keys):
            raise ValueError("keys that lie elsewhere")
        before = [start, *keys] if start is not None else keys
        if any(one >= other for one, other in pairwise(before)):
            raise ValueError("keys out of order")  # a page that repeats would be read for ever
        return keys

    return read


def status(told: Any) -> Status | None:
    """Where an extrinsic stands, or None when the node gave up waiting for the block to become final."""
    match told:
        case {"inBlock": found}:
            return Status("in_block", block_hash(found))
        case {"finalized": found}:
            return Status("finalized", block_hash(found))
        case {"finalityTimeout": _}:
            return None
    words = [told] if isinstance(told, str) else list(told) if isinstance(told, dict) else []
    if len(words) != 1 or words[0] not in _KINDS:
        raise ValueError("no status")
    return Status(_KINDS[words[0]])


def metadata(answer: bytes) -> bytes | None:
    """The metadata in an answer of `Metadata_metadata_at_version`, an optional blob; None where there is none."""
    if answer == b"\0":
        return None
    sizes = {0: 1, 1: 2, 2: 4}
    if len(answer) < 6 or answer[0] != 1 or answer[1] & 3 not in sizes:
        raise ValueError("no optional blob")
    size = sizes[answer[1] & 3]
    if int.from_bytes(answer[1 : 1 + size], "little") >> 2 != len(answer) - 1 - size:
        raise ValueError("a blob of another length than it says")
    return answer[1 + size :]


def hexed(data: bytes) -> str:
    """Bytes as nodes take them."""
    return "0x" + data.hex()


__all__ = [
    "END",
    "block",
    "block_hash",
    "changes",
    "head",
    "hexed",
    "known",
    "maybe",
    "metadata",
    "page",
    "raw",
    "status",
    "version",
]
