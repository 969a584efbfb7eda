"""The miner: subclass it, write `forward`, and it is served, authenticated and kept on chain for you."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from taokit.axon import Caller, Limits, Mount, Route
from taokit.errors import ConfigurationError, Forbidden
from taokit.neuron.handlers import Handler, find_handlers
from taokit.neuron.role import Role
from taokit.neuron.threads import OneThread, in_thread
from taokit.protocol import Synapse

_ADMIT = "`async def admit(self, caller)` that raises taokit.Forbidden"
_SDK_METHODS = {"blacklist": _ADMIT, "verify": _ADMIT, "priority": "`def priority(self, caller)`"}


class Miner(Role):
    """Answers validators. Write `forward` for one message type, or mark several methods with `@route`.

    `-> M` answers (a plain `def` runs in a worker thread), `-> AsyncIterator[str | bytes]` streams, and
    `forward_batch(self, items: list[M]) -> list[M | Exception]` answers several at once, a plain `def` always in the
    same thread. Two handlers for one message, or a missing annotation, fail when the class is defined.
    """

    handlers: ClassVar[tuple[Handler, ...]] = ()
    limits: ClassVar[Limits] = Limits()
    """How much callers may ask for: connections, rates, requests that run and that wait."""
    sign_answers: ClassVar[bool] = False
    """Whether its hotkey signs what it answers to verified callers, streams apart; 0.05 ms for each."""
    serves: ClassVar[bool] = True
    """Whether it opens a port. False for a miner that publishes its work elsewhere, and needs no handler."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.handlers = find_handlers(cls, dict(sys._getframe(1).f_locals))

    @classmethod
    def check(cls) -> None:
        """Raise `ConfigurationError` for a class that cannot run: one that serves needs a handler or a mount."""
        super().check()
        if cls.serves and not cls.handlers and cls.mounts is Miner.mounts:
            raise ConfigurationError(
                f"{cls.__name__} answers no message",
                hint="write `async def forward(self, synapse: YourMessage) -> YourMessage`, or set `serves = False`",
            )
        if cls.handlers and not cls.serves:
            raise ConfigurationError(
                f"{cls.__name__} serves nothing, and has a handler: {cls.handlers[0].method}",
                hint="leave out `serves = False`, or the handler",
            )
        if not isinstance(cls.limits, Limits):
            raise ConfigurationError(
                f"{cls.__name__}.limits is of {type(cls.limits).__module__}.{type(cls.limits).__name__}",
                hint="write `limits = Limits(...)`, with that of taokit.axon",
            )
        cls._check_names()

    @classmethod
    def _check_names(cls) -> None:
        """Raise for methods of SDK 10's miners: nobody would be refused by what is never called."""
        for name, instead in _SDK_METHODS.items():
            method = getattr(cls, name, None)
            if inspect.isfunction(method) and "synapse" in inspect.signature(method).parameters:
                raise ConfigurationError(
                    f"{cls.__name__}.{name} takes a synapse, as in SDK 10, and would never be called with one",
                    hint=f"write {instead}, whose `caller.hotkey` is verified",
                )

    async def admit(self, caller: Caller) -> None:
        """Return for a caller that may ask, else raise `Refused`. By default every hotkey with a uid may."""
        if self.metagraph.uid_of(caller.hotkey) is None:
            raise Forbidden(f"{caller.hotkey} is not registered on subnet {self.netuid}")

    def priority(self, caller: Caller) -> float:
        """Who comes first when requests wait: larger is sooner. By default the caller's stake, in rao.

        Asked only when there is no free place at once (`limits.at_once`, `@route(at_once=...)`) or messages gather
        for a batch. When the line is full as well, the lowest is sent away. Must be quick: it runs on the event loop.
        """
        uid = self.metagraph.uid_of(caller.hotkey)
        return 0.0 if uid is None else float(self.metagraph.stake[uid])

    def mounts(self) -> list[Mount]:
        """Applications of its own that it serves beside its messages, on the same port. By default none."""
        return []

    async def at_block(self, block: int) -> None:
        """What it does besides at each new block, such as to keep a commitment on chain. By default nothing.

        The next block waits for it, and of several workers only the first does it. An error is logged, and it runs
        again at the next block.
        """

    def routes(self) -> list[Route]:
        """What the axon serves: one route for each handler."""
        return [self._route(handler) for handler in self.handlers]

    def _route(self, handler: Handler) -> Route:
        options = handler.options
        return Route(
            handler.message,
            self._batches(handler) if handler.batch is not None else self._answers(handler),
            deadline_s=options.deadline_s,
            max_body=options.max_body,
            unbound_body=options.unbound_body,
            at_once=options.at_once,
            batch=handler.batch,
        )

    def _answers(self, handler: Handler) -> Callable[[Synapse, Caller], Awaitable[Any]]:
        method = getattr(self, handler.method)

        async def answer(message: Synapse, caller: Caller) -> Any:
            if handler.kind == "thread":
                return await in_thread(method, message)
            return method(message) if handler.kind == "stream" else await method(message)

        return answer

    def _batches(self, handler: Handler) -> Callable[[list[Synapse]], Awaitable[Any]]:
        method = getattr(self, handler.method)
        return method if handler.kind == "async" else functools.partial(OneThread().run, method)


__all__ = ["Miner"]
