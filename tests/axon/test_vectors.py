import json

import pytest

from raw_http import exchange
from taokit.axon import Route
from taokit.errors import Forbidden
from wire_classes import HANDLERS
from wire_vectors import file_of, vectors

EXCHANGES = file_of("legacy_axon_exchanges")
RECORDED = {vector["id"]: vector for vector in EXCHANGES["vectors"]}
SECOND_NS = 1_000_000_000


async def no_deny(caller):
    if caller.message == "Deny":
        raise Forbidden("nobody")


def body_of(request):
    body = request["body"]
    return body.encode() if isinstance(body, str) else bytes.fromhex(body["hex"])


class World:
    """One served axon whose clock stands at each vector's own time, and what its handlers saw."""

    def __init__(self, serve, opt_in):
        self.serve, self.opt_in = serve, opt_in
        self.clock_ns = 0
        self.callers = []

    def watched(self, handler):
        def handle(message, caller):
            self.callers.append((caller.hotkey, message.dendrite.hotkey))
            return handler(message, caller)

        return handle

    async def start(self, started_ns):
        self.clock_ns = started_ns
        unbound = self.opt_in == "unbound_body"
        routes = [Route(kind, self.watched(handler), unbound_body=unbound) for kind, handler in HANDLERS.items()]
        self.port, _ = await self.serve(routes, admit=no_deny, now_ns=lambda: self.clock_ns)

    async def ask(self, vector):
        self.clock_ns = vector["clock_ns"]
        request = vector["request"]
        headers = [pair for pair in request["headers"] if pair[0].lower() not in ("host", "content-length")]
        return await exchange(self.port, request["method"], request["target"], headers, body_of(request))


async def answer_to(serve, vector, opt_in):
    world = World(serve, opt_in)
    await world.start(vector["clock_ns"] - 60 * SECOND_NS)
    for before in vector.get("safe_before", ()):
        await world.ask(RECORDED[before])
    world.callers.clear()
    return await world.ask(vector), world.callers


@pytest.mark.parametrize("vector", vectors("legacy_axon_exchanges"))
async def test_an_exchange_ends_as_it_must(vector, serve):
    opt_in = vector.get("opt_in")
    assert opt_in in (None, "unbound_body")
    reply, callers = await answer_to(serve, vector, opt_in)
    assert reply.status == vector["safe_status"]
    if reply.status == 200:
        check_success(vector, reply, callers)
    else:
        check_refusal(reply)
    if opt_in:
        without, _ = await answer_to(serve, vector, None)
        assert without.status == vector["default_status"]


def check_success(vector, reply, callers):
    identity = vector["safe_identity"]
    if "Synapse" not in vector["request"]["target"]:  # the built-in handler is not watched
        assert callers == [(identity, identity)]
    assert reply.headers["bt_header_axon_status_code"] == "200"
    assert reply.headers["bt_header_dendrite_hotkey"] == identity
    assert "bt_header_dendrite_signature" not in reply.headers
    if "safe_stream" in vector:
        assert reply.headers["content-type"] == "text/event-stream"
        assert reply.body.decode() == vector["safe_stream"]
        return
    envelope = reply.json
    assert envelope["dendrite"]["hotkey"] == identity
    assert envelope["dendrite"]["signature"] is None
    assert {name: envelope[name] for name in vector["safe_fields"]} == vector["safe_fields"]
    if vector["response"]["status"] == 200:
        assert list(envelope) == list(json.loads(vector["response"]["body"]))


def check_refusal(reply):
    assert reply.headers["content-type"] == "application/json"
    assert reply.headers["bt_header_axon_status_code"] == str(reply.status)
    assert list(reply.json) == ["message"]
    assert reply.headers["bt_header_axon_status_message"] == reply.json["message"]
    assert reply.body.isascii()
    assert len(reply.body) < 512
    assert b"secret" not in reply.body
