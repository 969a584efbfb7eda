"""A chain with one subnet of 256 uids and 64 validators: blocks a second, epochs, snapshots, and the first read.

`python bench/devnet.py [--json FILE]`. Ten epochs run in 3,600 blocks; a bare epoch, from stored rows to stored rows
without a chain around it, stands beside them.
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
from taokit.devnet.runtime.rows import array, pairs
from taokit.devnet.runtime.subtensor import epoch, storage

UIDS, VALIDATORS, ENTRIES = 256, 64, 230
BLOCKS, TEMPO = 3600, 360
REPEATS = 5
AIM = 5000
"""Blocks a second, epochs included."""

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


def seconds(work: Callable[[], object], repeats: int = REPEATS) -> float:
    best = float("inf")
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - start)
    return best


def blocks() -> dict[str, float]:
    """Seconds of 3,600 blocks, of their epochs alone, and of as many bare ones."""
    devnet = subnet()
    with devnet.anchor():
        total = seconds(lambda: devnet.mine(BLOCKS), 1)
    assert (devnet.state[storage.INCENTIVE, 1] > 0).sum() > UIDS // 2, "the epochs had nothing to do"
    with devnet.anchor():
        devnet.mine(TEMPO - 1)
        around, bare = epochs(devnet)
    count = BLOCKS // TEMPO
    return {
        "blocks per second": BLOCKS / total,
        "the same without epochs": BLOCKS / (total - count * around),
        "epoch, storage to storage (ms)": around * 1e3,
        "bare epoch (ms)": bare * 1e3,
        "all epochs, part of the time": count * around / total,
    }


def epochs(devnet: Devnet) -> tuple[float, float]:
    """Seconds of one epoch with its payouts on the chain's state, and of the same epoch alone."""
    state = devnet.state
    shared = epoch._shared(state, 1)
    pots = Pots(*(state[item, 1] for item in epoch.POTS[:3]))
    stored = epoch._stored(state, 1, 0, pots.emission, shared)
    mark = state.mark()

    def around() -> None:
        epoch.run_one(state, 1, pots, owner_cut=0)

    best = float("inf")
    for _ in range(REPEATS):
        best = min(best, seconds(around, 1))
        state.rewind(mark)
    return best, seconds(lambda: run_epoch(stored))


def snapshots() -> dict[str, float]:
    """Milliseconds to remember everything, and to go back over a tempo."""
    devnet = subnet()
    snapshot = seconds(devnet.snapshot)
    saved, best = devnet.snapshot(), float("inf")
    for _ in range(REPEATS):
        devnet.mine(TEMPO)
        best = min(best, seconds(lambda: devnet.revert(saved), 1))
    return {"snapshot (ms)": snapshot * 1e3, "revert over 360 blocks (ms)": best * 1e3}


def first_read() -> dict[str, float]:
    """Seconds from the start of an interpreter to a metagraph read from a new chain, and of the bare interpreter."""

    def run(code: str) -> float:
        return seconds(lambda: subprocess.run([sys.executable, "-c", code], check=True, capture_output=True), 3)

    return {"start to the first read (s)": run(FIRST_READ), "bare interpreter with numpy (s)": run("import numpy")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    figures = blocks() | snapshots() | first_read()
    figures["blocks per second / aim"] = figures["blocks per second"] / AIM
    figures["epoch on the chain / bare"] = figures["epoch, storage to storage (ms)"] / figures["bare epoch (ms)"]
    print(f"one subnet of {UIDS} uids and {VALIDATORS} validators, {ENTRIES} weights each; {BLOCKS} blocks")
    for name, value in figures.items():
        print(f"{name:36}{value:12,.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
