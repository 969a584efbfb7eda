"""The messages that wire vectors speak of, and the handlers that answer them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

import numpy as np

from taokit.axon import Handler
from taokit.protocol import Part, Question, Synapse, Tensor


class Point(Part):
    """A nested model."""

    x: int = 0
    y: float = 0.0
    tag: str | None = None


class Echo(Synapse):
    """Asks for its own text."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("text",)
    text: str
    reply: str | None = None


class TextReverse(Synapse):
    """Asks for its text backwards."""

    text: str = ""
    reversed_text: str | None = None


class Nested(Synapse):
    """Asks for a sum over models in lists."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("options", "points", "origin", "flags")
    points: list[Point] = []  # noqa: RUF012  pydantic copies it
    origin: Point = Point()
    options: dict[str, Any] = {}  # noqa: RUF012  pydantic copies it
    flags: list[bool] = []  # noqa: RUF012  pydantic copies it
    total: float | None = None


class TensorAdd(Synapse):
    """Asks for the sum of two tensors."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("a", "b")
    a: Tensor | None = Question(None)
    b: Tensor | None = Question(None)
    out: Tensor | None = None


class Blob(Synapse):
    """Asks how long a text is."""

    data: str = ""
    size: int | None = None


class Deny(Synapse):
    """Is refused to everyone."""

    text: str = ""


class Boom(Synapse):
    """Makes its handler fail."""

    text: str = ""


class Slow(Synapse):
    """Asks to wait."""

    seconds: float = 0.0
    done: bool | None = None


class Tokens(Synapse):
    """Asks for a stream of words."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    prompt: str
    completion: str | None = None


async def echo(message: Echo, caller: object) -> Echo:
    """The text."""
    message.reply = message.text
    return message


async def text_reverse(message: TextReverse, caller: object) -> TextReverse:
    """The text backwards, by code points."""
    message.reversed_text = message.text[::-1]
    return message


async def nested(message: Nested, caller: object) -> Nested:
    """The sum of all coordinates and the origin's `x`."""
    message.total = float(sum(point.x + point.y for point in message.points) + message.origin.x)
    return message


async def tensor_add(message: TensorAdd, caller: object) -> TensorAdd:
    """The sum, of the same dtype."""
    if message.a is None or message.b is None:
        raise ValueError("two tensors are needed")
    message.out = np.asarray(message.a + message.b)
    return message


async def blob(message: Blob, caller: object) -> Blob:
    """The length in code points."""
    message.size = len(message.data)
    return message


async def deny(message: Deny, caller: object) -> Deny:
    """Nothing: the policy refuses everyone before."""
    return message


async def boom(message: Boom, caller: object) -> Boom:
    """Never returns."""
    raise RuntimeError("secret detail that must not leak")


async def slow(message: Slow, caller: object) -> Slow:
    """Done, after a while."""
    await asyncio.sleep(message.seconds)
    message.done = True
    return message


async def tokens(message: Tokens, caller: object) -> AsyncIterator[str]:
    """The words, each but the first with its blank before it."""
    message.completion = ""
    for index, word in enumerate(message.prompt.split(" ")):
        chunk = " " + word if index else word
        message.completion += chunk
        yield chunk


HANDLERS: dict[type[Synapse], Handler] = {
    Echo: echo,
    TextReverse: text_reverse,
    Nested: nested,
    TensorAdd: tensor_add,
    Blob: blob,
    Deny: deny,
    Boom: boom,
    Slow: slow,
    Tokens: tokens,
}
CLASSES: dict[str, type[Synapse]] = {"Synapse": Synapse, **{kind.__name__: kind for kind in HANDLERS}}

__all__ = [
    "CLASSES",
    "HANDLERS",
    "Blob",
    "Boom",
    "Deny",
    "Echo",
    "Nested",
    "Point",
    "Slow",
    "TensorAdd",
    "TextReverse",
    "Tokens",
    "blob",
    "boom",
    "deny",
    "echo",
    "nested",
    "slow",
    "tensor_add",
    "text_reverse",
    "tokens",
]
