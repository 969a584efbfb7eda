"""`taokit devnet drand` against a served chain."""

import asyncio
import json

import pytest
from typer.testing import CliRunner

from taokit.cli.devnet.beacon import app
from taokit.devnet import Devnet
from taokit.devnet.rpc import Server

REAL = "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"


@pytest.fixture
def devnet():
    return Devnet.empty()


@pytest.fixture
async def asked(devnet):
    async with Server(devnet, port=0) as server:
        url = f"ws://127.0.0.1:{server.port}"

        async def ask(*words):
            done = await asyncio.to_thread(CliRunner().invoke, app, [*words, "--url", url])
            assert done.exit_code == 0, done.output
            return done.output

        yield ask


async def test_pulses_from_the_command_line(asked, devnet):
    assert "taokit devnet, round" in await asked("status")
    assert "5 rounds late" in await asked("delay", "5")
    assert "without 7" in await asked("skip", "7")
    healed = json.loads(await asked("heal", "--json"))
    assert (healed["late"], healed["skipped"]) == (0, [])
    assert (await asked("follow", "quicknet")).startswith("quicknet")
    await asked("inject", "1000", REAL)
    assert devnet.drand.status.last_stored_round >= 1000
