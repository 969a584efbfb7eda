"""Blocks, versions and statuses in the JSON that a node speaks."""

from __future__ import annotations

from typing import Any, Final

from taokit.chain import Status
from taokit.devnet.blocks import Header, Record
from taokit.devnet.rpc.protocol import Hex

_STATUS: Final = {"in_block": "inBlock"}
_OF_A_BLOCK: Final = frozenset({"in_block", "finalized", "retracted"})


def hexed(raw: bytes) -> Hex:
    """Bytes as they are written."""
    return Hex("0x" + raw.hex())


def maybe_hexed(raw: bytes | None) -> str | None:
    """Bytes as they are written, or null."""
    return None if raw is None else hexed(raw)


def header_form(header: Header) -> dict[str, Any]:
    """A header."""
    return {
        "parentHash": hexed(header.parent),
        "number": hex(header.number),
        "stateRoot": hexed(header.state_root),
        "extrinsicsRoot": hexed(header.extrinsics_root),
        "digest": {"logs": list(map(hexed, header.digest))},
    }


def block_form(block: Record) -> dict[str, Any]:
    """A block with its extrinsics, byte for byte."""
    inside = {"header": header_form(block.header), "extrinsics": list(map(hexed, block.extrinsics))}
    return {"block": inside, "justifications": None}


def version_form(version: tuple[Any, ...]) -> dict[str, Any]:
    """A runtime's version, from the fields of `RuntimeVersion` in their order."""
    spec_name, impl_name, authoring, spec, impl, apis, transaction, state = version
    return {
        "specName": spec_name,
        "implName": impl_name,
        "authoringVersion": authoring,
        "specVersion": spec,
        "implVersion": impl,
        "apis": [[hexed(api), number] for api, number in apis],
        "transactionVersion": transaction,
        "stateVersion": state,
    }


def status_form(status: Status) -> Any:
    """Where an extrinsic stands."""
    name = _STATUS.get(status.kind, status.kind)
    return {name: maybe_hexed(status.block)} if status.kind in _OF_A_BLOCK else name


__all__ = ["block_form", "header_form", "hexed", "maybe_hexed", "status_form", "version_form"]
