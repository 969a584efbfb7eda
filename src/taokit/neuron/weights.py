"""Carries a validator's weights to the chain, and calls them set only when it has read them back from there.

When in the epoch they go out, and how many blocks must be left then, is the `Timetable`'s; which weights go out after
rounds that gave none is decided in `fallback`; what each of them does at a block, in `advancing`.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from taokit.chain import AsyncChain
from taokit.chain.beacon import Beacon, terms
from taokit.consensus import prepare, timelock_payload
from taokit.errors import ChainRefused, NetworkError, PoolRefused, StateCorrupt, TaokitError, UnknownBlock
from taokit.metagraph import Metagraph
from taokit.neuron.advancing import Anew, Dropped, Landed, Send, Settled, Step, Wait, advance
from taokit.neuron.state import StateFolder
from taokit.neuron.submission import FIRST, SENDING, Form, Submission, View
from taokit.neuron.view import opening_round
from taokit.signer import Signer

log = logging.getLogger("taokit.neuron.weights")

FILE = "weights"
VERSION = 2

_KNOWN = frozenset({1013, 1014})  # the pool holds this extrinsic, or another one of its nonce

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


@dataclass(frozen=True, slots=True)
class Kept:
    """What the file of a setter says."""

    submissions: tuple[Submission, ...]
    epoch: int | None  # the last for which weights were made
    landed: int | None  # block at which weights were last read back


def kept_in(saved: Any) -> Kept:
    """What was saved under `FILE`. Raises `StateCorrupt` where it is something else."""
    try:
        return Kept(tuple(Submission.from_json(item) for item in saved["pending"]), saved["epoch"], saved["landed"])
    except (KeyError, TypeError, ValueError) as error:
        hint = "move the file away to start without it; weights that it held are then lost"
        raise StateCorrupt(f"{FILE}.json holds no weights: {error!r}", hint=hint) from error


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
        self._free_from = 0  # block before which the rate limit refuses weights
        self._refused = ""  # what the chain said to what was last sent; empty when it took it
        self.landed_block: int | None = None
        """The block at which weights were last read back from the chain; None before the first time."""
        self.waiting = ""
        """What it waits for, to be read after "waits for"; empty when it waits for nothing."""

        self._load()

    def _load(self) -> None:
        if (saved := self._folder.load(FILE, VERSION)) is not None:
            kept = kept_in(saved)
            self._pending, self._epoch, self.landed_block = list(kept.submissions), kept.epoch, kept.landed

    def proposed(self, epoch: int) -> bool:
        """Whether weights were already made in this epoch."""
        return self._epoch is not None and self._epoch >= epoch

    @property
    def pending(self) -> bool:
        """Whether weights are on their way."""
        return bool(self._pending)

    @property
    def submissions(self) -> tuple[Submission, ...]:
        """Those on their way, and those that landed so lately that a fork may undo it; the oldest first."""
        return tuple(self._pending)

    @property
    def busy(self) -> bool:
        """Whether something was sent, or is about to be revealed, whose fate the next blocks decide."""
        return self._opening or any(item.under_way for item in self._pending)

    def due(self, block: int) -> int | None:
        """The next block after this one at which it has something to do besides; None when it only waits."""
        if self.busy:
            return block + 1
        held = any(item.stage in SENDING and item.landed is None for item in self._pending)
        return max(block + 1, self._free_from - 1) if held and self._free_from > block + 1 else None

    async def propose(self, target: Target, weights: Mapping[int, float], graph: Metagraph, seen: View) -> None:
        """Start a vector on its way. One that is empty or all zero is held back: it would say that all are equal.

        Plain weights that are still on their way give way to it: they could only arrive late and undo it. Raises
        `LocalError` where it cannot be written down; then nothing is sent.
        """
        if self.proposed(seen.epoch):
            return
        if not any(weights.values()):
            self.waiting = "a miner with a score above 0"
            return
        submission = self._made(target, weights, graph, seen)
        if submission.stage != "setting":
            try:
                submission = await self._hidden(submission, graph)
            except TaokitError as error:
                self.waiting = f"its weights to be sealed: {error}"
                log.warning("weights of epoch %d are not sealed: %s (%s)", seen.epoch, error, error.hint or "no hint")
                return
        kept, late = self._give_way()
        if late is not None and submission.stage == "setting":
            submission = replace(submission, nonce=late.nonce, expires=late.expires)  # one of the two gets in at most
        await self._go([*kept, submission], submission.epoch, seen)

    def _made(self, target: Target, weights: Mapping[int, float], graph: Metagraph, seen: View) -> Submission:
        prepared = prepare(weights, graph.n)
        chosen: Form = seen.form or ("hash" if graph.parameters.commit_reveal else "plain")
        return Submission(
            netuid=target.netuid,
            mechanism=target.mechanism,
            epoch=seen.epoch,
            made=seen.block,
            uids=tuple(map(int, prepared.uids)),
            values=tuple(map(int, prepared.values)),
            salt=(),
            version_key=target.version_key,
            stage=FIRST[chosen],
        )

    def _give_way(self) -> tuple[list[Submission], Submission | None]:
        """What goes on beside new weights, and the plain ones that do not."""
        late = [item for item in self._pending if item.stage == "setting" and item.landed is None]
        return [item for item in self._pending if item not in late], (late[-1] if late else None)

    async def _hidden(self, submission: Submission, graph: Metagraph) -> Submission:
        """The same, to be committed in the form that the chain takes."""
        if submission.stage == "committing":
            return replace(submission, salt=self._salt(submission.epoch))
        told = await self._chain.read(terms(submission.netuid), at=graph.block_hash)
        round = opening_round(told)
        payload = timelock_payload(
            self._signer.public_key,
            uids=submission.uids,
            values=submission.values,
            version_key=submission.version_key,
        )
        sealed = await self._seal(payload, round, told.beacon)
        return replace(submission, sealed=sealed.hex(), round=round)

    async def advance(self, seen: View) -> None:
        """Do what this block asks for: send, send again what is lost, note what has landed.

        Raises `LocalError` where that cannot be written down; then nothing is sent.
        """
        await self._go(self._pending, self._epoch, seen)

    async def _go(self, pending: Sequence[Submission], epoch: int | None, seen: View) -> None:
        decided = list(self._decided(pending, seen))
        kept = [item for item, step in decided if not isinstance(step, Settled | Anew | Dropped)]
        if any(isinstance(step, Anew) and item.epoch == epoch == seen.epoch for item, step in decided):
            epoch = seen.epoch - 1
        landed = [step.block for _, step in decided if isinstance(step, Landed)]
        self._keep(_newest_landed(kept), epoch, landed[-1] if landed else self.landed_block)
        self._tell(decided, pending)
        self._free_from = seen.free_from
        self._opening = any(item.stage == "locked" and item.landed is None and item.opens(seen) for item in kept)
        for (item, step), old in zip(decided, pending, strict=True):
            if isinstance(step, Send):
                await self._send(item, step, seen, again=old.nonce == item.nonce)

    def _decided(self, pending: Sequence[Submission], seen: View) -> Iterator[tuple[Submission, Step]]:
        """Each submission with its next step. No two send under one nonce."""
        taken = [item.nonce for item in pending if item.under_way and item.pending(seen)]
        for before in pending:
            others = frozenset(nonce for nonce in taken if nonce is not None and nonce != before.nonce)
            item, step = advance(before, replace(seen, taken=others), self._signer.public_key)
            if isinstance(step, Send):
                taken.append(item.nonce)
            yield item, step

    def _tell(self, decided: Sequence[tuple[Submission, Step]], before: Sequence[Submission]) -> None:
        """Say what became of each, and what is waited for."""
        self.waiting = ""
        for (item, step), old in zip(decided, before, strict=True):
            if old.landed is not None and item.landed is None:
                log.warning("block %d, with the weights of epoch %d, is in a fork that lost", old.landed, item.epoch)
            match step:
                case Send():
                    self.waiting = "its extrinsic to get into a block"
                case Wait(reason) if reason:
                    self.waiting = self._refused if item.under_way and self._refused else reason
                case Landed(block):
                    log.info("weights of epoch %d are on chain, read back at block %d", item.epoch, block)
                case Anew(reason):
                    log.warning("weights of epoch %d are made once more: %s", item.epoch, reason)
                case Dropped(reason):
                    log.warning("weights of epoch %d are lost: %s", item.epoch, reason)

    async def _send(self, item: Submission, step: Send, seen: View, *, again: bool) -> None:
        """Send without waiting: whether it got there is read from the chain. A refusal is tried again later."""
        call, birth = step.call, seen.hash
        try:
            await self._chain.submit(call, self._signer, wait=None, nonce=item.nonce, period=step.lives, birth=birth)
            self._refused = ""
        except (ChainRefused, NetworkError, UnknownBlock) as error:
            if again and isinstance(error, PoolRefused) and error.code in _KNOWN:
                return  # what was sent before is in the pool still
            self.waiting = self._refused = f"the chain to take {call.function}: {error}"
            log.warning("%s was not taken: %s (%s)", call.function, error, error.hint or "no hint")

    def _keep(self, pending: list[Submission], epoch: int | None, landed: int | None) -> None:
        """Write down where things stand, and only then let them stand so."""
        if (pending, epoch, landed) == (self._pending, self._epoch, self.landed_block):
            return
        data = {"pending": [item.to_json() for item in pending], "epoch": epoch, "landed": landed}
        self._folder.save(FILE, VERSION, data)
        self._pending, self._epoch, self.landed_block = pending, epoch, landed


def _newest_landed(items: list[Submission]) -> list[Submission]:
    """Without those that landed before another did: nobody looks for their row any more."""
    newest = max((item.epoch for item in items if item.landed is not None), default=0)
    return [item for item in items if item.landed is None or item.epoch == newest]


__all__ = [
    "FILE",
    "VERSION",
    "Kept",
    "Salt",
    "Seal",
    "Target",
    "WeightSetter",
    "kept_in",
]
