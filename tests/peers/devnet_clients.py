"""Clients that know nothing of us against `taokit devnet` over a socket, each in an environment of its own.

python tests/peers/devnet_clients.py [CLIENT...] [--write PAGE]     prints the table; exits 1 when anything failed
"""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from environments import node_home, python_of
from trials import Trials, main

HERE = Path(__file__).parent
START_S, CLIENT_S = 60.0, 240.0

STEPS = {
    "connect": "the chain's name, version and time",
    "balance": "of one account and of several; the existential deposit",
    "transfer": "sent, final, arrived, and the fee as it was quoted",
    "refusals": "by the pool and by the call, each by its name",
    "create subnet": "registered, started, listed, owned",
    "register": "three hotkeys, and one of them twice",
    "sealed": "through MevShield: opened in the block that carries it, found there, and it succeeds or fails by itself",
    "stake": "added and taken back; the position is listed",
    "stake with a limit": "added at a limit price, and moved",
    "serve axon": "and read back from the chain",
    "hyperparameters": "the owner switches commit-reveal off; all of them read",
    "set weights": "plain ones",
    "epoch": "at the block that was foretold; incentive, dividends, bonds",
    "metagraph, lite and full": "with weights and bonds",
    "neurons": "lite and full, one and all",
    "subnets": "one and all, with price and burn",
    "reads": "every other typed read",
    "tempo": "the owner changes it and triggers an epoch",
    "commitments": "set and read",
    "hash commit-reveal": "committed, refused too early, revealed",
    "timelocked": "committed by the SDK in the devnet's process, with `drand_patch`, and revealed by the chain",
    "timelocked commitment": "a text, in the same way",
    "children": "set; take; identity",
    "map pages": "a storage map over several pages, and several entries at once",
    "events decoded": "of an extrinsic, and its block",
    "runtime call": "by name, from metadata V15",
    "batch and sudo": "calls within calls",
    "heads": "told of every block; waiting for one",
    "storage told of": "a subscription to one entry",
    "revert": "snapshot, mine, revert, mine: other hashes, the old balances, and the client goes on",
    "the same bytes again": "lead to the same state",
}


@dataclass(frozen=True)
class Client:
    """One column of the table: an environment, and the scripts that take its steps."""

    environment: str  # of `environments.PACKAGES`; "" for node
    scripts: tuple[str, ...]
    inside: str = ""  # another environment, which holds taokit too
    inside_script: str = ""  # starts a devnet of its own


CLIENTS = {
    "bittensor-11.3.0": Client(
        "bittensor-11.3.0", ("devnet_bittensor_11.py",), "taokit-bittensor-11.3.0", "devnet_patched_11.py"
    ),
    "btcli-11.3.0": Client("bittensor-11.3.0", ("devnet_btcli.py",)),
    "bittensor-10.5.0": Client(
        "bittensor-10.5.0", ("devnet_bittensor_10.py",), "taokit-bittensor-10.5.0", "devnet_patched_10.py"
    ),
    "substrate-interface-1.8.1": Client("substrate-interface-1.8.1", ("devnet_substrate_interface.py",)),
    "async-substrate-interface-2.2.1": Client(
        "async-substrate-interface-2.2.1", ("devnet_async_substrate_interface.py",)
    ),
    "polkadot.js-16.5.6": Client("", ("devnet_polkadot.mjs",)),
}


async def results(name):
    """What went wrong in each step, "" where nothing did."""
    client, found = CLIENTS[name], {}
    with tempfile.TemporaryDirectory() as home:  # SDKs keep wallets, settings and metadata there
        environment = _environment(home)
        async with _devnet(Path(home) / "wallets") as url:
            for script in client.scripts:
                found |= await _told(*await _command(client, script), url, env=environment)
        if client.inside:
            python = await asyncio.to_thread(python_of, client.inside)
            found |= await _told(python, HERE / client.inside_script, env=environment)
    return found


def _environment(home):
    """Ours, without what would steer an SDK elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("BT_", "BTCLI_"))}
    return {**kept, "HOME": home, "NO_COLOR": "1", "BT_NO_PARSE_CLI_ARGS": "1", "COLUMNS": "200"}


async def _command(client, script):
    if client.environment:
        return await asyncio.to_thread(python_of, client.environment), HERE / script
    return "node", HERE / script, await asyncio.to_thread(node_home)


@contextlib.asynccontextmanager
async def _devnet(wallets):
    """The address of a chain that the command serves."""
    command = [sys.executable, "-m", "taokit", "devnet", "--port", "0", "--json", "--wallets", wallets]
    pipes = {"stdout": asyncio.subprocess.PIPE, "stderr": sys.stderr}
    child = await asyncio.create_subprocess_exec(*map(str, command), **pipes)
    try:
        line = await asyncio.wait_for(child.stdout.readline(), START_S)
        if not line:
            raise RuntimeError("taokit devnet did not start")
        yield json.loads(line)["url"]
    finally:
        if child.returncode is None:
            child.terminate()
        await child.wait()


async def _told(*command, env):
    """The steps that a script prints, one a line, as it takes them."""
    pipes = dict.fromkeys(("stdout", "stderr"), asyncio.subprocess.PIPE)
    child = await asyncio.create_subprocess_exec(*map(str, command), **pipes, env=env)
    try:
        out, err = await asyncio.wait_for(child.communicate(), CLIENT_S)
        problem = "" if child.returncode == 0 else err.decode()[-600:]
    except TimeoutError:
        out, problem = b"", f"no end within {CLIENT_S:g} s"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    lines = [json.loads(line) for line in out.decode().splitlines() if line.startswith('{"step"')]
    found = {line["step"]: line["problem"] for line in lines}
    return found | {"connect": problem} if problem or not found else found


def table(found):
    """What each client made of each step, as a table in Markdown."""
    lines = [["step", *found], ["---"] * (len(found) + 1)]
    lines += ([step, *(_cell(results.get(step)) for results in found.values())] for step in STEPS)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(problem):
    if problem is None:
        return "-"
    return "FAIL" if problem else "ok"


def page(found):
    """The page of the reference that shows them."""
    steps = "\n".join(f"- **{name}**: {about}" for name, about in STEPS.items())
    return f"""# Which clients work with devnet

Written by `make clients`, which builds an environment for each client from the package registries, starts
`taokit devnet`, and has the client, unmodified, take these steps over the socket. `-`: the client has no such thing,
or another column covers it.

{table(found)}

{steps}

Fees that are quoted and fees that are paid differ by at most 2 rao, where a client quotes an extrinsic without an era.
bittensor 11.3 registers hotkeys through MevShield alone, and btcli stakes through it too unless it is told not to. A
submission that is sealed takes two nonces and 11.3 counts one: what the same client submits next is refused once as
stale, on every chain, so take a new client after it. bittensor 10.5.0 seals where it is asked to, and looks for what it
sealed only after the next block: give it a chain that makes blocks by the clock (`--block-time`).
bittensor 11.3 reveals hash commits and does not make them: the commit is a call of its own. After a revert, bittensor
11.3 and 10.5.0 and async-substrate-interface connect again and read on, but would submit with the nonce that they
counted to: take a new client, as the fixtures of `taokit.testing` do.
substrate-interface reads metadata V14, which has no runtime APIs: it is told that a `Balance` has 64 bits.
"""


if __name__ == "__main__":
    main(Trials(tuple(CLIENTS), results, table, page))
