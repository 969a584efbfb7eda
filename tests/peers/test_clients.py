"""Other people's clients against a served devnet, each in an environment of its own."""

import asyncio
import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from environments import python_of

from taokit.devnet import Devnet
from taokit.devnet.rpc import Server

pytestmark = pytest.mark.peers

HERE = Path(__file__).parent
CLIENTS = {
    "substrate-interface-1.8.1": "substrate_interface_talks.py",
    "async-substrate-interface-2.2.1": "async_substrate_interface_talks.py",
    "bittensor-11.3.0": "bittensor_talks.py",
}


@pytest.fixture(params=CLIENTS)
async def told(request):
    """What a client made of a chain with a subnet of twelve: it sends 7 rao from //Alice to //Bob, twice over."""
    python = await asyncio.to_thread(python_of, request.param)
    async with Server(Devnet.subnet(), port=0) as server:
        for _ in range(2):
            child = await asyncio.create_subprocess_exec(
                python,
                HERE / CLIENTS[request.param],
                f"ws://127.0.0.1:{server.port}",
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            out, err = await asyncio.wait_for(child.communicate(), 120)
            assert child.returncode == 0, err.decode()
    return json.loads(out)


async def test_it_reads_submits_and_waits(told):
    assert (told["success"], told["moved"]) == (True, 7)
    assert 10**15 - 10**6 < told["account"] < 10**15 - 7  # the rest went for the first run's fee
    assert told.get("chain", "taokit devnet") == "taokit devnet"
    assert told.get("uids", 12) == 12
    assert told.get("keys", list(range(12))) == list(range(12))
    events = ["Withdraw", "Transfer", "TransactionFeePaid", "ExtrinsicSuccess"]
    assert told.get("events", events) == events
