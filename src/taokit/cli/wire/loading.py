"""A steady load for one's own miner: questions at a rate, whether it keeps up or not."""

from __future__ import annotations

import asyncio
import json
import math
import time
from array import array
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import typer

from taokit.cli.wire.asking import hint_for
from taokit.cli.wire.miner import Miner
from taokit.dendrite import Dendrite, Format, Reply
from taokit.errors import LocalError
from taokit.protocol import Synapse
from taokit.signer import Signer
from taokit.testing.samples import Sample

MOST = 1_000_000
"""Questions in all: two times of each are kept, 16 bytes."""

MOST_AT_ONCE = 4096
"""Questions under way; what would be more is not sent, and counted."""

BEHIND_S = 0.05
BUSY = 0.9
"""Of one core: a client that works so much has no time to send what is due."""
QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    signer: Signer
    miner: Miner
    format: Format
    rate: float  # questions a second
    seconds: float
    binary: bool = False  # tensors as raw bytes
    timeout_s: float = 12.0
    as_json: bool = False


@dataclass(slots=True)
class Refusal:
    """How some questions ended that were not served."""

    outcome: str  # a word of `taokit.dendrite.OUTCOMES`
    status: int
    first: str  # what was said the first time
    hint: str | None = None  # what to try
    count: int = 0


@dataclass(slots=True)
class Load:
    """What became of the questions. Times are seconds."""

    planned: int
    latencies: array[float] = field(default_factory=lambda: array("d"))  # of what was served, from when it was due
    late: array[float] = field(default_factory=lambda: array("d"))  # of what was sent, from when it was due
    refusals: dict[tuple[str, int], Refusal] = field(default_factory=dict)  # by outcome and status
    unsent: int = 0  # as too many were under way
    most: int = 0  # under way at once
    own: int = 0  # failures of this side
    sending: float = 0.0  # from the first question to the last
    seconds: float = 0.0  # from the first question to the last answer
    busy: float = 0.0  # processor time of this process in that time, of one core
    interrupted: bool = False

    def note(self, reply: Reply[Synapse], latency_s: float) -> None:
        """Count one answer."""
        if reply.ok:
            self.latencies.append(latency_s)
        else:
            self.own += isinstance(reply.error, LocalError)
            first = Refusal(reply.outcome, reply.status, str(reply.error), hint_for(reply))
            self.refusals.setdefault((reply.outcome, reply.status), first).count += 1

    def to_json(self) -> dict[str, Any]:
        """What a program wants to know of it."""
        return {
            "planned": self.planned,
            "sent": len(self.late),
            "unsent": self.unsent,
            "ok": len(self.latencies),
            "seconds": self.seconds,
            "sent_rate": len(self.late) / self.sending if self.sending else 0.0,
            "rate": len(self.latencies) / self.seconds if self.seconds else 0.0,
            "latency_seconds": quantiles(self.latencies),
            "late_seconds": quantiles(self.late),
            "most_at_once": self.most,
            "busy": self.busy,
            "interrupted": self.interrupted,
            "client_limits": self.client_limits(),
            "refusals": [asdict(refusal) for refusal in self.most_refused()],
        }

    def client_limits(self) -> list[str]:
        """Why the numbers tell more of this machine than of the miner; nothing when they do not."""
        late = quantiles(self.late).get("p99", 0.0)
        found = {
            f"it sent {late * 1000:.0f} ms late (p99)": late > BEHIND_S,
            f"it was at work {self.busy:.0%} of the time, on one core": self.busy > BUSY,
            f"{self.own} questions failed on its own side": self.own > 0,
        }
        return [text for text, true in found.items() if true]

    def most_refused(self) -> list[Refusal]:
        """What was not served, the most frequent first."""
        return sorted(self.refusals.values(), key=lambda refusal: -refusal.count)


def quantiles(values: Iterable[float]) -> dict[str, float]:
    """The median, the slow tail and the largest, by nearest rank; nothing of no values."""
    ordered = sorted(values)
    return {name: ordered[math.ceil(part * len(ordered)) - 1] for name, part in QUANTILES} if ordered else {}


def load(options: Options, sample: Sample) -> bool:
    """Ask at the rate, tell what became of it; whether anything was served."""
    found = asyncio.run(_loaded(options, sample))
    typer.echo(json.dumps(found.to_json()) if options.as_json else _text(found, options))
    return bool(found.latencies)


async def _loaded(options: Options, sample: Sample) -> Load:
    """What became of it, also of a part when it is interrupted."""
    found = Load(planned=max(1, round(options.rate * options.seconds)))
    running: set[asyncio.Task[None]] = set()
    loop, worked = asyncio.get_running_loop(), time.process_time()
    begun = loop.time()
    async with _dendrite(options, sample) as dendrite:
        try:
            await _send(dendrite, options, sample, found, running)
            await asyncio.gather(*running)
        except asyncio.CancelledError:
            found.interrupted = True
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
    found.seconds = loop.time() - begun
    found.busy = (time.process_time() - worked) / found.seconds
    return found


def _dendrite(options: Options, sample: Sample) -> Dendrite:
    manner = sample.manner(binary=options.binary)
    return Dendrite(options.signer, format=options.format, manner=manner, allow_private=True, trust=options.miner.trust)


async def _send(
    dendrite: Dendrite, options: Options, sample: Sample, found: Load, running: set[asyncio.Task[None]]
) -> None:
    """Send every question when it is due, however the ones before it fare."""
    loop, question = asyncio.get_running_loop(), sample.question()

    async def one(due: float) -> None:
        found.late.append(loop.time() - due)
        reply = await _asked(dendrite, options, question, streams=sample.streams)
        found.note(reply, loop.time() - due)

    begun = loop.time()
    for number in range(found.planned):
        due = begun + number / options.rate
        await asyncio.sleep(max(0.0, due - loop.time()))  # also where it is late: the answers need their turn
        found.sending = loop.time() - begun + 1 / options.rate
        if len(running) >= MOST_AT_ONCE:
            found.unsent += 1
            continue
        task = loop.create_task(one(due))
        running.add(task)
        found.most = max(found.most, len(running))
        task.add_done_callback(running.discard)


async def _asked(dendrite: Dendrite, options: Options, question: Synapse, *, streams: bool) -> Reply[Synapse]:
    """The reply, that of a stream when it has ended."""
    if not streams:
        return await dendrite.ask(options.miner.target, question, options.timeout_s)
    async with dendrite.stream(options.miner.target, question, options.timeout_s) as stream:
        async for _ in stream:
            pass
    return stream.reply


def _text(found: Load, options: Options) -> str:
    told = found.to_json()
    asked = f"asked {told['sent']} of {found.planned} in {found.seconds:.1f} s"
    lines = [
        f"{asked}, {told['sent_rate']:.1f} a second of {options.rate:g}",
        f"served {told['ok']}, {told['rate']:.1f} a second, at most {found.most} under way at once",
    ]
    if found.latencies:
        lines.append(
            "latency  " + "  ".join(f"{name} {s * 1000:.1f} ms" for name, s in told["latency_seconds"].items())
        )
    for one in found.most_refused():
        lines.append(f"{one.count:8} {one.outcome}, status {one.status}: {one.first}")
        lines += [f"         hint: {one.hint}"] if one.hint else []
    if found.unsent:
        lines.append(f"{found.unsent:8} not sent: {MOST_AT_ONCE} were under way")
    if found.interrupted:
        lines.append("interrupted: what was under way is not counted")
    if limits := found.client_limits():
        lines.append(f"this machine is the limit, not the miner: {', '.join(limits)}. Ask less, or from another one")
    return "\n".join(lines)


__all__ = ["Load", "Options", "load", "quantiles"]
