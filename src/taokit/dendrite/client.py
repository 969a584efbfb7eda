"""Asks neurons: one, or all of a round at once, and says of each what became of it."""

from __future__ import annotations

import asyncio
import logging
import math
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Self, TypeVar, get_args

from taokit.dendrite.address import allowed_host
from taokit.dendrite.lanes import Lanes
from taokit.dendrite.pool import Attempt, Limits, Pool, Post, resendable
from taokit.dendrite.question import Format, Question, question
from taokit.dendrite.reply import Reply, Target, Timings
from taokit.errors import ConfigurationError, Disconnected, LocalError, TaokitError, TimedOut
from taokit.protocol import Ends, Nonces, Response, Synapse, outcome
from taokit.signer import SR25519, Signer

M = TypeVar("M", bound=Synapse)

log = logging.getLogger("taokit.dendrite")


@dataclass(frozen=True, slots=True)
class Call(Generic[M]):
    """One target's part of a round."""

    target: Target
    message: M  # the caller's own, never changed
    question: Question
    began: float  # the loop's clock, seconds
    timeout_s: float

    @property
    def deadline(self) -> float:
        """When its time is over, by the loop's clock."""
        return self.began + self.timeout_s


class Dendrite:
    """A client of neurons. Keeps its connections between calls; close it, or use it with `async with`."""

    def __init__(
        self,
        signer: Signer,
        *,
        format: Format = "btauth/1",
        limits: Limits = Limits(),  # noqa: B008  a frozen value
        allow_private: bool = False,
        ip: str | None = None,
        now_ns: Callable[[], int] = time.time_ns,
        new_uuid: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        """A dendrite that signs as `signer`. Opens nothing until the first question.

        `allow_private` lets it contact loopback and private addresses. `ip` is the public address that the legacy
        format mentions.
        """
        if format not in get_args(Format):
            raise ConfigurationError(f"no format {format!r}", hint=f"choose one of {', '.join(get_args(Format))}")
        if format == "legacy" and signer.scheme != SR25519:
            raise ConfigurationError(f"the legacy format needs an sr25519 key, {signer.ss58} is {signer.scheme}")
        self._signer = signer
        self._format: Format = format
        self._limits = limits
        self._allow_private = allow_private
        self._ip = ip
        self._now_ns = now_ns
        self._nonces = Nonces()
        self._lanes = Lanes(new_uuid)
        self._pool: Pool | None = None
        self._closed = False

    async def ask(self, target: Target, message: M, timeout_s: float = 12.0) -> Reply[M]:
        """What one neuron makes of a message, within `timeout_s` seconds. Never raises for what the neuron does."""
        (call,) = self._calls([target], message, timeout_s)
        return await self._ask(call, asyncio.Semaphore(1))

    async def ask_all(
        self,
        targets: Sequence[Target],
        message: M | Mapping[int, M],
        *,
        timeout_s: float = 12.0,
        at_once: int | None = None,
    ) -> list[Reply[M]]:
        """One reply per target, in order, whatever each of them does; all within `timeout_s` seconds from now.

        `message` is the same for everyone, or one for each uid. `at_once` bounds the requests in flight; None asks all
        at once. Raises `LocalError` for a message that cannot be sent, before anything is.
        """
        room = asyncio.Semaphore(max(1, len(targets) if at_once is None else at_once))
        calls = self._calls(targets, message, timeout_s)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._ask(call, room)) for call in calls]
        return [task.result() for task in tasks]

    def _calls(self, targets: Sequence[Target], message: M | Mapping[int, M], timeout_s: float) -> list[Call[M]]:
        if not 0 < timeout_s < math.inf:
            raise ConfigurationError(f"a timeout of {timeout_s!r} seconds")
        began = asyncio.get_running_loop().time()
        messages = [_message_for(target, message) for target in targets]
        drafts = {id(one): one for one in messages}  # a message that all share is written and hashed once
        questions = {key: question(one, self._format, timeout_s=timeout_s, ip=self._ip) for key, one in drafts.items()}
        return [
            Call(target=target, message=one, question=questions[id(one)], began=began, timeout_s=float(timeout_s))
            for target, one in zip(targets, messages, strict=True)
        ]

    async def _ask(self, call: Call[M], room: asyncio.Semaphore) -> Reply[M]:
        """The reply to one call. Nothing that goes wrong with it leaves here but a cancellation."""
        attempt = Attempt(began=call.deadline)
        answer: M | None = None
        error: TaokitError | None = None
        try:
            async with asyncio.timeout_at(call.deadline), room:
                attempt.began = asyncio.get_running_loop().time()
                answer = call.question.read(call.message, await self._exchange(call, attempt))
        except TimeoutError:
            error = TimedOut(f"no answer within {call.timeout_s:g} seconds")
        except TaokitError as raised:
            error = raised
        except Exception as raised:
            log.exception("asking uid %d failed in an unexpected way", call.target.uid)
            error = LocalError(f"asking uid {call.target.uid} failed: {type(raised).__name__}")
            error.__cause__ = raised
        return self._reply(call, attempt, answer=answer, error=error)

    def _reply(self, call: Call[M], attempt: Attempt, *, answer: M | None, error: TaokitError | None) -> Reply[M]:
        result, timings = outcome(error), _timings(call, attempt)
        target = call.target
        log.debug("uid %d: %s, status %d after %.3f s", target.uid, result.word, result.status, timings.total)
        return Reply(
            uid=target.uid,
            hotkey=target.hotkey,
            message=self._noted(call, answer, status=result.status, seconds=timings.total),
            outcome=result.word,
            status=result.status,
            error=error,
            timings=timings,
            size=attempt.size,
        )

    def _noted(self, call: Call[M], answer: M | None, *, status: int, seconds: float) -> M:
        """The answer, else a copy of the question, that knows both its ends and how it fared."""
        if answer is None:
            answer = call.message.model_copy()
            answer.between(Ends())  # a copy shares its ends until it is given its own
        ends = answer.ends
        ends.timeout, dendrite, axon = call.timeout_s, ends.dendrite, ends.axon
        dendrite.ip, dendrite.hotkey = self._ip, self._signer.ss58
        dendrite.status_code, dendrite.process_time = status, seconds
        axon.ip, axon.port, axon.hotkey = call.target.ip, call.target.port, call.target.hotkey
        return answer

    async def _exchange(self, call: Call[M], attempt: Attempt) -> Response:
        """The neuron's answer; asked a second time only where the connection had died before we wrote."""
        host = allowed_host(call.target.ip, call.target.port, allow_private=self._allow_private)
        lanes = self._lanes.lane(call.target.hotkey) if self._format == "legacy" else nullcontext("")
        with lanes as lane:
            try:
                return await self._send(call, attempt, host=host, lane=lane)
            except Disconnected as error:
                if not resendable(error, attempt):
                    raise
                attempt.fresh = True
                return await self._send(call, attempt, host=host, lane=lane)

    async def _send(self, call: Call[M], attempt: Attempt, *, host: str, lane: str) -> Response:
        nonce_ns = self._nonces.next(self._now_ns())  # every sending has its own, or a server takes it for a replay
        request = call.question.signed(self._signer, call.target, nonce_ns=nonce_ns, uuid=lane)
        post = Post(host=host, port=call.target.port, request=request)
        return await self._connections().post(post, attempt)

    def _connections(self) -> Pool:
        if self._closed:
            raise LocalError("this dendrite is closed")
        if self._pool is None:
            self._pool = Pool(self._limits)
        return self._pool

    async def close(self) -> None:
        """End every connection."""
        self._closed = True
        if self._pool is not None:
            await self._pool.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()


def _message_for(target: Target, message: M | Mapping[int, M]) -> M:
    if isinstance(message, Synapse):
        return message
    if target.uid not in message:
        raise ConfigurationError(f"no message for uid {target.uid}", hint="ask only the uids that have one")
    return message[target.uid]


def _timings(call: Call[M], attempt: Attempt) -> Timings:
    connected, answered = attempt.connected, attempt.answered
    return Timings(
        queue=attempt.began - call.began,
        connect=None if connected is None else connected - attempt.began,
        first_byte=None if connected is None or answered is None else answered - connected,
        total=asyncio.get_running_loop().time() - call.began,
    )


__all__ = ["Dendrite"]
