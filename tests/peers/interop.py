"""Miners and validators of the SDKs against ours, over sockets: every kind of message, in both directions.

python tests/peers/interop.py [VERSION...] [--write PAGE]     prints the table; exits 1 when anything failed
"""

import asyncio
import contextlib
import json
import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from environments import python_of
from trials import Trials, main

from taokit.axon import Axon
from taokit.dendrite import Target
from taokit.keys import from_uri
from taokit.testing.samples import SAMPLES, all_but_deny, ask_sample, sample_routes

HERE = Path(__file__).parent
ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
START_S, ASK_S = 60.0, 120.0
TO_US, TO_THEM = "asks taokit", "is asked by taokit"


@dataclass(frozen=True)
class Peer:
    """One version of the SDK."""

    version: str
    script: str
    format: str
    kinds: tuple[str, ...]

    def modes(self):
        """The kinds, apart by how the process that holds them runs: its tensors are numpy's or torch's."""
        plain = [kind for kind in self.kinds if kind != "torch"]
        return [("0", plain), ("1", ["torch"])] if "torch" in self.kinds else [("0", plain)]


ALL = tuple(SAMPLES)
PEERS = {
    peer.version: peer
    for peer in (
        Peer("11.3.0", "btauth_peer.py", "btauth/1", tuple(kind for kind in ALL if kind != "torch")),
        Peer("10.5.0", "synapse_peer.py", "legacy", ALL),
        Peer("9.12.2", "synapse_peer.py", "legacy", ALL),
        Peer("8.5.2", "synapse_peer.py", "legacy", ALL),
        Peer("7.4.0", "synapse_peer.py", "legacy", ALL),
    )
}


async def results(version):
    """What went wrong in each direction with each kind, "" where nothing did."""
    peer = PEERS[version]
    python = await asyncio.to_thread(python_of, f"bittensor-{version}")
    found = {}
    for direction, told in ((TO_US, _they_ask), (TO_THEM, _we_ask)):
        for torch, kinds in peer.modes():
            told_of = await told(peer, python, kinds, {**os.environ, "USE_TORCH": torch})
            found |= {(direction, kind): told_of[kind] for kind in kinds}
    return found


async def _they_ask(peer, python, kinds, environment):
    """Their validator, our miner."""
    async with Axon(BOB.ss58, sample_routes(), admit=all_but_deny, formats=[peer.format.partition("/")[0]]) as axon:
        port = await axon.start("127.0.0.1")
        child = await _started(python, peer.script, "ask", port, *kinds, env=environment)
        try:
            out, err = await asyncio.wait_for(child.communicate(), ASK_S)
        finally:
            await _ended(child)
    if child.returncode != 0:
        return dict.fromkeys(kinds, f"it failed: {err.decode()[-300:]}")
    return json.loads(out.decode().strip().splitlines()[-1])


async def _we_ask(peer, python, kinds, environment):
    """Our validator, their miner."""
    port = _free_port()
    child = await _started(python, peer.script, "serve", port, env=environment)
    try:
        await asyncio.wait_for(_ready(child, port), START_S)
        target = Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=port)
        told = [await ask_sample(ALICE, target, SAMPLES[kind], format=peer.format) for kind in kinds]
        return {one.sample.kind: one.problem for one in told}
    finally:
        await _ended(child)


async def _started(python, script, *arguments, env):
    pipes = dict.fromkeys(("stdin", "stdout", "stderr"), asyncio.subprocess.PIPE)
    return await asyncio.create_subprocess_exec(python, HERE / script, *map(str, arguments), **pipes, env=env)


async def _ready(child, port):
    """Return when the peer said so and its port is open."""
    while (line := await child.stdout.readline()).strip() != b"ready":
        if not line:
            raise RuntimeError((await child.stderr.read()).decode()[-2000:])
    while True:
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        await asyncio.sleep(0.05)


async def _ended(child):
    if child.returncode is None:
        child.kill()
        await child.communicate()


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def table(found):
    """The results of some versions as a table in Markdown."""
    head = ["bittensor", "format", "direction", *SAMPLES]
    lines = [head, ["---"] * len(head)]
    for version, results in found.items():
        for direction in (TO_US, TO_THEM):
            cells = ["-" if (it := results.get((direction, kind))) is None else "FAIL" if it else "ok" for kind in ALL]
            lines.append([version, PEERS[version].format, direction, *cells])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def page(found):
    """The page of the reference that shows them."""
    kinds = "\n".join(f"- **{sample.kind}**: {sample.about}" for sample in SAMPLES.values())
    return f"""# Which SDKs talk to taokit

Written by `make interop`, which builds an environment for each version, runs the SDK's own axon and dendrite in it
and has them speak with taokit's over sockets, every request signed and verified on both sides.

{table(found)}

`asks taokit`: the SDK's validator and our miner. `is asked by taokit`: our validator and the SDK's miner.

{kinds}

Version 11 has no messages, axons or dendrites any more: its peer signs and verifies with `bittensor.http_auth`, and
reads and writes the bodies by hand. It knows no tensors, so theirs are numpy's only (`-`).
Versions 7 to 10 need torch for tensors, also for those of numpy; `torch` runs them with `USE_TORCH=1`.
"""


if __name__ == "__main__":
    main(Trials(tuple(PEERS), results, table, page))
