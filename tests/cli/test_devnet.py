import asyncio
import json
import signal
import subprocess
import sys

import aiohttp
import pytest

from taokit.cli.devnet.serving import Options, accounts_of, chain_of, is_loopback, to_json
from taokit.devnet import account

NOW_MS = 1_900_000_000_000


def options(**changes):
    plain = {"host": "127.0.0.1", "port": 0, "preset": "subnet", "block_time_s": None, "seed": None, "as_json": True}
    return Options(**{**plain, **changes})


@pytest.mark.parametrize(
    ("preset", "count"),
    [("subnet", 6 + 1 + 8 + 3), ("demo", 6 + 1 + 4 + 3), ("faithful", 6 + 1 + 8 + 3), ("empty", 6)],
)
def test_the_list_names_everybody_who_has_something(preset, count):
    devnet = chain_of(options(preset=preset), now_ms=NOW_MS)
    listed = accounts_of(options(preset=preset), devnet)
    assert len(listed) == count
    assert all(one.free for one in listed)
    assert sorted(one.uid for one in listed if one.uid is not None) == list(range(count - 6))
    assert listed[0].signer.ss58 == account("Alice").ss58
    assert devnet.now_ms == NOW_MS


def test_a_seed_makes_other_neurons_but_the_same_each_time():
    def neurons(seed):
        chosen = options(seed=seed)
        return [one["address"] for one in to_json(chosen, chain_of(chosen, now_ms=NOW_MS), 1)["accounts"][6:]]

    assert neurons(1) == neurons(1)
    assert not set(neurons(1)) & set(neurons(2))


@pytest.mark.parametrize(
    ("host", "yes"),
    [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False), ("example.org", False)],
)
def test_loopback(host, yes):
    assert is_loopback(host) is yes


async def started(*flags):
    command = [sys.executable, "-m", "taokit", "devnet", "--port", "0", *flags]
    return await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
async def test_it_serves_until_interrupted(how):
    child = await started("--json", "--block-time", "0.01")
    told = json.loads(await asyncio.wait_for(child.stdout.readline(), 20))
    async with aiohttp.ClientSession() as session, session.ws_connect(told["url"]) as socket:
        await socket.send_json({"jsonrpc": "2.0", "id": 1, "method": "chain_subscribeNewHeads", "params": []})
        numbers = [await socket.receive_json(timeout=5) for _ in range(4)][1:]
        assert len({one["params"]["result"]["number"] for one in numbers}) == 3
        child.send_signal(how)
        await socket.receive(timeout=5)
    _, err = await asyncio.wait_for(child.communicate(), 20)
    assert (child.returncode, err) == (0, b"")


async def test_what_people_see_and_the_warning_beyond_this_machine():
    child = await started("--host", "0.0.0.0")
    lines = []
    while not lines or b"anything of worth" not in lines[-1]:
        lines.append(await asyncio.wait_for(child.stdout.readline(), 20))
    child.send_signal(signal.SIGINT)
    await asyncio.wait_for(child.communicate(), 20)
    said = b"".join(lines).decode()
    assert account("Alice").ss58 in said
    assert "1,000,000" in said
    assert "warning: bound to 0.0.0.0" in said


async def test_a_preset_that_is_none():
    child = await started("--preset", "nope", "--json")
    _, err = await asyncio.wait_for(child.communicate(), 20)
    assert (child.returncode, json.loads(err)["kind"]) == (2, "ConfigurationError")


@pytest.mark.parametrize("where", ["/dev/full", "no/such/folder/chain.jsonl"])
async def test_a_file_that_could_not_keep_the_chain_is_refused_before_there_is_one(where):
    child = await started("--state", where, "--json")
    out, err = await asyncio.wait_for(child.communicate(), 20)
    assert (child.returncode, json.loads(err)["kind"], out) == (2, "ConfigurationError", b"")
