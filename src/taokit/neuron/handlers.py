"""Finds a miner's handlers when its class is defined, so that a mistake shows before anything runs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints, overload

from taokit.axon import Batch
from taokit.errors import ConfigurationError
from taokit.protocol import Synapse

Kind = Literal["async", "thread", "stream"]
F = TypeVar("F", bound=Callable[..., Any])
_MARK = "__taokit_route__"
_NAMES = ("forward", "forward_batch")


@dataclass(frozen=True, slots=True)
class RouteOptions:
    """What `@route` sets for one handler."""

    deadline_s: float = 12.0  # of the handler
    max_body: int = 1 << 20  # bytes
    unbound_body: bool = False  # serve the legacy format although no field is bound by the signature
    at_once: int | None = None  # calls that run; other requests wait
    batch: Batch | None = None  # take several messages in one call


@dataclass(frozen=True, slots=True)
class Handler:
    """One method of a miner that answers one message type."""

    method: str
    message: type[Synapse]
    kind: Kind  # `thread`: a plain function, which runs in a worker thread
    options: RouteOptions
    batch: Batch | None = None  # how its messages are gathered, where it takes a list of them


@overload
def route(function: F) -> F: ...
@overload
def route(
    *,
    deadline_s: float = 12.0,
    max_body: int = 1 << 20,
    unbound_body: bool = False,
    at_once: int | None = None,
    batch: Batch | None = None,
) -> Callable[[F], F]: ...
def route(
    function: F | None = None,
    *,
    deadline_s: float = 12.0,
    max_body: int = 1 << 20,
    unbound_body: bool = False,
    at_once: int | None = None,
    batch: Batch | None = None,
) -> Any:
    """Mark a method as the handler of the message type that its parameter is annotated with.

    `deadline_s` runs from a request's arrival to its answer, `max_body` is in bytes. Of `at_once` calls at most run at
    a time; other requests wait, in order of `Miner.priority`. `batch` is for a method that takes `list[M]` and returns
    `list[M | Exception]`; a plain `def` among them always runs in the same thread. `unbound_body` serves the legacy
    format although no field of the message is bound by the signature.
    """
    options = RouteOptions(deadline_s, max_body, unbound_body, at_once, batch)

    def mark(method: F) -> F:
        setattr(method, _MARK, options)
        return method

    return mark if function is None else mark(function)


def find_handlers(owner: type, names: dict[str, Any]) -> tuple[Handler, ...]:
    """The handlers of a class: `forward`, `forward_batch` and what `@route` marks.

    Raises `ConfigurationError` on a mistake.

    `names` are those of the scope that defines the class, where postponed annotations may have to be looked up.
    """
    found = [_handler(owner, name, method, names) for name, method in _candidates(owner)]
    taken: dict[str, str] = {}
    for handler in found:
        other = taken.setdefault(handler.message.__name__, handler.method)
        if other != handler.method:
            raise ConfigurationError(
                f"{owner.__name__}.{other} and .{handler.method} both answer {handler.message.__name__}",
                hint="keep one handler for each message type",
            )
    return tuple(found)


def _candidates(owner: type) -> list[tuple[str, Callable[..., Any]]]:
    methods = {name: getattr(owner, name) for name in dir(owner) if not name.startswith("__")}
    return [(name, m) for name, m in methods.items() if callable(m) and (name in _NAMES or hasattr(m, _MARK))]


def _handler(owner: type, name: str, method: Callable[..., Any], names: dict[str, Any]) -> Handler:
    where = f"{owner.__name__}.{name}"
    parameters = list(inspect.signature(method).parameters.values())[1:]
    if len(parameters) != 1:
        raise ConfigurationError(f"{where} must take one message", hint=f"write `async def {name}(self, synapse: Ask)`")
    hints = _hints(method, names, where)
    message = hints.get(parameters[0].name)
    options: RouteOptions = getattr(method, _MARK, RouteOptions())
    if get_origin(message) is list:
        return _batch_handler(name, get_args(message)[0], method, hints.get("return"), options, where)
    if name == "forward_batch" or options.batch is not None:
        raise _no_batch(where)
    if not (isinstance(message, type) and issubclass(message, Synapse)):
        raise ConfigurationError(
            f"{where} has no message type: its parameter `{parameters[0].name}` must be annotated with a Synapse class",
            hint=f"write `async def {name}(self, {parameters[0].name}: YourMessage) -> YourMessage`",
        )
    return Handler(name, message, _kind(method, hints.get("return"), message, where), options)


def _batch_handler(
    name: str, message: Any, method: Callable[..., Any], returns: Any, options: RouteOptions, where: str
) -> Handler:
    answers = get_args(returns)[0] if get_origin(returns) in (list, Sequence) else None
    kinds = get_args(answers) or (answers,)
    fits = all(isinstance(kind, type) and (kind is message or issubclass(kind, Exception)) for kind in kinds)
    if not (isinstance(message, type) and issubclass(message, Synapse) and message in kinds and fits):
        raise _no_batch(where)
    kind: Kind = "async" if inspect.iscoroutinefunction(method) else "thread"
    return Handler(name, message, kind, options, options.batch or Batch())


def _no_batch(where: str) -> ConfigurationError:
    name = where.rpartition(".")[2]
    return ConfigurationError(
        f"{where} takes batches, and must be annotated so",
        hint=f"write `def {name}(self, items: list[YourMessage]) -> list[YourMessage | Exception]`",
    )


def _hints(method: Callable[..., Any], names: dict[str, Any], where: str) -> dict[str, Any]:
    try:
        return get_type_hints(method, localns=names)
    except NameError as error:
        raise ConfigurationError(
            f"{where} is annotated with {error.name!r}, which is not defined",
            hint="import it, or define it above the class",
        ) from error


def _kind(method: Callable[..., Any], returns: Any, message: type[Synapse], where: str) -> Kind:
    if inspect.isasyncgenfunction(method) or get_origin(returns) in (AsyncIterator, _async_generator()):
        if get_args(returns) and get_args(returns)[0] not in (str, bytes, str | bytes):
            raise ConfigurationError(f"{where} must stream str or bytes", hint="annotate it `-> AsyncIterator[str]`")
        return "stream"
    if not (isinstance(returns, type) and issubclass(message, returns)):
        raise ConfigurationError(
            f"{where} must return {message.__name__}, it is annotated with {returns!r}",
            hint=f"write `-> {message.__name__}`, or `-> AsyncIterator[str]` for a stream",
        )
    return "async" if inspect.iscoroutinefunction(method) else "thread"


def _async_generator() -> Any:
    return sys.modules["collections.abc"].AsyncGenerator


__all__ = ["Handler", "RouteOptions", "find_handlers", "route"]
