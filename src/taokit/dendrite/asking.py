"""Puts one question to one neuron: signed anew for each sending, sent again where that is allowed, told once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

from taokit.dendrite.address import allowed_host
from taokit.dendrite.again import Hedge, Retry, may_pass, staggered
from taokit.dendrite.breaker import Circuits
from taokit.dendrite.call import Call
from taokit.dendrite.lanes import Lanes
from taokit.dendrite.metrics import Metrics
from taokit.dendrite.pool import Attempt, Incoming, Limits, Pool, Post, resendable
from taokit.dendrite.reply import Reply
from taokit.dendrite.speech import Speech
from taokit.dendrite.tracing import Tracing
from taokit.dendrite.trust import Trust, opened
from taokit.dendrite.turns import Turns, reading_s
from taokit.errors import Disconnected, LocalError, NotAsked, TaokitError, TimedOut
from taokit.protocol import Nonces, Response, SignedRequest, Synapse
from taokit.signer import Signer

M = TypeVar("M", bound=Synapse)

log = logging.getLogger("taokit.dendrite")

SET_BACK_NS = 10 * 10**9
"""By how far nonces may be ahead of the clock. Servers take none that is more than a few seconds ahead of theirs."""

LATE_S = 0.03
"""Seconds after its deadline by which the reading of a long answer has to be done. The replies take some more."""


@dataclass(slots=True)
class Asking:
    """Everything that the questions of one dendrite share."""

    signer: Signer
    speech: Speech
    limits: Limits
    allow_private: bool
    ip: str | None  # the caller's public address, for the legacy format
    now_ns: Callable[[], int]
    new_uuid: Callable[[], str]
    retry: Retry = Retry(0)  # noqa: RUF009  a frozen value
    hedge: Hedge | None = None
    circuits: Circuits | None = None
    metrics: Metrics | None = None
    tracing: Tracing | None = None
    closed: bool = False
    trust: Trust = field(default_factory=Trust)
    _nonces: Nonces = field(default_factory=Nonces)
    _turns: Turns = field(default_factory=Turns)
    _pool: Pool | None = None
    _lanes: Lanes = field(init=False)

    def __post_init__(self) -> None:
        self._lanes = Lanes(self.new_uuid)

    @property
    def pool(self) -> Pool:
        """The connections, made for the loop of the first question. Raises `LocalError` once it is closed."""
        if self.closed:
            raise LocalError("this dendrite is closed")
        if self._pool is None:
            self._pool = Pool(self.limits)
        return self._pool

    async def close(self) -> None:
        """End every connection."""
        self.closed = True
        if self._pool is not None:
            await self._pool.close()

    async def ask(self, call: Call[M], room: asyncio.Semaphore) -> Reply[M]:
        """The reply to one call. Nothing that goes wrong with it leaves here but a cancellation."""
        answer: M | None = None
        error: TaokitError | None = None
        try:
            self.admit(call)
            async with asyncio.timeout_at(call.deadline), room:
                call.started = asyncio.get_running_loop().time()
                answer = await self._answer(call)
        except asyncio.CancelledError:
            self.given_up(call)
            raise
        except Exception as raised:
            error = error_of(call, raised)
        return self.ended(call, answer, error)

    def admit(self, call: Call[M]) -> None:
        """Begin a call; raises `NotAsked` for a neuron that is left alone."""
        if self.tracing is not None:
            call.span = self.tracing.begin(call.target, type(call.message).__name__, call.question.format)
        if self.circuits is not None:
            self.circuits.check(call.target, call.began)

    def ended(self, call: Call[M], answer: M | None, error: TaokitError | None) -> Reply[M]:
        """The reply, which everybody who counts is told of: once for each call, however often it was sent."""
        reply = call.reply(answer, error, ip=self.ip, hotkey=self.signer.ss58)
        if self.circuits is not None:
            self._judge(call, reply)
        if self.metrics is not None:
            self.metrics.replied(reply)
        if call.span is not None:
            call.span.end(reply)
        log.debug("uid %d: %s, status %d after %.3f s", reply.uid, reply.outcome, reply.status, reply.timings.total)
        return reply

    def _judge(self, call: Call[M], reply: Reply[M]) -> None:
        assert self.circuits is not None
        if isinstance(reply.error, NotAsked):
            return
        if call.attempts and not call.left and not isinstance(reply.error, LocalError):
            self.circuits.note(call.target, reply.error, asyncio.get_running_loop().time())
        else:
            self.circuits.undecided(call.target)

    def given_up(self, call: Call[M]) -> None:
        """A call that has no reply, because nobody waits for it any more."""
        if self.circuits is not None:
            self.circuits.undecided(call.target)
        if call.span is not None:
            call.span.end(None)

    async def _answer(self, call: Call[M]) -> M:
        if self.hedge is None:
            return (await self._insist(call))[0]
        starts = (partial(self._insist, call), partial(self._insist, call, aside=True))
        answer, call.told = await staggered(starts, after_s=self.hedge.after_s, eager=False)
        return answer

    async def _insist(self, call: Call[M], *, aside: bool = False) -> tuple[M, Attempt]:
        """The answer to a question that is sent again after failures that may pass, while there is time; and to which.

        `aside` is whether another such question is under way before it.
        """
        for number in range(self.retry.times):
            try:
                return await self._try(call, aside=aside)
            except TaokitError as error:
                pause = self.retry.pause(number)
                if not may_pass(error) or asyncio.get_running_loop().time() + pause >= call.deadline:
                    raise
                log.debug("uid %d: %s; asked again after %g s", call.target.uid, error, pause)
            await asyncio.sleep(pause)
        return await self._try(call, aside=aside)

    async def _try(self, call: Call[M], *, aside: bool) -> tuple[M, Attempt]:
        attempt = call.attempt(aside=aside)
        with self.lane(call) as uuid:
            incoming = await self.begin(call, attempt, uuid)
            try:
                response = await self.pool.rest(incoming)
            finally:
                self.pool.end(incoming)
        response = self.heard(call, attempt, response)
        async with self._turns.turn(len(response.body)):
            if asyncio.get_running_loop().time() + reading_s(response.body) > call.deadline + LATE_S:
                raise TimedOut(f"an answer that came too late to be read within {call.timeout_s:g} seconds")
            return self.speech.read(call.question, call.message, response), attempt

    def heard(self, call: Call[M], attempt: Attempt, response: Response) -> Response:
        """The answer in the clear, to be read; `BadAnswer` for a signature or a seal that does not hold."""
        attempt.signed = self.speech.heard(call.target, call.question, attempt.answer_nonce, response)
        return opened(response, attempt.seal)

    def lane(self, call: Call[M]) -> AbstractContextManager[str]:
        """The uuid of one request, where its format has one."""
        self._follow_clock()
        match call.question.format:
            case "legacy":
                return self._lanes.lane(call.target.hotkey)
            case "epistula/2":
                return nullcontext(self.new_uuid())
        return nullcontext("")

    def _follow_clock(self) -> None:
        """Begin anew, nonces and uuids, when the clock was set back: nobody would take what lies so far ahead of it."""
        if self._nonces.last - self.now_ns() > SET_BACK_NS:
            log.warning("the clock was set back by %.0f s", (self._nonces.last - self.now_ns()) / 1e9)
            self._nonces = Nonces()
            self._lanes.renew()

    async def begin(self, call: Call[M], attempt: Attempt, uuid: str, *, packed: bool = True) -> Incoming:
        """The head of the answer; asked a second time only where the connection had died before we wrote."""
        host = allowed_host(call.target.ip, call.target.port, allow_private=self.allow_private)
        tls = self.trust.tls_key(call.target)
        try:
            post = Post(host, call.target.port, self._request(call, attempt, uuid), packed, tls)
            return await self.pool.begin(post, attempt)
        except Disconnected as error:
            if not resendable(error, attempt):
                raise
            attempt.fresh = True
            if call.question.format == "epistula/2":  # in which a uuid is good for one sending
                uuid = self.new_uuid()
            post = Post(host, call.target.port, self._request(call, attempt, uuid), packed, tls)
            return await self.pool.begin(post, attempt)

    def _request(self, call: Call[M], attempt: Attempt, uuid: str) -> SignedRequest:
        """The question, signed anew: every sending has a nonce of its own, or a server takes it for a replay."""
        nonce_ns = self._nonces.next(self.now_ns())
        question, attempt.seal = self.trust.sealed(
            call.question, call.target, sender=self.signer.ss58, nonce_ns=nonce_ns, uuid=uuid
        )
        request = question.signed(self.signer, call.target, nonce_ns=nonce_ns, uuid=uuid)
        return request if call.span is None else replace(request, headers=(*request.headers, *call.span.headers))


def error_of(call: Call[M], raised: Exception) -> TaokitError:
    """What went wrong with a call, as an error of ours that holds nothing of what was going on then."""
    if isinstance(raised, TimeoutError):
        return TimedOut(f"no answer within {call.timeout_s:g} seconds")
    error = raised
    if not isinstance(error, TaokitError):
        log.error("asking uid %d failed in an unexpected way", call.target.uid, exc_info=raised)
        error = LocalError(f"asking uid {call.target.uid} failed: {type(raised).__name__}")
        error.__cause__ = raised
    _forget(error)
    return error


def _forget(error: BaseException | None) -> None:
    """Let go of what an error came through. Replies are kept, and frames and pydantic's errors hold whole bodies."""
    while error is not None:
        error.__traceback__ = None
        if error.__suppress_context__:
            error.__context__ = None
        error = error.__cause__ or error.__context__


__all__ = ["Asking", "error_of"]
