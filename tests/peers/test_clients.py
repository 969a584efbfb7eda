"""Other people's clients against a served devnet, each in an environment of its own."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

from taokit.devnet import Devnet
from taokit.devnet.rpc import Server

pytestmark = pytest.mark.peers

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
CLIENTS = {
    "substrate-interface-1.8.1": ("substrate_interface_talks.py", ["substrate-interface==1.8.1"]),
    "async-substrate-interface-2.2.1": (
        "async_substrate_interface_talks.py",
        ["async-substrate-interface==2.2.1", "bittensor-wallet>=4.1,<5"],
    ),
    "bittensor-11.3.0": ("bittensor_talks.py", ["bittensor==11.3.0"]),
}


def python_of(name, packages):
    """The interpreter of an environment with these packages, made once and kept."""
    found = ROOT / ".peers" / name / "bin" / "python"
    if not found.exists():
        subprocess.run([sys.executable, "-m", "venv", found.parents[1]], check=True)
        subprocess.run([found, "-m", "pip", "install", "-q", *packages], check=True)
    return found


@pytest.fixture(params=CLIENTS)
async def told(request):
    """What a client made of a chain with a subnet of twelve: it sends 7 rao from //Alice to //Bob, twice over."""
    script, packages = CLIENTS[request.param]
    python = await asyncio.to_thread(python_of, request.param, packages)
    async with Server(Devnet.subnet(), port=0) as server:
        for _ in range(2):
            child = await asyncio.create_subprocess_exec(
                python,
                HERE / script,
                f"ws://127.0.0.1:{server.port}",
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            out, err = await asyncio.wait_for(child.communicate(), 120)
            assert child.returncode == 0, err.decode()
    return json.loads(out)


async def test_it_reads_submits_and_waits(told):
    assert (told["success"], told["moved"]) == (True, 7)
    assert told["account"] == 10**15 - 7
    assert told.get("chain", "taokit devnet") == "taokit devnet"
    assert told.get("uids", 12) == 12
    assert told.get("keys", list(range(12))) == list(range(12))
    assert told.get("events", ["Transfer", "ExtrinsicSuccess"]) == ["Transfer", "ExtrinsicSuccess"]
