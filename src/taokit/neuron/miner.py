"""The miner: subclass it, write `forward`, and it is served, authenticated and kept on chain for you."""

from __future__ import annotations

import sys
from typing import Any, ClassVar

from taokit.axon import Caller, Route
from taokit.errors import ConfigurationError, Forbidden
from taokit.neuron.handlers import Handler, find_handlers
from taokit.neuron.role import Role
from taokit.neuron.threads import in_thread
from taokit.protocol import Synapse


class Miner(Role):
    """Answers validators. Write `forward` for one message type, or mark several methods with `@route`.

    `-> M` answers (a plain `def` runs in a worker thread), `-> AsyncIterator[str | bytes]` streams. Two handlers for
    one message, or a missing annotation, fail when the class is defined.
    """

    handlers: ClassVar[tuple[Handler, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls.handlers = find_handlers(cls, dict(sys._getframe(1).f_locals))

    @classmethod
    def check(cls) -> None:
        """Raise `ConfigurationError` for a class that cannot run: it needs a handler."""
        super().check()
        if not cls.handlers:
            raise ConfigurationError(
                f"{cls.__name__} answers no message",
                hint="write `async def forward(self, synapse: YourMessage) -> YourMessage`",
            )

    async def admit(self, caller: Caller) -> None:
        """Return for a caller that may ask, else raise `Refused`. By default every hotkey with a uid may."""
        if self.metagraph.uid_of(caller.hotkey) is None:
            raise Forbidden(f"{caller.hotkey} is not registered on subnet {self.netuid}")

    def routes(self) -> list[Route]:
        """What the axon serves: one route for each handler."""
        return [self._route(handler) for handler in self.handlers]

    def _route(self, handler: Handler) -> Route:
        method = getattr(self, handler.method)

        async def answer(message: Synapse, caller: Caller) -> Any:
            if handler.kind == "thread":
                return await in_thread(method, message)
            return method(message) if handler.kind == "stream" else await method(message)

        options = handler.options
        return Route(
            handler.message,
            answer,
            deadline_s=options.deadline_s,
            max_body=options.max_body,
            unbound_body=options.unbound_body,
        )


__all__ = ["Miner"]
