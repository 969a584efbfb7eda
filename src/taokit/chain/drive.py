"""How a read comes to its end: each request it yields is answered, then it returns."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Generator
from typing import Any, TypeVar

from taokit.chain.requests import Read, Request, Several, Single

T = TypeVar("T")
Y = TypeVar("Y")


def run(read: Read[T], ask: Callable[[Single], Any]) -> T:
    """What a read returns when `ask` answers each request. `{Storage(…): 5}.__getitem__` is a whole chain in a test."""
    try:
        request = next(read)
        while True:
            request = read.send(_answer(request, ask))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


async def arun(read: Read[T], ask: Callable[[Single], Awaitable[Any]]) -> T:
    """`run`, where asking takes an await."""
    try:
        request = next(read)
        while True:
            request = read.send(await _aanswer(request, ask))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def through(read: Read[T], answer: Callable[[Request], Generator[Y, Any, Any]]) -> Generator[Y, Any, T]:
    """`run`, where asking is itself a generator: its own steps are passed on to whoever drives this one."""
    try:
        request = next(read)
        while True:
            request = read.send((yield from answer(request)))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def _answer(request: Request, ask: Callable[[Single], Any]) -> Any:
    return [ask(one) for one in request.requests] if isinstance(request, Several) else ask(request)


async def _aanswer(request: Request, ask: Callable[[Single], Awaitable[Any]]) -> Any:
    return [await ask(one) for one in request.requests] if isinstance(request, Several) else await ask(request)


__all__ = ["arun", "run", "through"]
