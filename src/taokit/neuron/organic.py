"""A validator's users: their own requests, through the client and the records of its rounds, within a budget."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from taokit.dendrite import Reply
from taokit.errors import ConfigurationError
from taokit.errors.failures import log_failure
from taokit.metagraph import Metagraph
from taokit.neuron.budget import Spending
from taokit.neuron.recorder import Recorder, Witness
from taokit.neuron.threads import in_thread
from taokit.neuron.validator import Question, Round, Validator, by_uid, failures
from taokit.protocol import Synapse

log = logging.getLogger("taokit.neuron.validator")

AskThese = Callable[[Metagraph, Synapse, tuple[int, ...], float], Awaitable[list[Reply[Any]]]]
"""Asks these uids of a metagraph, within so many seconds."""


class Desk:
    """Where users' requests come in."""

    def __init__(
        self,
        validator: Validator,
        ask: AskThese,
        *,
        recorder: Recorder | None,
        epoch: Callable[[], int],
        scored: Callable[[Metagraph, Mapping[int, float]], None],
        draw: Callable[[str], int],
    ) -> None:
        """A desk for one validator. `scored` takes what `score` says of the replies; `epoch` is the last round's."""
        self._validator = validator
        self._ask = ask
        self._recorder = recorder
        self._epoch = epoch
        self._scored = scored
        self._draw = draw
        self._spending = Spending(validator.organic_budget, asyncio.get_running_loop().time)
        self._number = 0 if recorder is None else recorder.next_organic() - 1

    async def __call__(self, message: Synapse, uids: tuple[int, ...], timeout_s: float) -> list[Reply[Any]]:
        """One reply for each of these uids. Raises `OverBudget`, or `ConfigurationError` for an unknown uid."""
        graph = self._validator.metagraph
        if unknown := [uid for uid in uids if uid not in graph.uids]:
            raise ConfigurationError(f"uid {unknown[0]!r} is asked, the subnet has {graph.n} uids")
        if not uids:
            return []
        with self._spending.taken(len(uids)):
            round, witness = self._round(graph, uids, timeout_s)
            replies = await witness.ask(message)
        scores = self._judge(round, replies) if self._validator.score_organic else None
        if self._recorder is not None:
            await in_thread(self._recorder.keep, witness.record(round, scores, organic=True))
        return replies

    def _round(self, graph: Metagraph, uids: tuple[int, ...], timeout_s: float) -> tuple[Round, Witness]:
        self._number += 1
        chance = random.Random(self._draw(f"organic {self._number}"))  # noqa: S311  reproducible from the seed

        async def ask(message: Question) -> list[Reply[Any]]:
            assert isinstance(message, Synapse)
            return await self._ask(graph, message, uids, timeout_s)

        witness = Witness(ask, chance, validator=name_of(type(self._validator)))
        round = Round(self._number, self._epoch(), graph.block, graph, uids, chance, witness.ask)
        return round, witness

    def _judge(self, round: Round, replies: Sequence[Reply[Any]]) -> Mapping[int, float] | None:
        """What `score` says of the replies, which counts into the epoch; an exception in it costs only that."""
        try:
            scores = {**by_uid(self._validator.score(round, replies), "score()"), **failures(replies)}
            self._scored(round.metagraph, scores)
        except Exception as error:
            log_failure(log, error, "scoring an organic request failed in %s", type(self._validator).__name__)
            return None
        return scores


def name_of(kind: type) -> str:
    """`module:Class`."""
    return f"{kind.__module__}:{kind.__qualname__}"


__all__ = ["Desk", "name_of"]
