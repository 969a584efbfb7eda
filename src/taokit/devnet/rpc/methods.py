"""What a node answers: every method that is neither a subscription nor a control, by its names."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from taokit._version import __version__
from taokit.chain import BlockHash
from taokit.devnet.blocks import Record, blake2_256
from taokit.devnet.extrinsics import take_apart
from taokit.devnet.pool import Submission
from taokit.devnet.rehearsal import dry_run
from taokit.devnet.rpc.forms import block_form, header_form, hexed, maybe_hexed, version_form
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.params import Params, invalid, whole
from taokit.devnet.rpc.protocol import BLOCK_UNKNOWN, Fault
from taokit.devnet.runtime import Bill
from taokit.devnet.runtime.system import account_nonce
from taokit.errors import ChainError, UnknownName

Handler: TypeAlias = Callable[[Host, Params], Any | Awaitable[Any]]

CHAIN: Final = "taokit devnet"
"""What the chain calls itself; never the name of a chain whose tokens are worth something."""

LARGEST_PAGE: Final = 1000
"""Keys in one answer of `state_getKeysPaged`."""

_INVALID_COUNT, _INVALID_RANGE = 4002, 4001
_STRIDE: Final = 512  # keys read before everybody else gets a turn


# system


def _properties(_: Host, __: Params) -> Any:
    return {"ss58Format": 42, "tokenDecimals": 9, "tokenSymbol": "TAO"}


def health(_: Host, __: Params) -> Any:
    """The node's health: it is alone, and never behind."""
    return {"peers": 0, "isSyncing": False, "shouldHavePeers": False}


def next_index(host: Host, params: Params) -> int:
    """The nonce of the account's next extrinsic, after those that wait without a gap."""
    account = params.account(0)
    waiting = {one.extrinsic.nonce for one in host.node.pool if one.extrinsic.signer == account}
    nonce = account_nonce(host.node.state, account)
    while nonce in waiting:
        nonce += 1
    return nonce


def _dry_run(host: Host, params: Params) -> str:
    return hexed(dry_run(host.node, params.blob(0)).result)


# chain


def block_hash(host: Host, params: Params) -> Any:
    """The hash at a height, or at each of a list of heights; null where there is no block yet."""
    wanted = params.any(0)
    return [_hash_of(host, one) for one in wanted] if isinstance(wanted, list) else _hash_of(host, wanted)


def _hash_of(host: Host, height: Any) -> str | None:
    if isinstance(height, str):
        height = _from_hex_number(height)
    head = host.devnet.head
    if height is None or whole(height) == head.number:
        return hexed(host.tell(head.hash))
    return maybe_hexed(host.node.history.hash_of(height))


def _from_hex_number(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        raise invalid(f"not a block number: {text[:40]!r}") from None


def _header(host: Host, params: Params) -> Any:
    return header_form(_asked(host, params).header)


def _block(host: Host, params: Params) -> Any:
    return block_form(_asked(host, params))


def _asked(host: Host, params: Params) -> Record:
    """The block that is named, or the best one, whose state the client may ask for next."""
    block = host.block(params, 0)
    if params.any(0) is None:
        host.tell(block.head.hash)
    return block


def _finalized(host: Host, _: Params) -> str:
    return hexed(host.tell(host.node.history.final.hash))


# state


def runtime_version(host: Host, params: Params) -> Any:
    """The version of the runtime at a block."""
    host.at(params, 0)
    raw = host.node.answers.call("Core_version", b"", None)
    return version_form(host.node.coders("RuntimeVersion").decode_all(raw))


def _metadata(host: Host, params: Params) -> str:
    host.at(params, 0)
    return hexed(host.node.answers.metadata(14))


def _call(host: Host, params: Params) -> str:
    method, data = params.text(0), params.blob(1)
    at = host.state(params, 2, said="Api called for an unknown Block")
    try:
        return hexed(host.node.call(method, data, at))
    except UnknownName:
        said = f"Client error: Execution failed: Exported method {method} is not found"
        raise Fault(BLOCK_UNKNOWN, said) from None
    except ChainError as error:
        raise Fault(BLOCK_UNKNOWN, f"Client error: Execution failed: {error}") from None


def _value(host: Host, params: Params) -> bytes | None:
    return host.stored([params.blob(0)], host.at(params, 1))[0]


def _storage(host: Host, params: Params) -> str | None:
    return maybe_hexed(_value(host, params))


def _storage_hash(host: Host, params: Params) -> str | None:
    raw = _value(host, params)
    return None if raw is None else hexed(blake2_256(raw))


def _storage_size(host: Host, params: Params) -> int | None:
    raw = _value(host, params)
    return None if raw is None else len(raw)


async def _query_at(host: Host, params: Params) -> Any:
    return [await _change_set(host, params.blobs(0), host.at(params, 1))]


async def _change_set(host: Host, keys: Sequence[bytes], at: BlockHash) -> dict[str, Any]:
    """Every key with its value at one block."""
    changes: list[list[str | None]] = []
    for first in range(0, len(keys), _STRIDE):
        some = keys[first : first + _STRIDE]
        found = host.stored(some, at)
        changes += [[hexed(key), maybe_hexed(raw)] for key, raw in zip(some, found, strict=True)]
        await asyncio.sleep(0)
    return {"block": hexed(at), "changes": changes}


async def _query(host: Host, params: Params) -> Any:
    """All values at the first block of a range, then what changed, block by block."""
    keys = params.blobs(0)
    first, last = host.block(params, 1).head.number, host.block(params, 2).head.number
    if first > last:
        raise Fault(_INVALID_RANGE, f"Cannot resolve a block range ['{first}' ... '{last}]")
    told: dict[str, Any] = {}
    sets = []
    for number in range(first, last + 1):
        at = host.node.history.hash_of(number)
        assert at is not None
        found = await _change_set(host, keys, at)
        changes = [[key, raw] for key, raw in found["changes"] if key not in told or told[key] != raw]
        told.update(found["changes"])
        if changes:
            sets.append({**found, "changes": changes})
    return sets


def _keys(host: Host, params: Params) -> list[str]:
    return list(map(hexed, host.node.answers.keys(params.blob(0), None, 1 << 62, host.state(params, 1))))


def _keys_paged(host: Host, params: Params) -> list[str]:
    prefix, count, start = params.maybe_blob(0) or b"", params.whole(1), params.maybe_blob(2)
    if count > LARGEST_PAGE:
        raise Fault(_INVALID_COUNT, f"count exceeds maximum value. value: {count}, max: {LARGEST_PAGE}")
    return list(map(hexed, host.node.answers.keys(prefix, start, count, host.state(params, 3))))


# author and payment


def submit(host: Host, params: Params) -> Submission:
    """Take an extrinsic into the pool. Raises `PoolRefused`."""
    submission = host.node.submit(params.blob(0))
    host.producer.submitted()
    return submission


def _submit(host: Host, params: Params) -> str:
    return hexed(submit(host, params).extrinsic.hash)


def _pending(host: Host, _: Params) -> list[str]:
    return [hexed(submission.extrinsic.data) for submission in host.node.pool]


def _bill(host: Host, params: Params) -> Bill:
    data = params.blob(0)
    host.at(params, 1)
    return take_apart(data, host.node.table, host.node.coders).bill


def _fee(host: Host, params: Params) -> Any:
    """What an extrinsic weighs and costs."""
    owed = _bill(host, params)
    weight = {"ref_time": owed.weight, "proof_size": 0}
    return {"weight": weight, "class": "normal", "partialFee": str(owed.total - owed.tip)}


def _fee_details(host: Host, params: Params) -> Any:
    """The parts of what an extrinsic costs; one that is free has none."""
    owed = _bill(host, params)
    parts = {"baseFee": hex(owed.base), "lenFee": hex(owed.length), "adjustedWeightFee": hex(owed.call)}
    return {"inclusionFee": parts if owed.pays else None}


def _said(value: Any) -> Handler:
    """A method that always answers the same."""
    return lambda _, __: value


METHODS: Final[Mapping[str, Handler]] = MappingProxyType(
    {
        "system_chain": _said(CHAIN),
        "system_name": _said("taokit"),
        "system_version": _said(__version__),
        "system_chainType": _said("Development"),
        "system_properties": _properties,
        "system_health": health,
        "system_accountNextIndex": next_index,
        "account_nextIndex": next_index,
        "system_dryRun": _dry_run,
        "system_dryRunAt": _dry_run,
        "chain_getBlockHash": block_hash,
        "chain_getHead": block_hash,
        "chain_getFinalizedHead": _finalized,
        "chain_getFinalisedHead": _finalized,
        "chain_getHeader": _header,
        "chain_getBlock": _block,
        "chain_getRuntimeVersion": runtime_version,
        "state_getRuntimeVersion": runtime_version,
        "state_getMetadata": _metadata,
        "state_call": _call,
        "state_callAt": _call,
        "state_getStorage": _storage,
        "state_getStorageAt": _storage,
        "state_getStorageHash": _storage_hash,
        "state_getStorageHashAt": _storage_hash,
        "state_getStorageSize": _storage_size,
        "state_getStorageSizeAt": _storage_size,
        "state_queryStorageAt": _query_at,
        "state_queryStorage": _query,
        "state_getKeys": _keys,
        "state_getKeysPaged": _keys_paged,
        "state_getKeysPagedAt": _keys_paged,
        "author_submitExtrinsic": _submit,
        "author_pendingExtrinsics": _pending,
        "payment_queryInfo": _fee,
        "payment_queryFeeDetails": _fee_details,
    }
)
"""By the name that clients call."""

__all__ = ["CHAIN", "LARGEST_PAGE", "METHODS", "Handler", "health", "runtime_version", "submit"]
