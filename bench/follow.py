"""Following 64 subnets of 256 uids for 1,000 blocks over a node's websocket: requests, time and memory of the follower.

`python bench/follow.py [--json FILE] [--blocks N] [--subnets N]`. The node is a devnet in a process of its own. In each
block one neuron of one subnet moves its axon, and subnets run their epochs. Beside the follower's requests stands what
reading every subnet at every block would take, and beside its memory what it had before, once every subnet had been
read again after an epoch.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from contextlib import aclosing
from pathlib import Path

from taokit.backends import NativeBackend, codec_of, within
from taokit.chain import AsyncChain, calls
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server
from taokit.follow import follow

SUBNETS, UIDS, BLOCKS = 64, 256, 1000
STEP, WARM = 100, 400  # memory is looked at every STEP blocks, and counts from WARM: every subnet ran an epoch by then
PAGE = resource.getpagesize()


class Counted:
    """A backend that counts what it is asked, by method."""

    def __init__(self, backend):
        self._backend = backend
        self.asked = Counter()

    def __getattr__(self, name):
        self.asked[name] += 1
        return getattr(self._backend, name)


def devnet_of(subnets: int) -> tuple[Devnet, list]:
    """A chain with so many subnets, and the neurons that are registered on each of them."""
    devnet = Devnet.empty(auto=True)
    chain, rich = devnet.chain(), account("Alice")
    neurons = [account(f"neuron/{k}") for k in range(UIDS - 1)]
    cheap = {"NetworkMinLockCost": 10**9, "NetworkLastLockCost": 10**9, "NetworkRateLimit": 0}
    for netuid in range(1, subnets + 1):
        devnet.set_storage({"SubtensorModule": cheap})
        chain.submit(calls.register_network(account(f"owner/{netuid}").ss58), rich)
        devnet.register_all(netuid, neurons)
        devnet.set_hyperparameter(netuid, "ServingRateLimit", 0)
    devnet.auto = False
    return devnet, neurons


async def node(subnets: int) -> None:
    """Serve, and make a block in which one axon moves for each line that comes in."""
    devnet, neurons = devnet_of(subnets)
    chain = devnet.chain()
    async with Server(devnet, port=0) as server:
        print(server.port, flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            block = devnet.head.number + 1
            moved = calls.serve_axon(block % subnets + 1, "203.0.113.9", 1024 + block % 60_000)
            chain.submit(moved, neurons[block % len(neurons)], wait=None)
            print(devnet.mine().number, flush=True)


def memory() -> int:
    """Bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


async def followed(port: int, child: subprocess.Popen, *, subnets: int, blocks: int) -> dict[str, float]:
    backend = Counted(NativeBackend([f"ws://127.0.0.1:{port}"]))
    fresh, changes, used = 0, 0, {}
    async with (
        AsyncChain(backend, codec_of, within) as chain,
        aclosing(follow(chain, range(1, subnets + 1))) as updates,
    ):
        for _ in range(subnets):
            await anext(updates)
        first, backend.asked = sum(backend.asked.values()), Counter()
        start, own = time.perf_counter(), time.process_time()
        for block in range(1, blocks + 1):
            child.stdin.write("\n")
            child.stdin.flush()
            for _ in range(subnets):
                update = await anext(updates)
                fresh, changes = fresh + update.fresh, changes + len(update.events)
            if block % STEP == 0:
                used[block] = memory()
        wall, own = time.perf_counter() - start, time.process_time() - own
    asked = backend.asked
    return {
        "requests for the first values": first,
        "requests a block": sum(asked.values()) / blocks,
        "of these, get_metagraph": asked["call"] / blocks,
        "requests, each subnet read at each block": 1.0 + 2 * subnets,
        "subnets read anew": fresh,
        "changes told": changes,
        "ms a block, node included": wall / blocks * 1e3,
        "CPU ms a block, follower alone": own / blocks * 1e3,
        f"MB at block {STEP}": used[STEP] / 1e6,
        f"MB at block {min(WARM, blocks)}": used[min(WARM, max(used))] / 1e6,
        f"MB at block {max(used)}": used[max(used)] / 1e6,
    }


def measured(subnets: int, blocks: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--node", "--subnets", str(subnets)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            return asyncio.run(followed(int(child.stdout.readline()), child, subnets=subnets, blocks=blocks))
        finally:
            child.kill()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    parser.add_argument("--blocks", type=int, default=BLOCKS)
    parser.add_argument("--subnets", type=int, default=SUBNETS)
    parser.add_argument("--node", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.node:
        asyncio.run(node(options.subnets))
        return
    figures = measured(options.subnets, options.blocks)
    print(f"{options.subnets} subnets of {UIDS} uids, {options.blocks} blocks, one axon moved in each")
    for name, value in figures.items():
        print(f"{name:44}{value:12,.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
