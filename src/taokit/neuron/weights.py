"""Carries a validator's weights to the chain, and calls them set only when it has read them back from there."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace

from taokit.chain import AsyncChain, Call, Read, Schedule, reads
from taokit.chain.beacon import Beacon, Terms, terms, timelocked_commits
from taokit.consensus import COMMIT_REVEAL_VERSION, first_reveal_block, prepare, reveal_round, timelock_payload
from taokit.consensus import Schedule as EpochClock
from taokit.errors import ChainRefused, NetworkError, StateCorrupt, TaokitError
from taokit.metagraph import Metagraph
from taokit.neuron.state import StateFolder
from taokit.neuron.submission import LIFETIME, Dropped, Landed, Send, Submission, View, Wait, advance
from taokit.signer import Signer

log = logging.getLogger("taokit.neuron.weights")

FILE = "weights"
VERSION = 1

Salt = Callable[[int], tuple[int, ...]]
"""Sixteen-bit words that salt the commit of an epoch. Secret until the reveal."""

Seal = Callable[[bytes, int, Beacon], Awaitable[bytes]]
"""Encrypts a message to a round of a beacon, and stands in nobody's way meanwhile."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where weights go, and the version of the code that made them."""

    netuid: int
    mechanism: int
    version_key: int


def view(hotkey: str, uid: int, schedule: Schedule, *, mechanism: int, pending: bool) -> Read[View]:
    """What the chain says about one validator's weights; with some pending, also when each uid was registered."""
    netuid = schedule.netuid
    commits = yield from reads.weight_commits(netuid, hotkey, mechanism)
    row = yield from reads.weights(netuid, uid, mechanism)
    last_update = yield from reads.last_update(netuid, uid, mechanism)
    registered = (yield from reads.registrations(netuid)) if pending else {}
    epoch = schedule.epoch_index + (schedule.next_epoch == schedule.block + 1)
    since = range(max(0, epoch - schedule.reveal_period), epoch + 1)
    locked = (yield from timelocked_commits(netuid, hotkey, since, mechanism)) if pending else ()
    return View(
        block=schedule.block,
        epoch=epoch,
        reveal_period=schedule.reveal_period,
        commits=commits,
        row=tuple((int(uid), int(value)) for uid, value in row),
        last_update=last_update,
        registered=registered,
        locked=locked,
    )


def opening_round(told: Terms) -> int:
    """The round to lock a commit of the next block to, by the chain's own clock.

    The simulation of the epochs to come and the margin are those of bittensor-core's `get_encrypted_commit_v2`.
    """
    clock = told.schedule
    ahead = EpochClock(
        clock.tempo, clock.last_epoch_block, clock.pending_epoch_at, clock.epoch_index, clock.blocks_since_last_step
    )
    return reveal_round(
        told.now_ms / 1000,
        head=clock.block,
        first=first_reveal_block(ahead, clock.block, reveal_period=clock.reveal_period),
        block_seconds=told.slot_ms / 1000,
        genesis_s=told.beacon.genesis_s,
        period_s=told.beacon.period_s,
    )


class WeightSetter:
    """Takes a vector from scores to visible on chain, in the form that the chain asks for.

    Plain where commit-reveal is off; else under a timelock where the chain takes commits of version 4, which it reveals
    by itself; else by hash, and revealed in its epoch.

    Everything it is about to do is on the disk before it is done, so it may be killed anywhere and made again from its
    files: it neither commits twice in an epoch nor loses what it committed.
    """

    def __init__(self, chain: AsyncChain, signer: Signer, folder: StateFolder, *, salt: Salt, seal: Seal) -> None:
        self._chain = chain
        self._signer = signer
        self._folder = folder
        self._salt = salt
        self._seal = seal
        self._pending: list[Submission] = []
        self._epoch: int | None = None  # the last for which weights were made
        self._opening = False  # whether a timelocked commit is in its reveal epoch
        self._refused = ""  # what the chain said to what was last sent; empty when it took it
        self.landed_block: int | None = None
        """The block at which weights were last read back from the chain; None before the first time."""
        self.waiting = ""
        """What it waits for, to be read after "waits for"; empty when it waits for nothing."""

        self._load()

    def _load(self) -> None:
        saved = self._folder.load(FILE, VERSION)
        if saved is None:
            return
        try:
            self._pending = [Submission.from_json(item) for item in saved["pending"]]
            self._epoch, self.landed_block = saved["epoch"], saved["landed"]
        except (KeyError, TypeError, ValueError) as error:
            hint = "move the file away to start without it; weights that it held are then lost"
            raise StateCorrupt(f"{FILE}.json holds no weights: {error!r}", hint=hint) from error

    def proposed(self, epoch: int) -> bool:
        """Whether weights were already made in this epoch."""
        return self._epoch is not None and self._epoch >= epoch

    @property
    def pending(self) -> bool:
        """Whether weights are on their way."""
        return bool(self._pending)

    @property
    def busy(self) -> bool:
        """Whether something was sent, or is about to be revealed, whose fate the next blocks decide."""
        return self._opening or any(item.sent is not None for item in self._pending)

    async def propose(self, target: Target, weights: Mapping[int, float], graph: Metagraph, seen: View) -> None:
        """Start a vector on its way. One that is empty or all zero is held back: it would say that all are equal.

        Plain weights that are still on their way give way to it: they could only arrive late and undo it.
        """
        if self.proposed(seen.epoch):
            return
        if not any(weights.values()):
            self.waiting = "a miner with a score above 0"
            return
        prepared = prepare(weights, graph.n)
        submission = Submission(
            netuid=target.netuid,
            mechanism=target.mechanism,
            epoch=seen.epoch,
            made=seen.block,
            uids=tuple(map(int, prepared.uids)),
            values=tuple(map(int, prepared.values)),
            salt=(),
            version_key=target.version_key,
            stage="setting",
        )
        if graph.parameters.commit_reveal:
            try:
                submission = await self._hidden(submission, graph)
            except TaokitError as error:
                self.waiting = f"its weights to be sealed: {error}"
                log.warning("weights of epoch %d are not sealed: %s (%s)", seen.epoch, error, error.hint or "no hint")
                return
        self._epoch = seen.epoch
        self._pending = [*(item for item in self._pending if item.stage != "setting"), submission]
        await self.advance(seen)

    async def _hidden(self, submission: Submission, graph: Metagraph) -> Submission:
        """The same, to be committed in the form that the chain takes."""
        told = await self._chain.read(terms(submission.netuid), at=graph.block_hash)
        if told.version != COMMIT_REVEAL_VERSION:
            return replace(submission, stage="committing", salt=self._salt(submission.epoch))
        round = opening_round(told)
        payload = timelock_payload(
            self._signer.public_key,
            uids=submission.uids,
            values=submission.values,
            version_key=submission.version_key,
        )
        sealed = await self._seal(payload, round, told.beacon)
        return replace(submission, stage="locking", sealed=sealed.hex(), round=round)

    async def advance(self, seen: View) -> None:
        """Do what this block asks for: send, send again what is lost, note what has landed."""
        self.waiting = ""
        self._opening = False
        calls: list[Call] = []
        before = (tuple(self._pending), self.landed_block, self._epoch)
        self._pending = [kept for item in self._pending if (kept := self._advanced(item, seen, calls)) is not None]
        if before != (tuple(self._pending), self.landed_block, self._epoch) or calls:
            self._save()
        for call in calls:
            await self._send(call)

    def _advanced(self, item: Submission, seen: View, calls: list[Call]) -> Submission | None:
        item, step = advance(item, seen, self._signer.public_key)
        match step:
            case Send(call):
                calls.append(call)
                self.waiting = "its extrinsic to get into a block"
            case Wait(reason):
                self._opening |= item.stage == "locked" and item.opens(seen)
                self.waiting = self._refused if item.sent is not None and self._refused else reason
            case Landed(block):
                self.landed_block = block
                log.info("weights of epoch %d are on chain, read back at block %d", item.epoch, block)
                return None
            case Dropped(reason):
                log.warning("weights of epoch %d are lost: %s", item.epoch, reason)
                return None
        return item

    async def _send(self, call: Call) -> None:
        """Send without waiting: whether it got there is read from the chain. A refusal is tried again later."""
        try:
            await self._chain.submit(call, self._signer, wait=None, period=LIFETIME)
            self._refused = ""
        except (ChainRefused, NetworkError) as error:
            self.waiting = self._refused = f"the chain to take {call.function}: {error}"
            log.warning("%s was not taken: %s (%s)", call.function, error, error.hint or "no hint")

    def _save(self) -> None:
        data = {
            "pending": [item.to_json() for item in self._pending],
            "epoch": self._epoch,
            "landed": self.landed_block,
        }
        self._folder.save(FILE, VERSION, data)


__all__ = ["FILE", "VERSION", "Salt", "Seal", "Target", "WeightSetter", "opening_round", "view"]
