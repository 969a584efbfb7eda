"""Functions attached to an axon: found by the annotation of their first parameter, checked, and called in order."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from taokit.axon import Caller
from taokit.compat.messages import Synapse
from taokit.compat.warned import warn
from taokit.errors import ConfigurationError, Forbidden, Unauthenticated
from taokit.neuron.threads import OneThread
from taokit.protocol import Ends, Terminal
from taokit.protocol.stubs import stub_values

Function = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Attached:
    """One message with its functions."""

    message: type[Synapse]
    forward: Function
    blacklist: Function | None
    priority: Function | None
    verify: Function | None

    @classmethod
    def of(
        cls, forward: Function, *, blacklist: Function | None, priority: Function | None, verify: Function | None
    ) -> Attached:
        """The message that `forward` is annotated with. Raises `ConfigurationError` where another does not fit."""
        message = message_of(forward)
        for role, function in (("blacklist", blacklist), ("priority", priority), ("verify", verify)):
            if function is not None and message_of(function) is not message:
                raise ConfigurationError(
                    f"the {role} function is for {message_of(function).__name__}, the forward function for "
                    f"{message.__name__}",
                    hint=f"annotate its first parameter: {role}(synapse: {message.__name__})",
                )
        if verify is not None:
            warn("verify-functions", "a verify function is asked besides the check of the signature, not in its place")
        if not message.hash_fields() and message.model_fields:
            name = message.__name__
            warn(f"unsigned-bodies:{name}", f"nothing binds the body of {name}, which names no required_hash_fields")
        return cls(message, forward, blacklist, priority, verify)

    def heading(self, caller: Caller) -> Synapse:
        """The message as it is before its body is read: fields empty or at their defaults, the sender verified."""
        message = self.message.model_validate_json(json.dumps(stub_values(self.message)))
        sender = Terminal(ip=caller.address, nonce=caller.nonce_ns, hotkey=caller.hotkey)
        message.between(Ends(dendrite=sender))
        return message

    async def admit(self, caller: Caller, thread: OneThread) -> bool:
        """Ask the verify and the blacklist function; False where none of these judges. Raises a `Refused`."""
        heading = self.heading(caller)
        if self.verify is not None:
            try:
                await called(self.verify, heading, thread)
            except Exception as error:
                raise Unauthenticated(f"the verify function said: {error}") from error
        if self.blacklist is None:
            return False
        refused, reason = await called(self.blacklist, heading, thread)
        if refused:
            raise Forbidden(f"the blacklist function said: {reason}")
        return True


def message_of(function: Function) -> type[Synapse]:
    """The message class that a function's first parameter is annotated with, else `ConfigurationError`."""
    name = getattr(function, "__qualname__", repr(function))
    hint = "annotate it: def forward(self, synapse: MyMessage) -> MyMessage"
    try:
        first = next(iter(inspect.signature(function, eval_str=True).parameters.values()))
    except StopIteration:
        raise ConfigurationError(f"{name} takes no message", hint=hint) from None
    except NameError as error:
        raise ConfigurationError(f"an annotation of {name} names what is not there: {error}", hint=hint) from None
    if not (isinstance(first.annotation, type) and issubclass(first.annotation, Synapse)):
        raise ConfigurationError(f"the first parameter of {name} is annotated with no Synapse", hint=hint)
    return first.annotation


async def called(function: Function, message: Synapse, thread: OneThread) -> Any:
    """What a function says; a plain one runs in the thread, one after the other, as SDK 10 has them one at a time."""
    result = function(message) if inspect.iscoroutinefunction(function) else await thread.run(function, message)
    return await result if inspect.isawaitable(result) else result


__all__ = ["Attached", "called", "message_of"]
