"""What goes into a block: what waits and is due, by signer and nonce, each carried out in its turn."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from taokit.chain import Status
from taokit.devnet import runtime
from taokit.devnet.extrinsics import Extrinsic, check, take_apart
from taokit.devnet.pool import Submission
from taokit.devnet.runtime import shield
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.system import account_nonce, bump_nonce
from taokit.errors import PoolRefused

if TYPE_CHECKING:
    from taokit.devnet.node import Node

BLOCK_EXTRINSICS: Final = 1024
"""Signed extrinsics that one block takes; what the last one carried sealed comes on top."""


def include(node: Node, number: int) -> list[Submission]:
    """Carry out what waits and is due in block `number`; drop what can never be."""
    included: dict[Submission, None] = {}
    for submission in node.pool.in_order():
        if len(included) >= BLOCK_EXTRINSICS:
            break
        fit = submission not in included and _fit(node.state, submission, number)
        if fit is None:
            node.pool.remove(submission, Status("invalid"))
        elif fit:
            for one in _unsealed(node, submission, number):
                included[one] = None
                _carry_out(node.state, len(included), one.extrinsic)
    return list(included)


def _unsealed(node: Node, submission: Submission, number: int) -> Iterator[Submission]:
    """An extrinsic, and right after it what was sealed in it, unless no block would take that now."""
    yield submission
    sealed = shield.sealed_in(submission.extrinsic.call)
    data = None if sealed is None else node.keys.opened(sealed, number)
    if data is None:
        return
    try:
        extrinsic = take_apart(data, node.table, node.coders)
        expires = check(extrinsic, node.table, node.coders, node.terms(extrinsic.signer))
    except PoolRefused:
        return
    inner = node.pool.known(extrinsic) or Submission(extrinsic, expires)
    if _fit(node.state, inner, number):
        yield inner


def _fit(state: State, submission: Submission, number: int) -> bool | None:
    """Whether an extrinsic can go into this block: now, later (False), or never (None)."""
    extrinsic = submission.extrinsic
    ahead = extrinsic.nonce - account_nonce(state, extrinsic.signer)
    if ahead < 0 or (submission.expires is not None and number >= submission.expires):
        return None
    if ahead > 0:
        return False
    try:
        due = shield.due(state, extrinsic.call)
        if due:
            check_payment(state, extrinsic)
            runtime.validate(state, extrinsic.signer, extrinsic.call)
    except PoolRefused:
        return None
    return due


def check_payment(state: State, extrinsic: Extrinsic) -> None:
    """Raise `PoolRefused` unless whoever pays for an extrinsic can."""
    payer = runtime.payer(state, extrinsic.signer, extrinsic.call)
    runtime.check_payment(state, payer, extrinsic.bill)


def _carry_out(state: State, index: int, extrinsic: Extrinsic) -> None:
    state.phase = index
    signer, bill = extrinsic.signer, extrinsic.bill
    payer = runtime.payer(state, signer, extrinsic.call)
    bump_nonce(state, signer)
    paid = runtime.charge(state, payer, bill)
    try:
        with state.transaction():
            runtime.dispatch(state, signer, extrinsic.call)
    except DispatchError as error:
        runtime.settle(state, payer, bill, paid=paid, succeeded=False)
        state.deposit("System", "ExtrinsicFailed", runtime.native_error(error), bill.info)
    else:
        runtime.settle(state, payer, bill, paid=paid, succeeded=True)
        state.deposit("System", "ExtrinsicSuccess", bill.info)


__all__ = ["BLOCK_EXTRINSICS", "check_payment", "include"]
