"""A question of every kind that messages come in, the miner that answers them all, and what a right answer is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, ClassVar

import numpy as np

from taokit.axon import Caller, Handler, Route
from taokit.dendrite import Dendrite, Format, Manner, Reply, Target, Trust
from taokit.errors import ConfigurationError, Forbidden
from taokit.protocol import Synapse
from taokit.signer import Signer
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
    question: Callable[[], Synapse]
    answer: str | None = None  # the field that is answered
    right: Any = None  # its value, a tensor's as nested lists; of a stream the joined pieces
    status: int = 200
    times: int = 1  # asked so often, all at once
    streams: bool = False

    def manner(self, *, binary: bool = False) -> Manner:
        """How a dendrite puts it, with its tensors as raw bytes if `binary`."""
        return Manner(torch=self.kind == "torch", binary=binary)


@dataclass(frozen=True, slots=True)
class Told:
    """What came of asking a sample."""

    sample: Sample
    reply: Reply[Synapse]  # the first that was wrong, else the last
    pieces: tuple[str, ...] = ()  # of a stream

    @property
    def problem(self) -> str:
        """What is wrong with it; nothing when it is right."""
        sample, reply = self.sample, self.reply
        if reply.status != sample.status:
            return f"{reply.outcome}, status {reply.status}: {reply.error}" if reply.error else "it was served"
        if sample.status != 200 or sample.answer is None:
            return ""
        answered = "".join(self.pieces) if sample.streams else getattr(reply.message, sample.answer)
        value = answered.tolist() if isinstance(answered, np.ndarray) else answered
        return "" if value == sample.right else f"answered {value!r}, which should be {sample.right!r}"


async def ask_sample(
    signer: Signer,
    target: Target,
    sample: Sample,
    *,
    format: Format | None,
    timeout_s: float = 12.0,
    heard: Callable[[str], None] = lambda piece: None,
    binary: bool = False,
    trust: Trust = Trust(),  # noqa: B008  a frozen value
) -> Told:
    """What a miner makes of a sample, asked as `signer`; `heard` gets the pieces of a stream as they come."""
    manner = sample.manner(binary=binary)
    async with Dendrite(signer, format=format, manner=manner, allow_private=True, trust=trust) as dendrite:
        if not sample.streams:
            asked = (dendrite.ask(target, sample.question(), timeout_s) for _ in range(sample.times))
            told = [Told(sample, reply) for reply in await asyncio.gather(*asked)]
            return next((one for one in told if one.problem), told[-1])
        pieces = []
        async with dendrite.stream(target, sample.question(), timeout_s) as stream:
            async for piece in stream:
                heard(piece)
                pieces.append(piece)
        return Told(sample, stream.reply, tuple(pieces))


def _nested() -> Nested:
    points = [Point(x=1, y=0.5, tag="a'b"), Point(x=-2, y=-0.25)]
    options = {"k": [1, "two", None, {"deep": True}], "é": HARD, "n": [2**70, -0.0, 1e16, 1e-07, 5e-324]}
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
HARD = "a'b\"c\\\n\t\x7f\u2028\U0001f600"  # what JSON, Python's `repr` and HTTP escape in ways of their own
WORDS = "the quick brown fox"
SUM = [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]

SAMPLES: Mapping[str, Sample] = {
    sample.kind: sample
    for sample in (
        Sample("ping", "the built-in message, without fields", Synapse),
        Sample("plain", "a text", lambda: Echo(text=TEXT), "reply", TEXT),
        Sample("nested", "models, objects and lists inside one another", _nested, "total", 2.25),
        Sample(
            "list",
            "lists of texts and of floats",
            lambda: Zip(words=["a", "it's", ""], numbers=[1.0, -0.5, 1e-07]),
            "pairs",
            ["a=1.0", "it's=-0.5", "=1e-07"],
        ),
        Sample("enum", "a text enum", lambda: Paint(color=Color.RED), "other", Color.GREEN),
        Sample("numpy", "tensors from and for numpy", _numpy, "out", SUM),
        Sample("torch", "tensors from and for torch, in the spelling of older SDKs in torch mode", _torch, "out", SUM),
        Sample("stream", "an answer in pieces", lambda: Tokens(prompt=WORDS), "completion", WORDS, streams=True),
        Sample("many", "the plain one, twenty times at once", lambda: Echo(text=TEXT), "reply", TEXT, times=20),
        Sample("refusal", "a message that the miner refuses to everyone", lambda: Deny(text="x"), status=403),
    )
}  # fmt: skip
"""By kind, in the order in which they are told."""


_MESSAGES: Mapping[str, type[Synapse]] = {
    **{kind: type(sample.question()) for kind, sample in SAMPLES.items() if kind != "torch"},
    "torch": TensorAdd,  # named here, since its question needs torch
}


async def all_but_deny(caller: Caller) -> None:
    """Admit every caller that signed, and nobody to `Deny`."""
    if caller.message == "Deny":
        raise Forbidden("nobody may ask this")


def sample_routes(kinds: Collection[str] = ()) -> list[Route]:
    """The routes of a miner that answers the samples of these kinds; without any, every sample."""
    served: dict[type[Synapse], Handler] = {**HANDLERS, Zip: zip_up, Paint: paint}
    wanted = {_MESSAGES[kind] for kind in kinds} or {*served}  # which is more than the samples ask
    return [Route(kind, handler, unbound_body=True) for kind, handler in served.items() if kind in wanted]


__all__ = [
    "SAMPLES",
    "Color",
    "Paint",
    "Sample",
    "Told",
    "Zip",
    "all_but_deny",
    "ask_sample",
    "paint",
    "sample_routes",
    "zip_up",
]
