"""How blocks come about: extrinsics are checked, wait, are carried out in order, and are sealed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from typing import Any, Final

from taokit.chain import BlockHash, Head, Status
from taokit.devnet import metadata, runtime
from taokit.devnet.answers import Answers
from taokit.devnet.asides import Asides
from taokit.devnet.beacon.pulses import Beacon, Plan
from taokit.devnet.blocks import SLOT_MS, ZEROS, Header, Record, inherent, record, root_of
from taokit.devnet.changes import write
from taokit.devnet.codec import StorageCodec
from taokit.devnet.extrinsics import Extrinsic, Terms, check, take_apart
from taokit.devnet.faults import Faults
from taokit.devnet.history import History
from taokit.devnet.including import check_payment, include
from taokit.devnet.lockstep import Lockstep
from taokit.devnet.pool import Pool, Submission, refuse_stale
from taokit.devnet.rehearsal import outcome, validity
from taokit.devnet.runtime import shield
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.system import account_nonce
from taokit.devnet.runtime.table import DecodedCall, Item
from taokit.devnet.scale import Coders
from taokit.devnet.shield import Keys
from taokit.errors import ConfigurationError, PoolRefused, UnknownBlock

_OF_EXTRINSICS: Final = {
    "BlockBuilder_apply_extrinsic": outcome,
    "TaggedTransactionQueue_validate_transaction": validity,
}
"""The runtime APIs that look at an extrinsic as the pool or a block does."""

_INHERENT: Final = ((0, 0), "Mandatory", "No")  # what the extrinsic with the time weighs, and whether it pays


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
        self.sealed: list[Callable[[Record], None]] = []  # told of every new block, right after it is made
        self.faults = Faults()
        self.beacon = Beacon()
        self.impersonated: set[bytes] = set()
        """Accounts for which `MOCK` stands for a signature."""
        self.impersonates_all = False
        self.asides = Asides()
        self._included: dict[BlockHash, list[Submission]] = {}  # in blocks that are not final yet
        self._follow(state, History(state, record(self._genesis_header(), (), [], genesis_ms)))

    def _follow(self, state: State, history: History) -> None:
        self.state, self.history = state, history
        self.answers = Answers(self.table, self.codec, history)
        self.keys = Keys(history.hashes[0])

    def adopt(self, state: State, history: History, *, clock_ms: int, branch: int) -> None:
        """Go on from another state, with its own blocks. Whatever waited or was to go wrong is gone."""
        self.clear(submission for held in self._included.values() for submission in held)
        self._included.clear()
        self.asides.clear()
        self.faults.clear()
        self.beacon.plan = Plan()
        history.lag = self.history.lag
        self.clock_ms, self.branch = clock_ms, branch
        self._follow(state, history)

    def _genesis_header(self) -> Header:
        """The first header. Its hash follows from the table, from everything stored, and from the time."""
        self._seal_genesis()
        stored = chain.from_iterable(self.codec.everything(self.state))
        root = root_of([metadata.encode(self.table, 15), *stored])
        return Header(ZEROS, 0, root, root_of(()), self.clock_ms // SLOT_MS, self.branch)

    def _seal_genesis(self) -> None:
        try:
            self.state.at(0)
        except UnknownBlock:
            self.state.commit_block()

    def submit(self, data: bytes) -> Submission:
        """Take an extrinsic into the pool, and with `auto` into a block. Raises `PoolRefused`."""
        self.faults.meet()
        extrinsic = take_apart(data, self.table, self.coders)
        self.pool.refuse_known(extrinsic)
        expires = self.admit(extrinsic)
        next_nonce = account_nonce(self.state, extrinsic.signer)
        self.pool.refuse_excess(extrinsic, next_nonce)
        submission = Submission(extrinsic, expires)
        if self.faults.loses():
            submission.say(Status("ready"))
            return submission
        self.pool.add(submission, next_nonce)
        if self.auto and extrinsic.nonce == next_nonce:
            self.mine()
            self.mine_sealed()
        return submission

    def announce_before(self) -> None:
        """Show keys as if one had been announced in each block so far: whoever seals must not wait for two blocks."""
        best = self.history.head.number
        for number in range(max(0, best - shield.LEAD - 1), best + 1):
            self.state.number = number
            shield.announce(self.state, self.keys.announced(number))

    def mine_sealed(self) -> None:
        """Blocks until the turn has come of every key that something in the pool is sealed for: at most two."""
        for _ in range(shield.LEAD):
            if any(one.ready and shield.carries(one.extrinsic.call) for one in self.pool):
                self.mine()

    def admit(self, extrinsic: Extrinsic) -> int | None:
        """Check an extrinsic against the state: the first block that cannot hold it, or None. Raises `PoolRefused`."""
        expires = check(extrinsic, self.table, self.coders, self.terms(extrinsic.signer))
        refuse_stale(extrinsic, account_nonce(self.state, extrinsic.signer))
        with self._next_block():
            check_payment(self.state, extrinsic)
            shield.refuse_late(self.state, extrinsic.call)
            runtime.validate(self.state, extrinsic.signer, extrinsic.call)
        return expires

    def call(self, method: str, data: bytes, at: BlockHash | None = None) -> bytes:
        """The raw answer of a runtime API. An extrinsic is applied to the best block, whichever is named."""
        if (asked := _OF_EXTRINSICS.get(method)) is not None:
            return asked(self, data)
        return self.answers.call(method, data, at)

    @contextmanager
    def _next_block(self) -> Iterator[None]:
        """Inside, rules see the number of the block to come, for which the pool asks them."""
        self.state.number += 1
        try:
            yield
        finally:
            self.state.number -= 1

    def terms(self, signer: bytes) -> Terms:
        """What an extrinsic of this account must fit in the block to come."""
        hashes = self.history.hashes
        mocked = self.impersonates_all or signer in self.impersonated
        return Terms(hashes[0], self.history.head.number + 1, hashes, mocked)

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
        self.asides.note(number, self.state.written())
        self.clock_ms += SLOT_MS
        self.state.number, self.state.phase = number, "Initialization"
        runtime.begin_block(self.state, number, self.clock_ms, parent.hash, oracle=self.beacon)
        self.state.phase = 0  # the time, which every block's first extrinsic carries
        self.state.deposit("System", "ExtrinsicSuccess", _INHERENT)
        shield.announce(self.state, self.keys.announced(number))
        included = include(self, number)
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
        for tell in self.sealed:
            tell(made)
        for submission in included:
            self.pool.remove(submission, Status("in_block", made.head.hash))
        if included:
            self._included[made.head.hash] = included
        self.settle()

    def settle(self) -> None:
        """Tell of every block that is final by now."""
        for block in self.history.settle():
            for submission in self._included.pop(block, ()):
                submission.say(Status("finalized", block))

    def abandon(self, number: int, recent: Sequence[Record] = ()) -> list[Submission]:
        """Make block `number` the best again, before the state is set back; what later blocks held and was not final.

        The blocks to come get other hashes than those that are abandoned. `recent` is as in `History.cut`.
        """
        gone = range(number + 1, self.history.head.number + 1)
        later = {self.history.hashes[one] for one in gone}
        self.history.cut(number, recent)
        self.asides.forget(gone)
        self.answers.forget()
        self.branch += 1
        retracted = []
        for block in [block for block in self._included if block in later]:
            for submission in self._included.pop(block):
                submission.say(Status("retracted", block))
                retracted.append(submission)
        return retracted

    def clear(self, retracted: Iterable[Submission] = ()) -> None:
        """Drop everything that waits, and what was in a block but is in none any more."""
        self.pool.clear()
        for submission in retracted:
            submission.say(Status("dropped"))

    def reorganise(self, depth: int) -> Head:
        """Make the last `depth` blocks again, and one more, from the same extrinsics under other hashes.

        What was written between them without a block is written again, before all of them. Raises `UnknownBlock` where
        the state is not kept.
        """
        number = self.history.head.number - depth
        before, remade = self.state.at(number), range(number + 1, number + depth + 1)
        later = [self.history.record(self.history.hash_of(one)) for one in remade]
        asides = [*(change for one in remade for change in self.asides.before(one)), *self.state.written()]
        known = {submission.extrinsic.data: submission for submission in self.abandon(number)}
        self.state.return_to(before)
        self.clock_ms = self.history.best.now_ms
        write(self.state, asides)
        for block in later:
            for data in block.extrinsics[1:]:
                self._again(data, known.get(data))
        return self.mine(depth + 1)

    def _again(self, data: bytes, submission: Submission | None) -> None:
        """Put an extrinsic back into the pool, unless its era began in a block that is none any more."""
        extrinsic = take_apart(data, self.table, self.coders)
        try:
            expires = check(extrinsic, self.table, self.coders, self.terms(extrinsic.signer))
        except PoolRefused:
            if submission is not None:
                submission.say(Status("invalid"))
        else:
            self.pool.add(submission or Submission(extrinsic, expires), account_nonce(self.state, extrinsic.signer))

    def as_root(self, call: DecodedCall) -> None:
        """Carry out a call at once, outside of any block. Raises the runtime's `DispatchError`; leaves no events."""
        with self.aside():
            runtime.dispatch(self.state, None, call)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Inside, the state is written to without a block: all or nothing, and no event is left.

        Raises `ConfigurationError` for a value that its entry cannot hold, on which blocks would fail later.
        """
        events, writes = len(self.state.events), self.state.writes
        try:
            with self.state.transaction():
                yield
                for item, keys, value in self.state.written(writes):
                    self._check_fit(item, keys, value)
        finally:
            del self.state.events[events:]

    def _check_fit(self, item: Item, keys: tuple[Any, ...], value: Any) -> None:
        try:
            if value is not None:
                self.codec.value(item, keys, value)
        except (ValueError, TypeError) as error:
            raise ConfigurationError(f"{item.name} is {item.value}, and cannot hold that: {error}") from None


__all__ = ["Node"]
