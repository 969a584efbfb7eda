"""What an extrinsic would do, without doing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from taokit.devnet import runtime
from taokit.devnet.extrinsics import Extrinsic, refusal, take_apart
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import Event
from taokit.devnet.runtime.system import account_nonce
from taokit.devnet.runtime.table import DecodedCall
from taokit.errors import PoolRefused

if TYPE_CHECKING:
    from taokit.devnet.node import Node

_DONE: Final = b"\0\0"  # Ok(Ok(()))
_FAILED: Final = b"\0\1"  # Ok(Err(…)): in a block it would have cost its nonce
_INVALID: Final = frozenset({"Payment", "Future", "Stale", "BadProof", "AncientBirthBlock", "BadSigner"})

HASH: Final = 32
FOREVER: Final = (1 << 64) - 1
"""Blocks that an extrinsic stays valid which never expires."""

Difference = tuple[bytes, bytes | None, bytes | None]
"""A raw storage key, its value before and its value after; None where nothing is stored."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What one extrinsic would bring about, were it the next thing to happen."""

    result: bytes  # an encoded `ApplyExtrinsicResult`
    events: tuple[Event, ...]
    changes: tuple[Difference, ...]


class _Undo(Exception):
    """Leaves a transaction so that it takes everything back."""


def outcome(node: Node, data: bytes) -> bytes:
    """What `BlockBuilder_apply_extrinsic` answers: the encoded result, with signature, nonce and fee looked at."""
    try:
        extrinsic = take_apart(data, node.table, node.coders)
        node.admit(extrinsic)
        if extrinsic.nonce > account_nonce(node.state, extrinsic.signer):
            raise refusal("Future", "Transaction will be valid in the future")
    except PoolRefused as error:
        return node.coders("ApplyExtrinsicResult").encode(("Err", ("Invalid", _invalid(error))))
    made: list[bytes] = []
    try:
        with node.state.transaction():
            payer = runtime.payer(node.state, extrinsic.signer, extrinsic.call)
            runtime.charge(node.state, payer, extrinsic.bill)
            made.append(_carry_out(node, extrinsic.signer, extrinsic.call))
            raise _Undo
    except _Undo:
        return made[0]


def validity(node: Node, data: bytes) -> bytes:
    """What `TaggedTransactionQueue_validate_transaction` answers, for the arguments source, extrinsic and block hash.

    An extrinsic is told by signer and nonce, and waits for the one before it (`CheckNonce`, `CheckMortality`).
    """
    coder = node.coders("ValidTransactionResult")
    try:
        extrinsic = take_apart(data[1:-HASH], node.table, node.coders)
        expires = node.admit(extrinsic)
    except PoolRefused as error:
        return coder.encode(("Err", ("Invalid", _invalid(error))))
    waits = extrinsic.nonce > account_nonce(node.state, extrinsic.signer)
    requires = (_tag(extrinsic, extrinsic.nonce - 1),) if waits else ()
    longevity = FOREVER if expires is None else expires - node.history.head.number
    return coder.encode(("Ok", (1, requires, (_tag(extrinsic, extrinsic.nonce),), longevity, True)))


def _tag(extrinsic: Extrinsic, nonce: int) -> bytes:
    return extrinsic.signer + nonce.to_bytes(4, "little")


def _invalid(error: PoolRefused) -> str | tuple[str, int]:
    """A refusal as an `InvalidTransaction`."""
    if error.custom is not None:
        return "Custom", error.custom
    return error.name if error.name in _INVALID else "Call"


def dry_run(node: Node, data: bytes) -> Rehearsal:
    """Carry out an extrinsic and take it back. Raises `PoolRefused` where the pool would; the signature may be any."""
    extrinsic = take_apart(data, node.table, node.coders)
    return rehearse(node, extrinsic.signer, extrinsic.call)


def rehearse(node: Node, signer: bytes, call: DecodedCall) -> Rehearsal:
    """Carry out a call as an account's, and take it back. Raises `PoolRefused` where the pool would."""
    runtime.validate(node.state, signer, call)
    before = dict(node.codec.everything(node.state))
    first = len(node.state.events)
    made: list[Rehearsal] = []
    try:
        with node.state.transaction():
            result = _carry_out(node, signer, call)
            after = dict(node.codec.everything(node.state))
            made.append(Rehearsal(result, tuple(node.state.events[first:]), _differences(before, after)))
            raise _Undo
    except _Undo:
        return made[0]


def _carry_out(node: Node, signer: bytes, call: DecodedCall) -> bytes:
    try:
        with node.state.transaction():
            runtime.dispatch(node.state, signer, call)
    except DispatchError as error:
        return _FAILED + node.coders("DispatchError").encode(runtime.native_error(error))
    return _DONE


def _differences(before: dict[bytes, bytes], after: dict[bytes, bytes]) -> tuple[Difference, ...]:
    keys = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return tuple((key, before.get(key), after.get(key)) for key in keys)


__all__ = ["Difference", "Rehearsal", "dry_run", "outcome", "rehearse"]
