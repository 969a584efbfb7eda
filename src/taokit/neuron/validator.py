"""The validator: write `query` and `score`; asking, keeping scores and setting weights are done for you."""

from __future__ import annotations

import math
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, TypeAlias, TypeVar

from taokit.dendrite import Dendrite, Reply
from taokit.errors import ConfigurationError, LocalError
from taokit.metagraph import Metagraph
from taokit.neuron.budget import Budget
from taokit.neuron.fallback import POLICIES, Policy
from taokit.neuron.role import Role
from taokit.neuron.timetable import MARGIN, WEIGHTS_AT
from taokit.protocol import Synapse
from taokit.scoring import EpochMean, Rule

M = TypeVar("M", bound=Synapse)

Question: TypeAlias = Synapse | Mapping[int, Synapse] | None
"""What a round asks: everyone the same, each uid its own, or nobody anything."""
Ask: TypeAlias = Callable[[Question], Awaitable[list[Reply[Any]]]]
Send: TypeAlias = Callable[[Any, tuple[int, ...], float], Awaitable[list[Reply[Any]]]]


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a validator."""

    number: int  # counts on from epoch to epoch
    epoch: int  # the subnet's epoch counter, which tempo changes do not reset
    block: int  # the head when the round began
    metagraph: Metagraph
    uids: tuple[int, ...]  # those that serve, without this validator
    random: random.Random  # this validator's own draw for this round
    _ask: Ask

    async def ask(self, question: Question) -> list[Reply[Any]]:
        """One reply for each uid asked, in order, within the validator's deadline, whatever each neuron does.

        A round that asks again has as much time again, 16 times at most.
        """
        return await self._ask(question)


class Validator(Role):
    """Asks miners, scores what they answer, and has its weights set. Subclass it with `query` and `score`."""

    rounds_per_epoch: ClassVar[int] = 1
    """How many rounds, spread over the part of the epoch before the weights go out."""
    deadline: ClassVar[float] = 12.0
    """Seconds that miners have for each question of a round; scoring the answers may take as long again."""
    rule: ClassVar[Rule] = EpochMean()
    """How scores become shares of the weights."""
    burn: ClassVar[float] = 0.0
    """Share of the weights, 0 to 1, that goes to the subnet owner's uid, whose incentive the chain burns."""
    without_scores: ClassVar[Policy] = "hold"
    """What is sent for an epoch whose scores are all 0, or whose rounds all failed: nothing (`hold`), everything to the
    owner's uid (`burn`), or the weights on chain once more (`copy_last`)."""
    weights_at: ClassVar[float] = WEIGHTS_AT
    """Where in the epoch the weights go out, as a share of the tempo, above 0 and below 1."""
    weights_margin: ClassVar[int] = MARGIN
    """Blocks that must at least be left in the epoch when they go out, 4 or more; with fewer, none are sent in it."""
    mechanism: ClassVar[int] = 0
    """Which of the subnet's mechanisms this validator serves."""
    version_key: ClassVar[int | None] = None
    """The version of this validator's code, which the subnet may demand. None: from the version of its package."""
    organic_by: ClassVar[Literal["incentive", "score"]] = "incentive"
    """Who answers users' own requests: those with most incentive on chain, or the best scores of this validator."""
    organic_budget: ClassVar[Budget] = Budget()
    """How much of them is sent at all, so that rounds and miners' limits are left alone."""
    score_organic: ClassVar[bool] = False
    """Whether `score` is asked about the replies to them too."""

    _send: Send | None = None
    _scores: Callable[[], Mapping[str, float]] | None = None  # by hotkey

    async def query(self, round: Round) -> Question:
        """What this round asks: everyone the same, each uid its own, or nobody anything."""
        raise NotImplementedError

    def score(self, round: Round, replies: Sequence[Reply[Any]]) -> Mapping[int, float]:
        """Scores by uid, finite and at least 0. A uid left out keeps the score it has; a failed reply is 0."""
        raise NotImplementedError

    async def run_round(self, round: Round) -> Mapping[int, float]:
        """The scores of one round. Override it where there is nothing to ask."""
        replies = await round.ask(await self.query(round))
        return {**by_uid(self.score(round, replies), "score()"), **failures(replies)}

    async def organic(
        self, message: M, n: int = 3, *, uids: Sequence[int] | None = None, timeout_s: float | None = None
    ) -> list[Reply[M]]:
        """What `n` miners, or those named, make of a user's own request: sent and recorded as a round's are.

        Within the validator's deadline unless told otherwise. Raises `OverBudget` when more is asked than
        `organic_budget` allows, and `LocalError` while the validator does not run.
        """
        if self._send is None:
            raise LocalError("this validator does not run", hint="ask from `setup` on, and until `close`")
        chosen = tuple(self.choose(message, n) if uids is None else uids)
        return await self._send(message, chosen, self.deadline if timeout_s is None else timeout_s)

    def choose(self, message: Synapse, n: int) -> Sequence[int]:
        """The uids of the miners that answer a user's own request: at most `n`, by `organic_by`. Yours to override."""
        graph = self.metagraph
        scores = {} if self._scores is None else self._scores()
        worth: dict[int, float] = {
            uid: float(graph.incentive[uid]) if self.organic_by == "incentive" else scores.get(graph.hotkeys[uid], 0.0)
            for uid in graph.serving()
            if graph.hotkeys[uid] != self.signer.ss58
        }
        return sorted(worth, key=lambda uid: (-worth[uid], uid))[: max(0, n)]

    def make_dendrite(self, *, allow_private: bool) -> Dendrite:
        """The client that asks miners. Override it to speak another format, retry, hedge or count."""
        return Dendrite(self.signer, allow_private=allow_private)

    @classmethod
    def check(cls) -> None:
        """Raise `ConfigurationError` for a class that cannot run: it needs `query` and `score`, or `run_round`."""
        super().check()
        if cls.run_round is Validator.run_round:
            cls._check_methods()
        cls._check_score()
        if not 0 <= cls.burn <= 1 or cls.rounds_per_epoch < 1 or not 0 < cls.deadline < math.inf:
            raise ConfigurationError(
                f"{cls.__name__}: burn is {cls.burn}, rounds_per_epoch {cls.rounds_per_epoch}, deadline {cls.deadline}",
                hint="burn is 0 to 1, rounds_per_epoch at least 1, deadline above 0 seconds",
            )
        cls._check_weights()

    @classmethod
    def _check_weights(cls) -> None:
        if cls.without_scores not in POLICIES:
            raise ConfigurationError(
                f"{cls.__name__}: without_scores is {cls.without_scores!r}", hint=f"one of {', '.join(POLICIES)}"
            )
        if not 0 < cls.weights_at < 1 or cls.weights_margin < MARGIN:
            raise ConfigurationError(
                f"{cls.__name__}: weights_at is {cls.weights_at}, weights_margin {cls.weights_margin}",
                hint=f"weights_at is above 0 and below 1, weights_margin at least {MARGIN} blocks",
            )

    @classmethod
    def _check_methods(cls) -> None:
        for name in ("query", "score"):
            if getattr(cls, name) is getattr(Validator, name):
                raise ConfigurationError(
                    f"{cls.__name__} has no {name}()",
                    hint="write query() and score(), or override run_round() where there is nothing to ask",
                )

    @classmethod
    def _check_score(cls) -> None:
        if cls.score_organic and cls.score is Validator.score:
            raise ConfigurationError(
                f"{cls.__name__} is to score organic requests and has no score()",
                hint="write score(), or leave score_organic off",
            )


def by_uid(given: object, method: str) -> Mapping[int, float]:
    """The scores that a method of the user's returned. Raises `ConfigurationError` for what is no mapping."""
    if isinstance(given, Mapping):
        return given
    raise ConfigurationError(
        f"{method} returned {type(given).__name__}, which is no mapping from uid to score",
        hint="return {reply.uid: ... for reply in replies}, or {} to keep every score as it is",
    )


def failures(replies: Sequence[Reply[Any]]) -> dict[int, float]:
    """A score of 0 for each neuron that failed; one that could not be asked for reasons of our own is left out."""
    return {r.uid: 0.0 for r in replies if r.error is not None and not isinstance(r.error, LocalError)}


__all__ = ["Ask", "Question", "Round", "Validator", "by_uid", "failures"]
