"""Runs a validator: rounds at their blocks, scores into weights, weights onto the chain."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from hashlib import blake2b
from typing import Any

from taokit.axon import Admit, Route, registered_only
from taokit.chain import AsyncChain, Head, reads
from taokit.dendrite import Reply, Target
from taokit.errors import ConfigurationError, NotRegistered, TimedOut
from taokit.errors.failures import log_failure
from taokit.metagraph import Metagraph
from taokit.neuron import scores as scores_file
from taokit.neuron.fallback import fallback
from taokit.neuron.host import REFRESH_BLOCKS, Neuron
from taokit.neuron.organic import Desk, name_of
from taokit.neuron.place import Place
from taokit.neuron.recorder import Recorder, Witness
from taokit.neuron.scores import Scores
from taokit.neuron.standing import Look, lacks, look, outdated
from taokit.neuron.submission import SALT_WORDS
from taokit.neuron.threads import in_thread
from taokit.neuron.timelock import Timelock
from taokit.neuron.timetable import Timetable, timetable
from taokit.neuron.trusting import published_keys
from taokit.neuron.validator import Question, Round, Validator, by_uid
from taokit.neuron.version import version_key
from taokit.neuron.weights import Target as WeightTarget
from taokit.neuron.weights import WeightSetter
from taokit.protocol import Synapse
from taokit.signer import Signer

log = logging.getLogger("taokit.neuron.validator")

MOST_ASKS = 16
"""Questions one after the other that a round has time for."""


class ValidatorNeuron(Neuron):
    """One running validator."""

    def __init__(self, validator: Validator, place: Place, *, signer: Signer, chain: AsyncChain) -> None:
        super().__init__(validator, place, signer=signer, chain=chain)
        self.validator = validator
        stated = validator.version_key
        self.version_key = version_key(type(validator)) if stated is None else stated
        """What its weights are signed with."""
        self.scores = Scores.start(validator.rule)
        self._wake = 0  # block before which there is nothing to do
        self._told = -1  # epoch in which it last said what it lacks
        self._announced = False  # whether it has said what comes next
        self._lacks = ""
        self._ahead = ""
        self._limit: asyncio.Timeout | None = None  # of the round that is running
        self._asks = 0  # of the same

    async def open(self) -> None:
        """Read the files, open the client."""
        saved = self.folder.load(scores_file.FILE, scores_file.VERSION)
        if saved is not None:
            self.scores = Scores.from_json(saved, self.validator.rule)
        self.timelock = self.place.timelock or Timelock()
        self.setter = WeightSetter(self.chain, self.signer, self.folder, salt=self._salt, seal=self.timelock.encrypt)
        self.dendrite = self.validator.make_dendrite(allow_private=self.place.allow_private)
        self.recorder = recorder_of(self.place, self.signer.ss58)
        self.validator._scores = self.scored
        self.validator._send = Desk(
            self.validator,
            self._ask_these,
            recorder=self.recorder,
            epoch=lambda: self.scores.epoch,
            scored=self._scored_besides,
            draw=self._draw,
        )

    async def shut(self) -> None:
        """Close the client, and what encrypts unless it was handed in."""
        self.validator._send = None
        if hasattr(self, "timelock") and self.place.timelock is None:
            await self.timelock.close()
        if hasattr(self, "dendrite"):
            await self.dendrite.close()

    @property
    def waiting(self) -> str:
        """What it waits for, to be read after "waits for"; empty when it waits for nothing."""
        return self._lacks or self.setter.waiting or self._ahead

    def scored(self) -> dict[str, float]:
        """Its present score for each hotkey."""
        return dict(self.validator.rule.scores(self.scores.memory))

    def routes(self) -> list[Route]:
        """A validator answers the built-in ping only."""
        return []

    def admits(self) -> Admit:
        return registered_only(lambda: self.validator.metagraph)

    async def step(self, head: Head) -> None:
        """Whatever this block asks for. Raises `NotRegistered` when the uid is gone."""
        if head.number < self._wake:
            return
        seen = await self._look(head)
        await self.setter.advance(seen.weights)
        plan = self._plan(seen)
        if self._due(seen, plan):
            await self._act(head, seen, plan)
        elif not self._announced:
            await self._announce(seen, plan)
            self._announced = True
        self._wake = self._next(seen, plan)
        due = seen.schedule.last_epoch_block + plan.weights
        self._ahead = "" if self.setter.proposed(seen.weights.epoch) else f"block {due}, to send its weights"

    async def _look(self, head: Head) -> Look:
        mechanism, pending = self.validator.mechanism, self.setter.pending
        read = look(self.place.netuid, self.signer.ss58, mechanism=mechanism, pending=pending)
        seen = await self.chain.read(read, at=head.hash)
        if seen is None:
            raise NotRegistered(self.signer.ss58, self.place.netuid)
        return seen

    def _plan(self, seen: Look) -> Timetable:
        it = self.validator
        return timetable(seen.schedule.tempo, it.rounds_per_epoch, weights_at=it.weights_at, margin=it.weights_margin)

    async def _announce(self, seen: Look, plan: Timetable) -> None:
        """Say once what it waits for: an epoch is long, and nothing else may be heard of it until then."""
        coming = plan.coming(
            seen.offset, seen.schedule.blocks_left, sent=self.setter.proposed(seen.schedule.epoch_index)
        )
        if coming is None:
            return
        what, blocks = coming
        said = "the next round begins" if what == "round" else "the next weights go out"
        about = f"{blocks} blocks from now" if blocks > 1 else "the next one"
        if not self.place.allow_private:  # a chain of this machine keeps a time of its own
            about += f", in about {max(1, round(blocks * await self.chain.read(reads.slot_ms()) / 60_000))} min"
        log.info("%s at block %d, %s", said, seen.schedule.block + blocks, about)

    def _due(self, seen: Look, plan: Timetable) -> bool:
        return self._due_round(seen, plan) is not None or self._weights_due(seen, plan)

    def _due_round(self, seen: Look, plan: Timetable) -> int | None:
        done = self.scores.round if self.scores.epoch == seen.schedule.epoch_index else -1
        return plan.due_round(seen.offset, done)

    def _weights_due(self, seen: Look, plan: Timetable) -> bool:
        """Whether it is time, and what is sent now still belongs to this epoch."""
        running = seen.weights.epoch == seen.schedule.epoch_index
        open = plan.open_for_weights(seen.offset, seen.schedule.blocks_left)
        return running and open and not self.setter.proposed(seen.weights.epoch)

    async def _act(self, head: Head, seen: Look, plan: Timetable) -> None:
        graph = await self.chain.read(reads.metagraph(self.place.netuid, weights=True), at=head.hash)
        self.validator.metagraph = graph
        known = await self.chain.read(published_keys(self.place.netuid), at=head.hash)
        self.dendrite.trust = replace(self.dendrite.trust, known=known)
        self.scores = self.scores.seen(graph)
        if not self._may_validate(graph, seen):
            return
        due = self._due_round(seen, plan)
        if due is not None:
            await self._round(graph, seen.schedule.epoch_index, due)
            head = await self.chain.head()  # a round takes its time: what follows looks at the chain as it is now
            seen = await self._look(head)
        if self._weights_due(seen, plan):
            await self._propose(await self._fresh(graph, head), seen)

    async def _fresh(self, graph: Metagraph, head: Head) -> Metagraph:
        """The metagraph as of a block, and the scores without those who left meanwhile."""
        if graph.block_hash != head.hash:
            graph = await self.chain.read(reads.metagraph(self.place.netuid, weights=True), at=head.hash)
            self.scores = self.scores.seen(graph)
        return graph

    async def _propose(self, graph: Metagraph, seen: Look) -> None:
        weights = self._weights(graph, seen)
        target = WeightTarget(self.place.netuid, self.validator.mechanism, self.version_key)
        await self.setter.propose(target, weights, graph, seen.weights)

    def _weights(self, graph: Metagraph, seen: Look) -> Mapping[int, float]:
        """What this epoch's rounds come to; where they gave no score above 0, what `without_scores` says."""
        validator = self.validator
        if self.scores.scored_in == seen.schedule.epoch_index:
            weights = self.scores.weights(validator.rule, graph, burn=validator.burn)
            if any(weights.values()):
                return weights
        return fallback(validator.without_scores, graph, seen.weights)

    async def _round(self, graph: Metagraph, epoch: int, place: int) -> None:
        """Run one round and keep its scores. An exception in the user's code costs the round, nothing else."""
        round, witness = self._make_round(graph, epoch, place)
        given: Mapping[int, float] | None = None
        try:
            given = by_uid(await self._within_limit(round), "run_round()")
            scores = self.scores.scored(self.validator.rule, graph, given, epoch=epoch, round=place)
        except Exception as error:
            given = None
            log_failure(log, error, "round %d of %s failed", round.number, type(self.validator).__name__)
            scores = self.scores.passed(epoch, place)
        self._keep(scores)
        if self.recorder is not None:
            await in_thread(self.recorder.keep, witness.record(round, given))

    async def _within_limit(self, round: Round) -> Mapping[int, float]:
        """What the user's code makes of a round. Raises `TimedOut` twice the deadline after it last asked something."""
        limit = asyncio.timeout(2 * self.validator.deadline)
        said = f"it took more than {2 * self.validator.deadline:g} s since it last asked, twice its deadline"
        hint = "ask or compute less in a round, or give the class a longer `deadline`"
        with TimedOut.after(limit, said, hint=hint):
            async with limit:
                self._limit, self._asks = limit, 0
                try:
                    return await self.validator.run_round(round)
                finally:
                    self._limit = None

    def _more_time(self) -> None:
        """Who asks again waits for the neurons again: a few late ones must not cost everybody the round."""
        self._asks += 1
        if self._limit is not None and self._asks <= MOST_ASKS:
            self._limit.reschedule(asyncio.get_running_loop().time() + 2 * self.validator.deadline)

    def _scored_besides(self, graph: Metagraph, given: Mapping[int, float]) -> None:
        """Count scores from outside the rounds into the epoch of the last one."""
        kept = self.scores
        if kept.epoch >= 0:
            self._keep(kept.scored(self.validator.rule, graph, given, epoch=kept.epoch, round=kept.round))

    def _keep(self, scores: Scores) -> None:
        self.scores = scores
        self.folder.save(scores_file.FILE, scores_file.VERSION, scores.to_json(self.validator.rule))

    def _make_round(self, graph: Metagraph, epoch: int, place: int) -> tuple[Round, Witness]:
        number = epoch * self.validator.rounds_per_epoch + place
        uids = tuple(uid for uid in graph.serving() if graph.hotkeys[uid] != self.signer.ss58)
        chance = random.Random(self._draw(f"round {number}"))  # noqa: S311  reproducible from the seed on purpose
        witness = Witness(partial(self._ask, graph, uids), chance, validator=name_of(type(self.validator)))
        return Round(number, epoch, graph.block, graph, uids, chance, witness.ask), witness

    async def _ask(self, graph: Metagraph, uids: tuple[int, ...], question: Question) -> list[Reply[Any]]:
        if question is None:
            return []
        self._more_time()
        return await self._ask_these(graph, question, whom(question, uids, graph), self.validator.deadline)

    async def _ask_these(
        self, graph: Metagraph, question: Synapse | Mapping[int, Synapse], uids: tuple[int, ...], timeout_s: float
    ) -> list[Reply[Any]]:
        targets = [Target.of(graph, uid) for uid in uids]
        return await self.dendrite.ask_all(targets, question, timeout_s=timeout_s) if targets else []

    def _may_validate(self, graph: Metagraph, seen: Look) -> bool:
        """Whether queries and weights make sense now; when not, say once an epoch what is missing."""
        self._lacks = lacks(graph, seen, self.signer.ss58) or outdated(graph, self.version_key)
        if self._lacks and self._told != seen.schedule.epoch_index:
            self._told = seen.schedule.epoch_index
            log.warning("this validator neither asks nor commits: %s", self._lacks)
        return not self._lacks

    def _next(self, seen: Look, plan: Timetable) -> int:
        """The next block at which there is something to do, as far as is known now."""
        block = seen.schedule.block
        due = self.setter.due(block)
        ahead = plan.next_offset(seen.offset, seen.schedule.tempo) - seen.offset
        left = seen.schedule.blocks_left or REFRESH_BLOCKS
        return min(block + max(1, min(ahead, left, REFRESH_BLOCKS)), due or block + REFRESH_BLOCKS)

    def _draw(self, purpose: str) -> int:
        """A number that only who knows the seed can tell."""
        text = f"{self.signer.ss58} {purpose}".encode()
        return int.from_bytes(blake2b(text, key=self.place.seed[:64], digest_size=32).digest(), "big")

    def _salt(self, epoch: int) -> tuple[int, ...]:
        drawn = self._draw(f"salt {epoch}")
        return tuple(drawn >> (16 * k) & 0xFFFF for k in range(SALT_WORDS))


def whom(question: Synapse | Mapping[int, Synapse], uids: tuple[int, ...], graph: Metagraph) -> tuple[int, ...]:
    """The uids that a question goes to. Raises `ConfigurationError` for what is no question."""
    hint = "return a message, a mapping from uid to message, or None"
    if isinstance(question, Synapse):
        return uids
    if not isinstance(question, Mapping) or not all(isinstance(one, Synapse) for one in question.values()):
        raise ConfigurationError(f"query() returned {question!r:.200}, which is no question", hint=hint)
    unknown = [uid for uid in question if uid not in graph.uids]
    if unknown:
        raise ConfigurationError(f"query() asks uid {unknown[0]!r}, the subnet has {graph.n} uids", hint=hint)
    return tuple(question)


def recorder_of(place: Place, hotkey: str) -> Recorder | None:
    """Where this neuron's rounds are recorded, below `place.record`; None when they are not."""
    return None if place.record is None else Recorder(place.record / str(place.netuid) / hotkey)


__all__ = ["ValidatorNeuron", "whom"]
