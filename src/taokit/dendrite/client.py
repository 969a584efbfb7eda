"""Asks neurons: one, or all of a round at once, and says of each what became of it."""

from __future__ import annotations

import asyncio
import logging
import math
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from functools import partial
from numbers import Real
from types import TracebackType
from typing import Any, Self, TypeVar, overload

from taokit.dendrite.again import Hedge, Retry, staggered
from taokit.dendrite.arguments import check_signer, check_targets, messages_for
from taokit.dendrite.asking import Asking
from taokit.dendrite.breaker import Breaker, Circuits
from taokit.dendrite.call import Call
from taokit.dendrite.metrics import Metrics
from taokit.dendrite.pool import Limits
from taokit.dendrite.question import Format, Manner
from taokit.dendrite.reply import Reply, Target
from taokit.dendrite.speech import Speech
from taokit.dendrite.stream import Stream
from taokit.dendrite.summary import Summary
from taokit.dendrite.tracing import Tracing
from taokit.dendrite.trust import Trust
from taokit.errors import ConfigurationError
from taokit.protocol import Synapse
from taokit.signer import Signer

M = TypeVar("M", bound=Synapse)
P = TypeVar("P", str, bytes)

log = logging.getLogger("taokit.dendrite")


class Dendrite:
    """A client of neurons. Keeps its connections between calls; close it, or use it with `async with`."""

    def __init__(
        self,
        signer: Signer,
        *,
        format: Format | None = "btauth/1",
        manner: Manner = Manner(),  # noqa: B008  a frozen value
        limits: Limits = Limits(),  # noqa: B008  a frozen value
        allow_private: bool = False,
        ip: str | None = None,
        retry: Retry | None = None,
        hedge: Hedge | None = None,
        breaker: Breaker | None = None,
        metrics: Metrics | None = None,
        tracing: Tracing | None = None,
        trust: Trust = Trust(),  # noqa: B008  a frozen value
        now_ns: Callable[[], int] = time.time_ns,
        new_uuid: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        """A dendrite that signs as `signer`. Opens nothing until the first question.

        `format` is the subnet's; None goes by what was learned of each neuron. `manner` says how it is spoken.
        `allow_private` lets it contact loopback and private addresses. `ip` is the public address that the legacy
        format mentions. A question is sent once, to whomever it is for, unless `retry`, `hedge` or `breaker` say
        otherwise; whatever they do, there is one reply, within the same deadline.
        """
        check_signer(signer)
        self._speech = Speech(signer, format=format, manner=manner, ip=ip)
        self._asking = Asking(
            signer=signer,
            speech=self._speech,
            limits=limits,
            allow_private=allow_private,
            ip=ip,
            now_ns=now_ns,
            new_uuid=new_uuid,
            retry=retry or Retry(0),
            hedge=hedge,
            circuits=None if breaker is None else Circuits(breaker),
            metrics=metrics,
            tracing=tracing,
            trust=trust,
        )

    @property
    def trust(self) -> Trust:
        """How far it relies on keys that neurons published; to be replaced as the chain tells of others."""
        return self._asking.trust

    @trust.setter
    def trust(self, trust: Trust) -> None:
        self._asking.trust = trust

    async def ask(
        self, target: Target, message: M, timeout_s: float = 12.0, *, format: Format | None = None
    ) -> Reply[M]:
        """What one neuron makes of a message, within `timeout_s` seconds. Never raises for what the neuron does.

        `format` is spoken to this one, whatever the subnet's is.
        """
        (call,) = self._calls([target], message, timeout_s, format)
        return await self._asking.ask(call, asyncio.Semaphore(1))

    async def ask_all(
        self,
        targets: Sequence[Target],
        message: M | Mapping[int, M],
        *,
        timeout_s: float = 12.0,
        at_once: int | None = None,
        format: Format | None = None,
    ) -> list[Reply[M]]:
        """One reply per target, in order, whatever each of them does; all within `timeout_s` seconds from now.

        `message` is the same for everyone, or one for each uid. `at_once` bounds the requests in flight; None asks all
        at once. Raises `LocalError` for a message that cannot be sent, before anything is.
        """
        began = asyncio.get_running_loop().time()
        calls = self._calls(targets, message, timeout_s, format)
        places = max(1, len(calls) if at_once is None else at_once)
        room, asking = asyncio.Semaphore(places), self._asking
        if not calls:
            return []
        if not asking.closed:
            asking.pool.room_for(min(places, len(calls)))
        with nullcontext() if asking.tracing is None else asking.tracing.round(len(calls)):
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(asking.ask(call, room)) for call in calls]
        replies = [task.result() for task in tasks]
        self._tell(Summary.of(replies, asyncio.get_running_loop().time() - began))
        return replies

    def _tell(self, summary: Summary) -> None:
        """A round in one line of the log."""
        log.info("%s", summary, extra={"fields": asdict(summary)})
        if self._asking.metrics is not None:
            self._asking.metrics.round_ended(summary)

    async def ask_any(
        self, targets: Sequence[Target], message: M, *, timeout_s: float = 12.0, after_s: float = 1.0
    ) -> Reply[M]:
        """The first good answer of several neurons, else what became of asking the first.

        They are asked in order: the next one when the one before it failed, or gave no answer within `after_s`
        seconds. The reply names the neuron that answered; those that were slower are given up and have none.
        """
        calls = self._calls(targets, message, timeout_s)
        if not calls or not after_s > 0:
            raise ConfigurationError(
                f"{len(calls)} neurons to ask, {after_s} seconds apart", hint="name at least one, and a time above 0"
            )
        room = asyncio.Semaphore(len(calls))
        starts = [partial(self._asking.ask, call, room) for call in calls]
        return await staggered(starts, after_s=after_s, eager=True, good=lambda reply: reply.ok)

    @overload
    def stream(
        self, target: Target, message: M, timeout_s: float = 12.0, *, format: Format | None = None
    ) -> Stream[M, str]: ...
    @overload
    def stream(
        self, target: Target, message: M, timeout_s: float = 12.0, *, pieces: type[P], format: Format | None = None
    ) -> Stream[M, P]: ...

    def stream(
        self,
        target: Target,
        message: M,
        timeout_s: float = 12.0,
        *,
        pieces: Any = str,
        format: Format | None = None,
    ) -> Any:
        """The pieces of a streamed answer as they come, text or `bytes`, all within `timeout_s` seconds from now.

        Iterate over it with `async for`; its `reply` then says how it ended. Leaving the loop early ends the
        connection. Raises `LocalError` for a message that cannot be sent.
        """
        (call,) = self._calls([target], message, timeout_s, format)
        return Stream(call, self._asking, pieces)

    def _calls(
        self,
        targets: Sequence[Target],
        message: M | Mapping[int, M],
        timeout_s: float,
        format: Format | None = None,
    ) -> list[Call[M]]:
        self._speech.check(format)
        if not isinstance(timeout_s, Real) or not 0 < timeout_s < math.inf:
            raise ConfigurationError(f"a timeout of {timeout_s!r} seconds", hint="pass a finite number above 0")
        began = asyncio.get_running_loop().time()
        check_targets(targets)
        messages = messages_for(targets, message)
        drafts = {id(one): one for one in messages}  # a message that all share is written and hashed once
        spoken = [self._speech.format_for(target, format) for target in targets]
        questions = {
            (key, name): self._speech.question(drafts[key], name, timeout_s=timeout_s)
            for key, name in dict.fromkeys((id(one), name) for one, name in zip(messages, spoken, strict=True))
        }
        return [
            Call(target=target, message=one, question=questions[id(one), name], began=began, timeout_s=float(timeout_s))
            for target, one, name in zip(targets, messages, spoken, strict=True)
        ]

    async def close(self) -> None:
        """End every connection."""
        await self._asking.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


__all__ = ["Dendrite"]
