"""Run where bittensor 7.4 to 10.5 is installed: its own axon or its own dendrite, as a subnet of that time wrote them.

synapse_peer.py serve PORT             serves as //Bob until its input ends; says `ready` first
synapse_peer.py ask PORT KIND...       asks //Bob's axon as //Alice; what was wrong with each answer, as JSON
"""

import os

os.environ["BT_NO_PARSE_CLI_ARGS"] = "1"

import asyncio
import json
import sys
import tempfile
from enum import Enum
from typing import Any, ClassVar, Tuple  # noqa: UP035  `attach` compares annotations

import bittensor
import bittensor.utils.networking
import numpy as np
from pydantic import BaseModel

bittensor.utils.networking.get_external_ip = lambda: "127.0.0.1"  # it would ask a service on the internet
HASHED = ClassVar[tuple[str, ...]]
TENSOR = getattr(bittensor, "Tensor", None)
TIMEOUT_S, MANY = 20.0, 20
HARD = "a'b\"c\\\n\t\x7f\u2028\U0001f600"


def named(*names):
    """What this version calls a thing: the names changed their case with version 8."""
    return next(getattr(bittensor, name) for name in names if hasattr(bittensor, name))


class Color(str, Enum):  # noqa: UP042  as most subnets write it; a `StrEnum` hashes otherwise
    RED = "red"
    GREEN = "green"


class Point(BaseModel):
    x: int = 0
    y: float = 0.0
    tag: str | None = None


class Echo(bittensor.Synapse):
    required_hash_fields: HASHED = ("text",)
    text: str
    reply: str | None = None


class Nested(bittensor.Synapse):
    required_hash_fields: HASHED = ("options", "points", "origin", "flags")
    points: list[Point] = []  # noqa: RUF012
    origin: Point = Point()
    options: dict[str, Any] = {}  # noqa: RUF012
    flags: list[bool] = []  # noqa: RUF012
    total: float | None = None


class Zip(bittensor.Synapse):
    required_hash_fields: list[str] = ["numbers", "words"]  # noqa: RUF012  the older style, hashed in model order
    words: list[str] = []  # noqa: RUF012
    numbers: list[float] = []  # noqa: RUF012
    pairs: list[str] | None = None


class Paint(bittensor.Synapse):
    required_hash_fields: HASHED = ("color",)
    color: Color = Color.RED
    other: Color | None = None


class TensorAdd(bittensor.Synapse):
    required_hash_fields: HASHED = ("a", "b")
    a: TENSOR | None = None
    b: TENSOR | None = None
    out: TENSOR | None = None


class Deny(bittensor.Synapse):
    text: str = ""


class Tokens(bittensor.StreamingSynapse):
    required_hash_fields: HASHED = ("prompt",)
    prompt: str
    completion: str | None = None

    async def process_streaming_response(self, response):
        self.completion = ""
        async for chunk in response.content.iter_any():
            text = chunk.decode("utf-8")
            self.completion += text
            yield text

    def deserialize(self):
        return self.completion

    def extract_response_json(self, response):
        headers = {name.decode(): value.decode() for name, value in response.__dict__["_raw_headers"]}

        def part(prefix):
            return {key[len(prefix) :]: value for key, value in headers.items() if key.startswith(prefix)}

        return {
            "name": headers.get("name", ""),
            "timeout": float(headers.get("timeout", 0)),
            "total_size": int(headers.get("total_size", 0)),
            "header_size": int(headers.get("header_size", 0)),
            "dendrite": part("bt_header_dendrite_"),
            "axon": part("bt_header_axon_"),
            "prompt": self.prompt,
            "completion": self.completion,
        }


def echo(synapse: Echo) -> Echo:
    synapse.reply = synapse.text
    return synapse


def nested(synapse: Nested) -> Nested:
    synapse.total = float(sum(point.x + point.y for point in synapse.points) + synapse.origin.x)
    return synapse


def zip_up(synapse: Zip) -> Zip:
    synapse.pairs = [f"{word}={number}" for word, number in zip(synapse.words, synapse.numbers, strict=True)]
    return synapse


def paint(synapse: Paint) -> Paint:
    synapse.other = Color.GREEN if synapse.color is Color.RED else Color.RED
    return synapse


def tensor_add(synapse: TensorAdd) -> TensorAdd:
    synapse.out = TENSOR.serialize(synapse.a.deserialize() + synapse.b.deserialize())
    return synapse


def deny(synapse: Deny) -> Deny:
    return synapse


def refuse(synapse: Deny) -> Tuple[bool, str]:  # noqa: UP006
    return True, "nobody may ask this"


def tokens(synapse: Tokens) -> bittensor.StreamingSynapse.BTStreamingResponse:
    async def stream(send):
        for index, word in enumerate(synapse.prompt.split(" ")):
            body = (" " + word if index else word).encode()
            await send({"type": "http.response.body", "body": body, "more_body": True})

    return synapse.create_streaming_response(stream)


def array(values):
    """Three by two numbers, as this process holds tensors."""
    made = np.array(values, dtype=np.float32).reshape(3, 2)
    if os.environ.get("USE_TORCH") != "1":
        return made
    import torch

    return torch.from_numpy(made)


def questions():
    text = "héllo ✓ \"quoted\" 'too' \\ \n"
    points = [Point(x=1, y=0.5, tag="a'b"), Point(x=-2, y=-0.25)]
    options = {"k": [1, "two", None, {"deep": True}], "é": HARD, "n": [2**70, -0.0, 1e16, 1e-07, 5e-324]}
    sum = TensorAdd(a=TENSOR.serialize(array(range(6))), b=TENSOR.serialize(array([0.5] * 6)))
    return {
        "ping": bittensor.Synapse(),
        "plain": Echo(text=text),
        "nested": Nested(points=points, origin=Point(x=3, y=1e16), options=options, flags=[True, False]),
        "list": Zip(words=["a", "it's", ""], numbers=[1.0, -0.5, 1e-07]),
        "enum": Paint(color=Color.RED),
        "numpy": sum,
        "torch": sum,
        "stream": Tokens(prompt="the quick brown fox"),
        "many": Echo(text=text),
        "refusal": Deny(text="x"),
    }


def wrong(kind, got):
    """What is wrong with an answer; nothing when it is right."""
    if kind == "refusal":
        return "" if got.dendrite.status_code == 403 else f"status {got.dendrite.status_code}"
    if got.dendrite.status_code != 200:
        return f"status {got.dendrite.status_code}: {got.dendrite.status_message}"
    answer, right = {
        "ping": lambda: (None, None),
        "plain": lambda: (got.reply, questions()["plain"].text),
        "many": lambda: (got.reply, questions()["plain"].text),
        "nested": lambda: (got.total, 2.25),
        "list": lambda: (got.pairs, ["a=1.0", "it's=-0.5", "=1e-07"]),
        "enum": lambda: (got.other, Color.GREEN),
        "numpy": lambda: (got.out.deserialize().tolist(), [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]),
        "torch": lambda: (got.out.deserialize().tolist(), [[0.5, 1.5], [2.5, 3.5], [4.5, 5.5]]),
        "stream": lambda: (got.completion, "the quick brown fox"),
    }[kind]()
    if answer == right and (kind != "torch" or type(got.out.deserialize()).__module__ == "torch"):
        return ""
    return f"answered {answer!r}, which should be {right!r}"


def wallet_of(uri):
    """A wallet in files, as neurons have one."""
    keypair = named("Keypair").create_from_uri(uri)
    wallet = named("Wallet", "wallet")(name="peer", hotkey="peer", path=tempfile.mkdtemp())
    wallet.set_coldkeypub(keypair, encrypt=False, overwrite=True)
    wallet.set_hotkey(keypair, encrypt=False, overwrite=True)
    return wallet


def serve(port):
    axon = named("Axon", "axon")(wallet=wallet_of("//Bob"), port=port, ip="127.0.0.1", external_ip="127.0.0.1")
    for handler in (echo, nested, zip_up, paint, tensor_add, tokens):
        axon.attach(handler)
    axon.attach(deny, blacklist_fn=refuse)
    axon.start()
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.read()
    axon.stop()


async def ask(port, kinds):
    hotkey = named("Keypair").create_from_uri("//Bob").ss58_address
    target = bittensor.AxonInfo(version=0, ip="127.0.0.1", port=port, ip_type=4, hotkey=hotkey, coldkey=hotkey)
    dendrite = named("Dendrite", "dendrite")(wallet=wallet_of("//Alice"))
    told = {}
    for kind in kinds:
        times = MANY if kind == "many" else 1
        got = await asyncio.gather(*(answer(dendrite, target, kind, questions()[kind]) for _ in range(times)))
        told[kind] = next(filter(None, (wrong(kind, one) for one in got)), "")
    await dendrite.aclose_session()
    return told


async def answer(dendrite, target, kind, question):
    if kind != "stream":
        return await dendrite.forward(target, question, timeout=TIMEOUT_S, deserialize=False)
    stream = dendrite.call_stream(target, question, timeout=TIMEOUT_S, deserialize=False)
    return [piece async for piece in stream][-1]


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        told = asyncio.run(ask(int(sys.argv[2]), sys.argv[3:]))
        sys.stdout.write("\n" + json.dumps(told) + "\n")
    sys.stdout.flush()
    os._exit(0)  # whatever threads it left
