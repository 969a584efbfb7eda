"""Recorded answers, given over a socket to our client."""

from __future__ import annotations

from functools import reduce
from typing import Any

from taokit.dendrite import Dendrite, Reply, Target
from taokit.testing.conformance.files import Vector, VectorFile, same
from taokit.testing.conformance.keys import signer_at, signer_of
from taokit.testing.conformance.messages import Echo
from taokit.testing.conformance.raw import LOOPBACK, RawServer

TIMEOUT_S = 3.0
SILENT = ("closed", "timeout", "refused")
"""Words for servers that answer nothing."""


async def check_result(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `legacy_client_results`."""
    raw, fields = vector["raw_response"], vector["safe_fields"]
    server = RawServer(b"" if raw in SILENT else raw.encode("latin-1"), closes=raw == "closed")
    async with server.serving() as port:
        if raw != "refused":
            reply = await _asked(vector, port)
    if raw == "refused":
        reply = await _asked(vector, port)  # nobody listens there any more
    same("the outcome", reply.outcome, vector["safe_outcome"])
    same("the status", reply.status, vector["safe_status"])
    same("the status in the message", reply.message.dendrite.status_code, vector["safe_status"])
    same("the number of requests", len(server.requests), 0 if raw == "refused" else 1)
    same("whether the time was measured", reply.message.dendrite.process_time, reply.timings.total)
    for dotted, value in fields.items():
        same(dotted, reduce(_part, dotted.split("."), reply.message), value)


async def _asked(vector: Vector, port: int) -> Reply[Echo]:
    fields = vector["safe_fields"]
    sender, receiver = (fields.get(f"{end}.hotkey") for end in ("dendrite", "axon"))
    target = Target(uid=0, hotkey=receiver or signer_of("//Bob").ss58, ip=LOOPBACK, port=port)
    signer = signer_at(sender) if sender else signer_of("//Alice")
    async with Dendrite(signer, format="legacy", allow_private=True) as dendrite:
        return await dendrite.ask(target, Echo(text=vector["sent_text"]), fields.get("timeout", TIMEOUT_S))


def _part(value: Any, name: str) -> Any:
    return getattr(value, name)


__all__ = ["check_result"]
