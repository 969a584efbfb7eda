"""Recorded requests of a real client, against what ours writes to its socket."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from taokit.dendrite.pool import Attempt, Limits, Pool, Post
from taokit.protocol import LegacyDraft, SignedRequest, Synapse, Terminal, verify
from taokit.testing.conformance.files import Mismatch, Vector, VectorFile, same
from taokit.testing.conformance.keys import signer_of
from taokit.testing.conformance.messages import CLASSES
from taokit.testing.conformance.raw import LOOPBACK, RawRequest, RawServer

SIGNATURE = "bt_header_dendrite_signature"
ANY_ANSWER = b"HTTP/1.1 200 X\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}"


async def check_request(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `legacy_requests`."""
    expect = vector["expect"]
    sender, receiver = signer_of(vector["sender_uri"]), signer_of(vector["receiver_uri"])
    draft = LegacyDraft.of(_message(vector), timeout=vector["timeout"])
    request = draft.signed(
        sender,
        receiver=Terminal(ip=vector["axon_ip"], port=vector["axon_port"], hotkey=receiver.ss58),
        nonce_ns=vector["nonce"],
        uuid=vector["uuid"],
        ip=vector["dendrite_ip"],
    )
    written = await _written(request)
    same("the request line", written.line, f"{expect['method']} {expect['target']} HTTP/1.1")
    same("the body hash", draft.body_hash, expect["body_hash"])
    ignored = {name.lower() for name in file.values.get("informational_headers", ())}
    headers, recorded = _counted(written.headers, ignored), _counted(expect["headers"], ignored)
    same("the header names", [name for name, _ in headers], [name for name, _ in recorded])
    for (name, value), (_, wanted) in zip(headers, recorded, strict=True):
        if name != SIGNATURE:
            same(f"the header {name}", value, wanted)
    same("the body", _settled(written.body), _settled(expect["body"]))
    signature = bytes.fromhex(dict(headers)[SIGNATURE][2:])
    same("whether it verifies", verify(sender.ss58, expect["signed_message"].encode(), signature), True)


def _message(vector: Vector) -> Synapse:
    name = vector["synapse"]["name"]
    if name not in CLASSES:
        raise Mismatch(f"no message class {name!r} to send")
    return CLASSES[name](**{field: _value(value) for field, value in vector["input"].items()})


def _value(value: Any) -> Any:
    if isinstance(value, dict) and value.keys() == {"data", "dtype", "shape"}:
        return np.array(value["data"], dtype=value["dtype"]).reshape(value["shape"])
    return value


async def _written(request: SignedRequest) -> RawRequest:
    """What arrives at a server when the client's own connections carry a request."""
    server = RawServer(ANY_ANSWER)
    async with server.serving() as port:
        pool = Pool(Limits())
        try:
            incoming = await pool.begin(Post(LOOPBACK, port, request), Attempt(began=0.0))
            await pool.rest(incoming)
            pool.end(incoming)
        finally:
            await pool.close()
    return server.requests[0]


def _counted(headers: list[Any], ignored: set[str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in headers if name.lower() not in ignored]


def _settled(body: bytes | str) -> str:
    """The body without what differs from run to run, its order and its separators kept."""
    envelope = json.loads(body)
    envelope["dendrite"]["signature"] = envelope["total_size"] = envelope["header_size"] = None
    text = body if isinstance(body, str) else body.decode()
    style = "" if text.isascii() and '": ' in text else " in another style of JSON"
    return json.dumps(envelope) + style


__all__ = ["check_request"]
