"""Recorded requests to an axon, sent over a socket to ours, whose clock stands at each request's own time."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

from taokit.axon import Axon, Caller, Handler, Route
from taokit.axon.routes import Chunks
from taokit.errors import Forbidden
from taokit.protocol import Synapse
from taokit.testing.conformance.files import Mismatch, Vector, VectorFile, same
from taokit.testing.conformance.messages import HANDLERS
from taokit.testing.conformance.raw import LOOPBACK, RawReply, exchange

UNBOUND = "unbound_body"
STARTED_BEFORE_NS = 60 * 1_000_000_000
LONGEST_TEXT = 512
ADDED = ("host", "content-length")
STATUS_HEADER = "bt_header_axon_status_code"


async def check_exchange(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `legacy_axon_exchanges`."""
    opt_in = vector.get("opt_in")
    if opt_in not in (None, UNBOUND):
        raise Mismatch(f"no setting {opt_in!r} of a route")
    reply, seen = await _answer(vector, file, unbound=opt_in is not None)
    same("the status", reply.status, vector["safe_status"])
    if reply.status == 200:
        _check_success(vector, reply, seen)
    else:
        _check_refusal(reply)
    if opt_in:
        without, _ = await _answer(vector, file, unbound=False)
        same(f"the status without {opt_in}", without.status, vector["default_status"])


async def _answer(vector: Vector, file: VectorFile, *, unbound: bool) -> tuple[RawReply, list[tuple[str, str | None]]]:
    """The answer of a new axon, and the identities that its handler saw; earlier requests were sent before."""
    world = World(file.values["receiver"], unbound=unbound)
    async with world.axon:
        await world.start(vector["clock_ns"] - STARTED_BEFORE_NS)
        for before in vector.get("safe_before", ()):
            await world.ask(file.named(before))
        world.seen.clear()
        return await world.ask(vector), world.seen


class World:
    """One axon that serves the classes of the vectors, and what its handlers saw."""

    def __init__(self, hotkey: str, *, unbound: bool) -> None:
        self.seen: list[tuple[str, str | None]] = []
        self.clock_ns = 0
        routes = [Route(kind, self._watched(handler), unbound_body=unbound) for kind, handler in HANDLERS.items()]
        self.axon = Axon(hotkey, routes, admit=_all_but_deny, now_ns=lambda: self.clock_ns)

    def _watched(self, handler: Handler) -> Handler:
        def handle(message: Any, caller: Caller) -> Awaitable[Synapse | Chunks] | Chunks:
            self.seen.append((caller.hotkey, message.dendrite.hotkey))
            return handler(message, caller)

        return handle

    async def start(self, started_ns: int) -> None:
        """Begin to serve, at that time."""
        self.clock_ns = started_ns
        self.port = await self.axon.start(LOOPBACK)

    async def ask(self, vector: Vector) -> RawReply:
        """The answer to a vector's request, at its own time."""
        self.clock_ns = vector["clock_ns"]
        request = vector["request"]
        headers = [(name, value) for name, value in request["headers"] if name.lower() not in ADDED]
        body = request["body"]
        sent = body.encode() if isinstance(body, str) else bytes.fromhex(body["hex"])
        return await exchange(self.port, request["method"], request["target"], headers, sent)


async def _all_but_deny(caller: Caller) -> None:
    if caller.message == "Deny":
        raise Forbidden("nobody may ask this")


def _check_success(vector: Vector, reply: RawReply, seen: list[tuple[str, str | None]]) -> None:
    identity = vector["safe_identity"]
    if seen or vector["request"]["target"].partition("?")[0] != "/Synapse":  # the built-in one is not watched
        same("who the handler saw", seen, [(identity, identity)])
    same("the status header", reply.headers.get(STATUS_HEADER), "200")
    same("the sender in the headers", reply.headers.get("bt_header_dendrite_hotkey"), identity)
    same("the sender's signature in the headers", reply.headers.get("bt_header_dendrite_signature"), None)
    if "safe_stream" in vector:
        _check_stream(vector, reply)
        return
    envelope = reply.json
    same("the sender in the body", envelope["dendrite"]["hotkey"], identity)
    same("the sender's signature in the body", envelope["dendrite"]["signature"], None)
    for name, value in vector["safe_fields"].items():
        same(f"the field {name}", envelope[name], value)


def _check_stream(vector: Vector, reply: RawReply) -> None:
    same("the content type", reply.headers.get("content-type"), "text/event-stream")
    same("whether the stream ended", reply.whole, True)
    same("the stream", reply.body.decode(), vector["safe_stream"])
    same("what a reader fills in", {"completion": reply.body.decode()}, vector["safe_fields"])


def _check_refusal(reply: RawReply) -> None:
    same("the content type", reply.headers.get("content-type"), "application/json")
    same("the keys of the body", list(reply.json), ["message"])
    if STATUS_HEADER in reply.headers:  # which refusals of other formats do not have
        same("the status header", reply.headers[STATUS_HEADER], str(reply.status))
        same("the message header", reply.headers.get("bt_header_axon_status_message"), reply.json["message"])
    if not reply.body.isascii() or len(reply.body) >= LONGEST_TEXT or b"secret" in reply.body:
        raise Mismatch("the text of the refusal is long, not ASCII, or tells what it must not")


__all__ = ["check_exchange"]
