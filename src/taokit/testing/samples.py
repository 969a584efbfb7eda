"""One question of every kind that messages come in, the miner that answers them all, and what a right answer is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import numpy as np

from taokit.axon import Caller, Handler, Route
from taokit.errors import ConfigurationError, Forbidden
from taokit.protocol import Synapse
from taokit.testing.conformance.messages import HANDLERS, Deny, Echo, Nested, Point, TensorAdd, Tokens


class Color(str, Enum):  # noqa: UP042  older SDKs hash such a member as `Color.RED`, a `StrEnum` as `red`
    """A choice of two."""

    RED = "red"
    GREEN = "green"


class Zip(Synapse):
    """Asks for words and numbers in pairs."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("words", "numbers")
    words: list[str] = []  # noqa: RUF012  pydantic copies it
    numbers: list[float] = []  # noqa: RUF012  pydantic copies it
    pairs: list[str] | None = None


class Paint(Synapse):
    """Asks for the other color."""

    required_hash_fields: ClassVar[tuple[str, ...]] = ("color",)
    color: Color = Color.RED
    other: Color | None = None


async def zip_up(message: Zip, caller: object) -> Zip:
    """The pairs, as `word=number`; what is left over on one side is dropped."""
    message.pairs = [f"{word}={number}" for word, number in zip(message.words, message.numbers, strict=False)]
    return message


async def paint(message: Paint, caller: object) -> Paint:
    """The color that was not named."""
    message.other = Color.GREEN if message.color is Color.RED else Color.RED
    return message


@dataclass(frozen=True, slots=True)
class Sample:
    """A question and what must come of it."""

    kind: str
    about: str
    ask: Callable[[], Synapse]  # makes a question of its own each time
    answer: str  # the field that is answered
    right: Any  # its value, a tensor's as nested lists
    status: int = 200

    @property
    def streams(self) -> bool:
        """Whether the answer comes in pieces; joined they are `right`, and no field holds them under legacy."""
        return self.kind == "stream"

    def wrong(self, answered: object) -> str:
        """What is wrong with an answer's value; nothing when it is right."""
        value = answered.tolist() if isinstance(answered, np.ndarray) else answered
        return "" if value == self.right else f"answered {value!r}, which should be {self.right!r}"


def _plain() -> Echo:
    return Echo(text=TEXT)


def _nested() -> Nested:
    points = [Point(x=1, y=0.5, tag="a'b"), Point(x=-2, y=1e-07)]
    options = {"k": [1, "two", None, 2.5, {"deep": True}], "é": "✓"}
    return Nested(points=points, origin=Point(x=3, y=1e16), options=options, flags=[True, False])


def _numpy() -> TensorAdd:
    return TensorAdd(a=np.arange(6, dtype=np.float32).reshape(3, 2), b=np.full((3, 2), 0.5, dtype=np.float32))


def _torch() -> TensorAdd:
    try:
        import torch
    except ImportError as error:
        raise ConfigurationError("torch tensors need torch", hint="pip install 'taokit[torch]'") from error
    a: Any = torch.arange(6, dtype=torch.float32).reshape(3, 2)
    b: Any = torch.full((3, 2), 0.5)
    return TensorAdd(a=a, b=b)


TEXT = "héllo ✓ \"quoted\" 'too' \\ \n"
WORDS = "the quick brown fox"
SUM = [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]

SAMPLES: Mapping[str, Sample] = {
    sample.kind: sample
    for sample in (
        Sample("plain", "text", _plain, "reply", TEXT),
        Sample("nested", "models, objects and lists inside one another", _nested, "total", 2.5000001),
        Sample(
            "list",
            "lists of text and of floats",
            lambda: Zip(words=["a", "it's", ""], numbers=[1.0, -0.5, 1e-07]),
            "pairs",
            ["a=1.0", "it's=-0.5", "=1e-07"],
        ),
        Sample("enum", "a text enum", lambda: Paint(color=Color.RED), "other", Color.GREEN),
        Sample("numpy", "tensors made of numpy arrays", _numpy, "out", SUM),
        Sample("torch", "tensors made of torch tensors", _torch, "out", SUM),
        Sample("stream", "a streamed answer", lambda: Tokens(prompt=WORDS), "completion", WORDS),
        Sample("refusal", "a message that the miner refuses to everyone", lambda: Deny(text="x"), "text", "x", 403),
    )
}
"""By kind, in the order in which they are told."""


async def all_but_deny(caller: Caller) -> None:
    """Admit every caller that signed, and nobody to `Deny`."""
    if caller.message == "Deny":
        raise Forbidden("nobody may ask this")


def routes(watched: Callable[[Handler], Handler] = lambda handler: handler) -> list[Route]:
    """The routes of a miner that answers every sample, each handler passed through `watched`."""
    served: dict[type[Synapse], Handler] = {**HANDLERS, Zip: zip_up, Paint: paint}
    return [Route(kind, watched(handler), unbound_body=True) for kind, handler in served.items()]


__all__ = ["SAMPLES", "Color", "Paint", "Sample", "Zip", "all_but_deny", "paint", "routes", "zip_up"]
