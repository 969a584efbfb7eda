"""The client against recorded traffic of a real dendrite and real answers."""

import json
from pathlib import Path
from typing import Any

import bittensor_core
import numpy as np
import pytest

from taokit.dendrite import Dendrite, Target
from taokit.keys import from_uri
from taokit.protocol import Part, Question, Synapse, Tensor

WIRE = Path(__file__).parents[1] / "vectors" / "wire"
RESULTS = json.loads((WIRE / "legacy_client_results.json").read_text())
REQUESTS = json.loads((WIRE / "legacy_requests.json").read_text())
ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


class TextReverse(Synapse):
    text: str = ""
    reversed_text: str | None = None


class Point(Part):
    x: int = 0
    y: float = 0.0
    tag: str | None = None


class Nested(Synapse):
    required_hash_fields = ("options", "points", "origin", "flags")

    points: list[Point] = Question([])
    origin: Point = Point()
    options: dict[str, Any] = Question({})
    flags: list[bool] = Question([])
    total: float | None = None


class TensorAdd(Synapse):
    required_hash_fields = ("a", "b")

    a: Tensor | None = Question(None)
    b: Tensor | None = Question(None)
    out: Tensor | None = None


class Tokens(Synapse):
    required_hash_fields = ("prompt",)

    prompt: str
    completion: str | None = None


CLASSES = {kind.__name__: kind for kind in (Echo, TextReverse, Nested, TensorAdd, Tokens, Synapse)}


@pytest.mark.parametrize("vector", RESULTS["vectors"], ids=lambda vector: vector["id"])
async def test_an_answer_is_read_as_the_vector_says(vector, serve, unused_tcp_port):
    peer = await serve(behaving(vector["raw_response"]))
    port = unused_tcp_port if vector["raw_response"] == "refused" else peer.port
    target = Target(uid=3, hotkey=BOB.ss58, ip="127.0.0.1", port=port)
    async with Dendrite(ALICE, format="legacy", allow_private=True) as dendrite:
        reply = await dendrite.ask(target, Echo(text=vector["sent_text"]), vector["safe_fields"]["timeout"])
    assert reply.outcome == vector["safe_outcome"]
    assert reply.status == vector["safe_status"]
    assert len(peer.requests) == (0 if vector["raw_response"] == "refused" else 1)
    message = reply.message
    assert reply.synapse is (message if reply.ok else None)
    assert message.dendrite.status_code == vector["safe_status"]
    assert message.dendrite.process_time == reply.timings.total > 0
    assert {key: at(message, key) for key in vector["safe_fields"]} == vector["safe_fields"]


def behaving(raw):
    """What the vector's server does once it has read the request: answer, close, or keep silent."""

    async def handle(peer, reader, writer):
        await peer.read(reader)
        if raw not in ("closed", "timeout"):
            writer.write(raw.encode("latin-1"))
        if raw != "closed":
            await reader.read()

    return handle


def at(message, dotted):
    for name in dotted.split("."):
        message = getattr(message, name)
    return message


@pytest.mark.parametrize("vector", REQUESTS["vectors"], ids=lambda vector: vector["id"])
async def test_the_bytes_on_the_wire_are_a_real_dendrites(vector, serve, http):
    peer = await serve(http())
    target = Target(uid=0, hotkey=BOB.ss58, ip=vector["axon_ip"], port=peer.port)
    async with Dendrite(
        ALICE,
        format="legacy",
        allow_private=True,
        ip=vector["dendrite_ip"],
        now_ns=lambda: vector["nonce"],
        new_uuid=lambda: vector["uuid"],
    ) as dendrite:
        await dendrite.ask(target, message_of(vector), vector["timeout"])
    (request,) = peer.requests
    expect = vector["expect"]
    assert request.line == f"{expect['method']} {expect['target']} HTTP/1.1"
    signature = request["bt_header_dendrite_signature"]
    informational = {name.lower() for name in REQUESTS["informational_headers"]}
    wanted = [(name, value) for name, value in expect["headers"] if name.lower() not in informational]
    sent = [(name, value) for name, value in request.headers if name.lower() not in informational]
    assert sent == [(name, renewed(name, value, port=peer.port, signature=signature)) for name, value in wanted]
    body = json.loads(expect["body"]) | {"total_size": 0}
    body["dendrite"]["signature"] = signature
    body["axon"]["port"] = peer.port
    assert request.body.decode() == json.dumps(body)
    assert bittensor_core.verify_signature(
        expect["signed_message"].encode(), bytes.fromhex(signature[2:]), ALICE.ss58, bittensor_core.CRYPTO_SR25519
    )


def message_of(vector):
    values = {name: array_of(value) for name, value in vector["input"].items()}
    return CLASSES[vector["synapse"]["name"]](**values)


def array_of(value):
    if isinstance(value, dict) and value.keys() == {"data", "dtype", "shape"}:
        return np.array(value["data"], dtype=value["dtype"]).reshape(value["shape"])
    return value


def renewed(name, value, *, port, signature):
    """A recorded header, but for what differs from run to run."""
    return {"bt_header_dendrite_signature": signature, "bt_header_axon_port": str(port)}.get(name, value)
