"""Looks at everything in order, and goes on after whatever is wrong."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from taokit.chain import reads
from taokit.cli.doctor import chain as on_chain
from taokit.cli.doctor import clock, machine, port, settings
from taokit.cli.doctor.finding import CHAIN, SIGNS, Finding, bad, code_of, good, skipped
from taokit.connect import DEVNET, Nodes, connect
from taokit.errors import NetworkError, NoSuchSubnet, TaokitError
from taokit.neuron.preflight import situation
from taokit.run import KeyChoice, on_this_machine

if TYPE_CHECKING:
    from taokit.chain import Chain, Head
    from taokit.metagraph import Metagraph


OTHER: Final = {"test": "finney"}
"""Which network to try in place of one; else it is test."""


@dataclass(frozen=True, slots=True)
class Patient:
    """What is looked at."""

    key: KeyChoice
    netuid: int | None
    hotkey: str | None  # its address, where no key is needed
    host: str
    port: int
    state: Path
    min_compute: Path
    kind: str = "miner"
    version_key: int | None = None
    fallback: tuple[str, ...] = ()

    @property
    def local(self) -> bool:
        """Whether its chain is one of this machine, which keeps its own time and addresses."""
        return on_this_machine(self.key.network)


def examine(patient: Patient) -> list[Finding]:
    """Everything that was found, in the order in which it is best mended."""
    found = [*settings.configuration(os.environ, Path.home()), machine.files(), machine.disk(patient.state)]
    found += machine.compute(patient.min_compute, patient.kind)
    keys, hotkey = settings.key(patient.key, patient.hotkey, os.environ)
    served, running = port.bound(patient.host, patient.port)
    return [*found, *keys, served, *_of_chain(patient, hotkey, running=running)]


def _of_chain(patient: Patient, hotkey: str | None, *, running: bool) -> Iterator[Finding]:
    network, began = patient.key.network, time.monotonic()
    try:
        with connect(network, nodes=Nodes(fallback=patient.fallback)) as chain:
            head = chain.head()
            yield good(CHAIN, f"{network} answers in {time.monotonic() - began:.2f} s, block {head.number}")
            yield from _at(chain, head, patient, hotkey, running=running)
    except NetworkError as error:
        yield bad(CHAIN, str(error), error.hint or f"taokit doctor --network {OTHER.get(network, 'test')}")
    except TaokitError as error:
        yield bad("chain's answers", str(error), error.hint or "pip install --upgrade taokit")


def _at(chain: Chain, head: Head, patient: Patient, hotkey: str | None, *, running: bool) -> Iterator[Finding]:
    netuid = patient.netuid
    yield on_chain.understood(chain, netuid, head.hash)
    yield _clock(chain, head, patient)
    graph = _graph(chain, head, netuid)
    yield on_chain.subnet(graph, netuid)
    if graph is None or netuid is None:
        return
    if patient.key.network != DEVNET:
        uids = on_chain.places(graph, but=hotkey, local=patient.local)
        yield clock.by_peers(clock.ask_peers([graph.endpoints[uid] for uid in uids]))
    if hotkey is None:
        yield skipped("registration", "no key is named", f"taokit doctor --netuid {netuid} --wallet NAME/HOTKEY")
        return
    it = chain.read(situation(graph, hotkey), at=head.hash)
    yield from on_chain.standing(graph, it, wallet=patient.key.wallet, version_key=patient.version_key)
    if it.submitter.uid is not None:
        place = graph.endpoints[it.submitter.uid]
        yield from port.published(place, netuid=netuid, local=patient.local, running=running)


def _clock(chain: Chain, head: Head, patient: Patient) -> Finding:
    if patient.local:
        return skipped("clock", "a chain of this machine keeps its own time")
    block_ms, slot_ms = chain.read(reads.timestamp(), at=head.hash), chain.read(reads.slot_ms(), at=head.hash)
    return clock.by_block(now_ms=time.time_ns() // 10**6, block_ms=block_ms, slot_ms=slot_ms)


def _graph(chain: Chain, head: Head, netuid: int | None) -> Metagraph | None:
    if netuid is None:
        return None
    try:
        return chain.read(reads.metagraph(netuid), at=head.hash)
    except NoSuchSubnet:
        return None


def show(patient: Patient, *, as_json: bool) -> int:
    """Print everything that was found; returns the exit code."""
    found = examine(patient)
    if as_json:
        counts = {state: sum(one.state == state for one in found) for state in SIGNS}
        typer.echo(json.dumps({"findings": [asdict(one) for one in found], "counts": counts, "code": code_of(found)}))
    else:
        typer.echo("\n".join(_lines(found)))
    return code_of(found)


def _lines(found: Sequence[Finding]) -> Iterator[str]:
    width = max(len(one.name) for one in found) + 2
    for one in found:
        yield f"{SIGNS[one.state]} {one.name:{width}}{one.said}"
        if one.mend:
            yield f"{'':{width + 2}}→ {one.mend}"
    wrong, odd = sum(one.state == "bad" for one in found), sum(one.state == "note" for one in found)
    yield f"{wrong} to mend, {odd} to know, {len(found)} looked at"


__all__ = ["Patient", "examine", "show"]
