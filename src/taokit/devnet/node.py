"""How blocks come about: extrinsics are checked, wait, are carried out in order, and are sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain
from typing import Final

from taokit.chain import Head, Status
from taokit.devnet import metadata, runtime
from taokit.devnet.answers import Answers
from taokit.devnet.blocks import SLOT_MS, ZEROS, Header, inherent, record, root_of
from taokit.devnet.codec import StorageCodec
from taokit.devnet.extrinsics import Extrinsic, Terms, check, take_apart
from taokit.devnet.history import History
from taokit.devnet.lockstep import Lockstep
from taokit.devnet.pool import Pool, Submission, refuse_stale
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.system import account_nonce, bump_nonce
from taokit.devnet.runtime.table import DecodedCall
from taokit.devnet.scale import Coders
from taokit.errors import PoolRefused, UnknownBlock

BLOCK_EXTRINSICS: Final = 1024
"""Signed extrinsics that one block takes."""

_INFO: Final = ((0, 0), "Normal", "No")  # what an extrinsic weighed, and whether it paid: nothing does here


class Node:
    """A chain's one author: its state, its blocks, its pool."""

    def __init__(self, state: State, *, genesis_ms: int, auto: bool) -> None:
        self.auto = auto
        self.state = state
        self.table = runtime.TABLE
        self.coders = Coders(self.table)
        self.codec = StorageCodec(self.table, self.coders)
        self.clock_ms = genesis_ms  # of the best block
        self.branch = 0
        self.pool = Pool()
        self.lockstep = Lockstep()
        self.set_back: list[Callable[[], None]] = []  # told whenever the chain has gone back to an earlier block
        self.history = History(state, record(self._genesis_header(), (), [], genesis_ms))
        self.answers = Answers(self.table, self.codec, self.history)

    def _genesis_header(self) -> Header:
        """The first header. Its hash follows from the table, from everything stored, and from the time."""
        self._seal_genesis()
        stored = chain.from_iterable(self.codec.everything(self.state))
        root = root_of([metadata.encode(self.table), *stored])
        return Header(ZEROS, 0, root, root_of(()), self.clock_ms // SLOT_MS, self.branch)

    def _seal_genesis(self) -> None:
        try:
            self.state.at(0)
        except UnknownBlock:
            self.state.commit_block()

    def submit(self, data: bytes) -> Submission:
        """Take an extrinsic into the pool, and with `auto` into a block. Raises `PoolRefused`."""
        extrinsic = take_apart(data, self.table, self.coders)
        self.pool.refuse_known(extrinsic)
        expires = check(extrinsic, self.table, self.coders, self._terms())
        next_nonce = account_nonce(self.state, extrinsic.signer)
        refuse_stale(extrinsic, next_nonce)
        with self._next_block():
            runtime.validate(self.state, extrinsic.signer, extrinsic.call)
        self.pool.refuse_excess(extrinsic, next_nonce)
        submission = Submission(extrinsic, expires)
        self.pool.add(submission)
        if self.auto and extrinsic.nonce == next_nonce:
            self.mine()
        return submission

    @contextmanager
    def _next_block(self) -> Iterator[None]:
        """Inside, rules see the number of the block to come, for which the pool asks them."""
        self.state.number += 1
        try:
            yield
        finally:
            self.state.number -= 1

    def _terms(self) -> Terms:
        hashes = self.history.hashes
        return Terms(hashes[0], len(hashes), hashes)

    def mine(self, blocks: int = 1) -> Head:
        """So many blocks more."""
        for _ in range(blocks):
            self._block()
        if blocks > 0:
            self.lockstep.publish(self.history.head)
        return self.history.head

    def _block(self) -> None:
        parent = self.history.head
        number = parent.number + 1
        self.clock_ms += SLOT_MS
        self.state.number, self.state.phase = number, "Initialization"
        runtime.begin_block(self.state, number, self.clock_ms, parent.hash)
        self._succeeded(0)  # the time, which every block's first extrinsic carries
        included = self._include(number)
        self.state.phase = "Finalization"
        runtime.end_block(self.state)
        self._seal(parent, included)

    def _seal(self, parent: Head, included: list[Submission]) -> None:
        time = self.coders("RuntimeCall").encode(DecodedCall("Timestamp", "set", {"now": self.clock_ms}))
        extrinsics = (inherent(time), *(submission.extrinsic.data for submission in included))
        header = Header(
            parent.hash, parent.number + 1, ZEROS, root_of(extrinsics), self.clock_ms // SLOT_MS, self.branch
        )
        made = record(header, extrinsics, self.state.events, self.clock_ms)
        self.state.commit_block()
        self.history.append(made)
        for submission in included:
            self.pool.remove(submission, Status("in_block", made.head.hash), Status("finalized", made.head.hash))

    def _include(self, number: int) -> list[Submission]:
        """Carry out what waits and is due; drop what can never be."""
        included: list[Submission] = []
        for submission in self.pool.in_order():
            if len(included) == BLOCK_EXTRINSICS:
                break
            fit = self._fit(submission, number)
            if fit is None:
                self.pool.remove(submission, Status("invalid"))
            elif fit:
                included.append(submission)
                self._carry_out(len(included), submission.extrinsic)
        return included

    def _fit(self, submission: Submission, number: int) -> bool | None:
        """Whether an extrinsic can go into this block: now, later (False), or never (None)."""
        extrinsic = submission.extrinsic
        ahead = extrinsic.nonce - account_nonce(self.state, extrinsic.signer)
        if ahead < 0 or (submission.expires is not None and number >= submission.expires):
            return None
        if ahead > 0:
            return False
        try:
            runtime.validate(self.state, extrinsic.signer, extrinsic.call)
        except PoolRefused:
            return None
        return True

    def _carry_out(self, index: int, extrinsic: Extrinsic) -> None:
        self.state.phase = index
        bump_nonce(self.state, extrinsic.signer)
        try:
            with self.state.transaction():
                runtime.dispatch(self.state, extrinsic.signer, extrinsic.call)
        except DispatchError as error:
            self.state.deposit("System", "ExtrinsicFailed", runtime.native_error(error), _INFO)
        else:
            self._succeeded(index)

    def _succeeded(self, index: int) -> None:
        self.state.phase = index
        self.state.deposit("System", "ExtrinsicSuccess", _INFO)

    def as_root(self, call: DecodedCall) -> None:
        """Carry out a call at once, outside of any block. Raises the runtime's `DispatchError`; leaves no events."""
        events = len(self.state.events)
        try:
            with self.state.transaction():
                runtime.dispatch(self.state, None, call)
        finally:
            del self.state.events[events:]


__all__ = ["BLOCK_EXTRINSICS", "Node"]
