"""A steady load for one's own miner: questions at a rate, whether it keeps up or not."""

from __future__ import annotations

import asyncio
import json
import math
from dataclasses import asdict, dataclass, field
from typing import Any

import typer

from taokit.dendrite import Dendrite, Format, Reply, Target
from taokit.protocol import Synapse
from taokit.signer import Signer
from taokit.testing.samples import Sample

MOST = 1_000_000
"""Questions in all: the time of each is kept."""

MOST_AT_ONCE = 4096
"""Questions under way; what would be more is not sent, and counted."""

BEHIND_S = 0.05
QUANTILES = (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0))


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    signer: Signer
    target: Target
    format: Format
    rate: float  # questions a second
    seconds: float
    timeout_s: float = 12.0
    as_json: bool = False


@dataclass(slots=True)
class Refusal:
    """How some questions ended that were not served."""

    outcome: str  # a word of `taokit.dendrite.OUTCOMES`
    status: int
    first: str  # what was said the first time
    count: int = 0


@dataclass(slots=True)
class Load:
    """What became of the questions. Times are seconds."""

    planned: int
    latencies: list[float] = field(default_factory=list)  # of what was served, from when it was due to its answer
    late: list[float] = field(default_factory=list)  # of all that was sent, from when it was due to its sending
    refusals: dict[tuple[str, int], Refusal] = field(default_factory=dict)  # by outcome and status
    unsent: int = 0
    seconds: float = 0.0  # from the first question to the last answer

    def note(self, reply: Reply[Synapse], latency_s: float) -> None:
        """Count one answer."""
        if reply.ok:
            self.latencies.append(latency_s)
        else:
            first = Refusal(reply.outcome, reply.status, str(reply.error))
            self.refusals.setdefault((reply.outcome, reply.status), first).count += 1

    def to_json(self) -> dict[str, Any]:
        """What a program wants to know of it."""
        return {
            "planned": self.planned,
            "sent": len(self.late),
            "unsent": self.unsent,
            "ok": len(self.latencies),
            "seconds": self.seconds,
            "rate": len(self.latencies) / self.seconds if self.seconds else 0.0,
            "latency_seconds": quantiles(self.latencies),
            "late_seconds": quantiles(self.late),
            "refusals": [asdict(refusal) for refusal in self.most_refused()],
        }

    def most_refused(self) -> list[Refusal]:
        """What was not served, the most frequent first."""
        return sorted(self.refusals.values(), key=lambda refusal: -refusal.count)


def quantiles(values: list[float]) -> dict[str, float]:
    """The median, the slow tail and the largest, by nearest rank; nothing of no values."""
    ordered = sorted(values)
    return {name: ordered[math.ceil(part * len(ordered)) - 1] for name, part in QUANTILES} if ordered else {}


def load(options: Options, sample: Sample) -> bool:
    """Ask at the rate, tell what became of it; whether anything was served."""
    found = asyncio.run(_loaded(options, sample))
    typer.echo(json.dumps(found.to_json()) if options.as_json else _text(found, options))
    return bool(found.latencies)


async def _loaded(options: Options, sample: Sample) -> Load:
    loop, question = asyncio.get_running_loop(), sample.question()
    found = Load(planned=max(1, round(options.rate * options.seconds)))
    running: set[asyncio.Task[None]] = set()
    async with Dendrite(options.signer, format=options.format, manner=sample.manner(), allow_private=True) as dendrite:

        async def one(due: float) -> None:
            found.late.append(loop.time() - due)
            reply = await dendrite.ask(options.target, question, options.timeout_s)
            found.note(reply, loop.time() - due)

        begun = loop.time()
        for number in range(found.planned):
            due = begun + number / options.rate
            await asyncio.sleep(max(0.0, due - loop.time()))  # also where it is late: the answers need their turn
            if len(running) >= MOST_AT_ONCE:
                found.unsent += 1
                continue
            task = loop.create_task(one(due))
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)
        found.seconds = loop.time() - begun
    return found


def _text(found: Load, options: Options) -> str:
    told = found.to_json()
    lines = [
        f"asked {told['sent']} of {found.planned} in {found.seconds:.1f} s, {options.rate:g} a second",
        f"served {told['ok']}, {told['rate']:.1f} a second",
    ]
    if found.latencies:
        lines.append(
            "latency  " + "  ".join(f"{name} {s * 1000:.1f} ms" for name, s in told["latency_seconds"].items())
        )
    lines += [f"{one.count:8} {one.outcome}, status {one.status}: {one.first}" for one in found.most_refused()]
    if found.unsent:
        lines.append(f"{found.unsent:8} not sent: {MOST_AT_ONCE} were under way")
    if told["late_seconds"] and told["late_seconds"]["p99"] > BEHIND_S:
        late = told["late_seconds"]["p99"] * 1000
        lines.append(f"this machine fell behind by {late:.0f} ms (p99): ask less, or from another one")
    return "\n".join(lines)


__all__ = ["Load", "Options", "load", "quantiles"]
