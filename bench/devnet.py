"""A chain with one subnet of 256 uids and 64 validators, and with 64 of them: blocks, epochs, snapshots, first read.

`python bench/devnet.py [--json FILE]`. Ten epochs of each subnet run in 3,600 blocks. A bare epoch, from stored rows to
stored rows without a chain around it, stands beside those of the chain. Times are of the processor, so that other
programs on the machine count little.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from taokit.consensus import run_epoch
from taokit.consensus.emission import Pots
from taokit.devnet import Devnet
from taokit.devnet.runtime import balances
from taokit.devnet.runtime.rows import array, pairs
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import epoch, storage, subnets

UIDS, VALIDATORS, ENTRIES = 256, 64, 230
SUBNETS = 64
BLOCKS, TEMPO = 3600, 360
REPEATS = 10
AIMS = {
    "blocks a second": 5000,
    f"blocks a second, {SUBNETS} subnets": 200,
    "epoch and payouts (ms)": 12,
    "snapshot (ms)": 1,
    "revert over 360 blocks (ms)": 1,
}
"""At least so many blocks, at most so many milliseconds."""

FIRST_READ = "from taokit.devnet import Devnet; from taokit.chain import reads; "
FIRST_READ += "print(Devnet.subnet(miners=4, validators=3).chain().read(reads.metagraph(1)).n)"


def subnet() -> Devnet:
    """A running subnet in which every validator has reported on most uids, two epochs ago."""
    devnet = Devnet.subnet(miners=UIDS - VALIDATORS - 1, validators=VALIDATORS, seed=1, auto=False, Tempo=TEMPO)
    random = np.random.default_rng(1)
    for uid in range(UIDS - VALIDATORS, UIDS):
        uids = np.sort(random.choice(UIDS, ENTRIES, replace=False))
        row = np.stack([uids, random.integers(0, 65536, ENTRIES)], axis=1)
        devnet.state[storage.WEIGHTS, 1, uid] = pairs(row)
    devnet.state[storage.LAST_UPDATE, 1] = array([devnet.head.number + 1] * UIDS, "u64")
    devnet.set_hyperparameter(1, "ActivityCutoffFactorMilli", 50_000)
    devnet.next_epoch()
    devnet.next_epoch()
    return devnet


def subnets_of(count: int) -> Devnet:
    """So many copies of that subnet, with the same neurons in all."""
    devnet = subnet()
    stored = list(devnet.state.stored())
    for netuid in range(2, count + 1):
        for item, keys, value in stored:
            at = next((place for place, key in enumerate(item.keys) if key.type == "u16"), None)
            if at is not None and keys[at] == 1:
                devnet.state[item, *keys[:at], netuid, *keys[at + 1 :]] = value
        balances.mint(devnet.state, subnets.account_of(netuid), balances.free(devnet.state, subnets.account_of(1)))
    devnet.mine()
    return devnet


def seconds(work: Callable[[], object], *, repeats: int = REPEATS, after: Callable[[], object] = lambda: None) -> float:
    """Processor time of the best of some runs; `after` each, something that does not count."""
    best = float("inf")
    for _ in range(repeats):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
        after()
    return best


def blocks(devnet: Devnet, netuids: int) -> float:
    """Blocks a second over ten epochs of every subnet."""
    before = [devnet.state[storage.SUBNET_EPOCH_INDEX, netuid] for netuid in range(1, netuids + 1)]
    with devnet.anchor():
        total = seconds(lambda: devnet.mine(BLOCKS), repeats=1)
        for netuid, index in enumerate(before, 1):
            assert devnet.state[storage.SUBNET_EPOCH_INDEX, netuid] - index >= BLOCKS // TEMPO - 1, "too few epochs"
            assert (devnet.state[storage.INCENTIVE, netuid] > 0).sum() > UIDS // 2, "the epochs had nothing to do"
    return BLOCKS / total


def epochs(devnet: Devnet) -> dict[str, float]:
    """Milliseconds of an epoch from the chain's storage and back, with and without payouts, and of the bare one."""
    with devnet.anchor():
        devnet.mine(TEMPO - 1)
        state = devnet.state
        pots = Pots(*(state[item, 1] for item in epoch.POTS[:3]))
        (stored,) = epoch._inputs(state, 1, pots)
        return {
            "bare epoch (ms)": 1e3 * seconds(lambda: run_epoch(stored)),
            "epoch, storage to storage (ms)": 1e3 * _undone(state, lambda: epoch.agree(state, 1, pots)),
            "epoch and payouts (ms)": 1e3 * _undone(state, lambda: epoch.run_one(state, 1, pots, owner_cut=0)),
        }


def _undone(state: State, work: Callable[[], object]) -> float:
    mark = state.mark()
    return seconds(work, after=lambda: state.rewind(mark))


def snapshots(devnet: Devnet) -> dict[str, float]:
    """Milliseconds to remember everything, and to go back over a tempo."""
    snapshot = seconds(devnet.snapshot)
    saved, best = devnet.snapshot(), float("inf")
    for _ in range(REPEATS):
        devnet.mine(TEMPO)
        best = min(best, seconds(lambda: devnet.revert(saved), repeats=1))
    return {"snapshot (ms)": snapshot * 1e3, "revert over 360 blocks (ms)": best * 1e3}


def first_read() -> dict[str, float]:
    """Seconds from the start of an interpreter to a metagraph read from a new chain, and of the bare interpreter."""

    def run(code: str) -> float:
        best = float("inf")
        for _ in range(3):
            start = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
            best = min(best, time.perf_counter() - start)
        return best

    return {"start to the first read (s, wall)": run(FIRST_READ), "an interpreter with numpy (s)": run("import numpy")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    devnet = subnet()
    figures = {"blocks a second": blocks(devnet, 1), **epochs(devnet), **snapshots(devnet), **first_read()}
    figures[f"blocks a second, {SUBNETS} subnets"] = blocks(subnets_of(SUBNETS), SUBNETS)
    ratios = {f"{name} / aim": figures[name] / aim for name, aim in AIMS.items()}
    ratios["epoch, storage to storage / bare (aim 1.6)"] = (
        figures["epoch, storage to storage (ms)"] / figures["bare epoch (ms)"]
    )
    print(f"subnets of {UIDS} uids and {VALIDATORS} validators, {ENTRIES} weights each; {BLOCKS} blocks")
    for name, value in {**figures, **ratios}.items():
        print(f"{name:46}{value:12,.2f}")
    if options.json:
        options.json.write_text(json.dumps({**figures, **ratios}, indent=2) + "\n")


if __name__ == "__main__":
    main()
