"""A test validator: asks a miner the samples, and says whether its answers are right."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import typer

from taokit.cli.wire.miner import Miner
from taokit.dendrite import Format, Reply
from taokit.protocol import Synapse, dump_answer
from taokit.signer import Signer
from taokit.testing.samples import SAMPLES, Sample, Told, ask_sample

HINTS = {
    400: "has its message the same fields and required_hash_fields? If it takes sealed bodies only, pass --sealing-key",
    401: "is --hotkey the one that it serves as, and are both clocks right?",
    403: "it refuses this key: sign with another, --wallet WALLET/HOTKEY",
    404: "it does not know the message, or not in this format: try --kind ping, or another --format",
    408: "it was not done within `deadline_s` of its route, or --timeout in legacy",
    422: "is there a miner on this port, of the same message? --stream is for answers in pieces, and for them alone",
    413: "it takes smaller questions alone: ask for less, or raise `max_body` of its route",
    429: "it lets this key or address ask less often: that is its limit, and no fault",
    500: "its log has the reason, under the id that it gave",
    503: "it is full or closing: ask again later, or less",
}
"""By the status that the miner gave or its silence stands for."""
SILENCE = {
    "disconnected": "did it fail, as its log would say? If it takes TLS alone, write https:// and pass --tls-key",
    "timeout": "give it more time with --timeout",
    "unreachable": "does it serve on this address and port?",
}
"""By the outcome, where no status came."""


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    signer: Signer
    miner: Miner
    format: Format
    binary: bool = False  # tensors as raw bytes
    timeout_s: float = 12.0
    as_json: bool = False


def ask(options: Options, samples: Sequence[Sample]) -> bool:
    """Ask the samples one after the other and tell what came of each; whether all of it was right."""
    return asyncio.run(_ask(options, samples))


async def _ask(options: Options, samples: Sequence[Sample]) -> bool:
    all_right = True
    for sample in samples:
        told = await ask_sample(
            options.signer,
            options.miner.target,
            sample,
            format=options.format,
            timeout_s=options.timeout_s,
            binary=options.binary,
            trust=options.miner.trust,
            heard=_unheard if options.as_json else _heard,
        )
        all_right &= not told.problem
        typer.echo(json.dumps(to_json(told)) if options.as_json else _line(told))
    return all_right


def _unheard(piece: str) -> None:
    """Say nothing: the pieces are told together."""


def _heard(piece: str) -> None:
    typer.echo(f"        {piece!r}")
    sys.stdout.flush()


def hint_of(told: Told) -> str | None:
    """What to try where a sample went wrong."""
    return hint_for(told.reply) if told.problem else None


def hint_for(reply: Reply[Synapse]) -> str | None:
    """What to try where a question was not served."""
    if reply.error is not None and reply.error.hint:
        return reply.error.hint
    return SILENCE.get(reply.outcome) or HINTS.get(reply.status)


def to_json(told: Told) -> dict[str, Any]:
    """What a program wants to know of one sample."""
    reply, timings = told.reply, told.reply.timings
    return {
        "kind": told.sample.kind,
        "message": type(reply.message).__name__,
        "right": not told.problem,
        "problem": told.problem or None,
        "hint": hint_of(told),
        "outcome": reply.outcome,
        "status": reply.status,
        "format": reply.format,
        "signed": reply.signed,
        "seconds": {"connect": timings.connect, "first_byte": timings.first_byte, "total": timings.total},
        "bytes": {"sent": reply.sent, "answered": reply.size},
        "answer": answer_of(told),
        **({"pieces": list(told.pieces)} if told.sample.streams else {}),
    }


def answer_of(told: Told) -> dict[str, Any] | None:
    """The answer fields as JSON values; None where nothing was served."""
    found: dict[str, Any] | None = json.loads(dump_answer(told.reply.message)) if told.reply.ok else None
    return found


def _line(told: Told) -> str:
    reply = told.reply
    signed = ", signed" if reply.signed else ""
    took = f"{reply.timings.total * 1000:.1f} ms"
    line = f"{'FAIL' if told.problem else 'ok':6}{told.sample.kind:9}{reply.status}  {took:>10}  {reply.format}{signed}"
    if not told.problem:
        own = told.sample.kind not in SAMPLES and not told.sample.streams
        return f"{line}\n        {json.dumps(answer_of(told), ensure_ascii=False)}" if own else line
    hint = hint_of(told)
    return f"{line}\n        {told.problem}" + (f"\n        hint: {hint}" if hint else "")


__all__ = ["Options", "ask", "to_json"]
