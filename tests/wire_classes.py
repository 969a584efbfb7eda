"""The messages that the wire vectors speak of, and the handlers that answer them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from pydantic import BaseModel

from taokit.protocol import Question, Synapse, Tensor


class Point(BaseModel):
    x: int = 0
    y: float = 0.0
    tag: str | None = None


class Echo(Synapse):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("text",)
    text: str
    reply: str | None = None


class TextReverse(Synapse):
    text: str = ""
    reversed_text: str | None = None


class Nested(Synapse):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("options", "points", "origin", "flags")
    points: list[Point] = []  # noqa: RUF012  pydantic copies it
    origin: Point = Point()
    options: dict[str, Any] = {}  # noqa: RUF012  pydantic copies it
    flags: list[bool] = []  # noqa: RUF012  pydantic copies it
    total: float | None = None


class TensorAdd(Synapse):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("a", "b")
    a: Tensor | None = Question(None)
    b: Tensor | None = Question(None)
    out: Tensor | None = None


class Blob(Synapse):
    data: str = ""
    size: int | None = None


class Deny(Synapse):
    text: str = ""


class Boom(Synapse):
    text: str = ""


class Slow(Synapse):
    seconds: float = 0.0
    done: bool | None = None


class Tokens(Synapse):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("prompt",)
    prompt: str
    completion: str | None = None


async def echo(message: Echo, caller: object) -> Echo:
    message.reply = message.text
    return message


async def text_reverse(message: TextReverse, caller: object) -> TextReverse:
    message.reversed_text = message.text[::-1]
    return message


async def nested(message: Nested, caller: object) -> Nested:
    message.total = float(sum(point.x + point.y for point in message.points) + message.origin.x)
    return message


async def tensor_add(message: TensorAdd, caller: object) -> TensorAdd:
    message.out = message.a + message.b
    return message


async def blob(message: Blob, caller: object) -> Blob:
    message.size = len(message.data)
    return message


async def deny(message: Deny, caller: object) -> Deny:
    return message


async def boom(message: Boom, caller: object) -> Boom:
    raise RuntimeError("secret detail that must not leak")


async def slow(message: Slow, caller: object) -> Slow:
    await asyncio.sleep(message.seconds)
    message.done = True
    return message


async def tokens(message: Tokens, caller: object) -> AsyncIterator[str]:
    message.completion = ""
    for index, word in enumerate(message.prompt.split(" ")):
        chunk = " " + word if index else word
        message.completion += chunk
        yield chunk


CLASSES = {
    kind.__name__: kind for kind in (Synapse, Echo, TextReverse, Nested, TensorAdd, Blob, Deny, Boom, Slow, Tokens)
}
HANDLERS = {
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
