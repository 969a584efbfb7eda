"""The bytes of `get_metagraph` with 256 uids to a `Metagraph`, beside bittensor_core's bare decoding of the same bytes.

`python bench/metagraph.py [--json FILE]`. "bytes to Metagraph" is what a read does once a node has answered; "devnet"
adds the answer itself, "read" everything from the call to the value. "with rows" is the same from the bytes of the call
and of two maps: the weights and bonds of 64 validators on all miners.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from taokit.chain import Codec, RuntimeCall, Storage, StorageMap, calls, reads
from taokit.chain.drive import run
from taokit.devnet import Devnet, account, codec_of

UIDS, VALIDATORS = 256, 64
ROUNDS, REPEATS = 40, 7
AIM = 1.5
"""Times the bare decoding."""
ROWS_AIM = 5.0
"""Milliseconds with weights and bonds."""

REQUEST = RuntimeCall("SubnetInfoRuntimeApi", "get_metagraph", (1,))
TRUST = Storage("SubtensorModule", "ValidatorTrust", (1,))


def subnet() -> Devnet:
    """A subnet in which every miner serves at an address of its own."""
    miners = UIDS - VALIDATORS - 1
    devnet = Devnet.subnet(miners=miners, validators=VALIDATORS, auto=False)
    chain = devnet.chain()
    for k in range(miners):
        chain.submit(calls.serve_axon(1, f"203.0.{k // 100}.{k % 100 + 1}", 8091), account(f"miner/{k}"), wait=None)
    devnet.next_epoch()
    return devnet


def milliseconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(REPEATS):
        start = time.perf_counter()
        for _ in range(ROUNDS):
            work()
        best = min(best, time.perf_counter() - start)
    return best / ROUNDS * 1e3


def stored_rows(codec: Codec, item: str) -> tuple[list[bytes], list[bytes]]:
    """The raw keys and values of a map in which every validator has a row with an entry for each miner."""
    prefix = codec.storage_key(StorageMap("SubtensorModule", item, (1,)))
    shares = np.random.default_rng(1).integers(0, 65536, (VALIDATORS, UIDS - VALIDATORS))
    owners = range(UIDS - VALIDATORS, UIDS)
    keys = [prefix + owner.to_bytes(2, "little") for owner in owners]
    rows = [[(uid, int(share)) for uid, share in enumerate(row)] for row in shares]
    return keys, [codec.scale.encode("Vec<(u16, u16)>", row) for row in rows]


def measured() -> dict[str, float]:
    devnet = subnet()
    backend, chain = devnet.backend(), devnet.chain()
    codec = codec_of(backend.runtime())
    raw = backend.call(*codec.api_call(REQUEST))
    (trust,) = backend.storage([codec.storage_key(TRUST)])
    kind = codec.scale.runtime_api_map()[REQUEST.api][REQUEST.method]["output"]

    maps = {item: stored_rows(codec, item) for item in ("Weights", "Bonds")}

    def answer(request: object) -> object:
        if isinstance(request, RuntimeCall):
            return codec.api_answer(request, raw)
        if isinstance(request, StorageMap):
            return codec.map_pairs(request, *maps[request.item])
        return codec.storage_value(request, trust) if isinstance(request, Storage) else bytes(32)

    whole = run(reads.metagraph(1, weights=True, bonds=True), answer)
    assert (whole.n, len(whole.weights), len(whole.bonds)) == (UIDS, VALIDATORS, VALIDATORS)
    return {
        "bytes": float(len(raw)),
        "bare decode (ms)": milliseconds(lambda: codec.scale.decode(kind, raw)),
        "bytes to Metagraph (ms)": milliseconds(lambda: run(reads.metagraph(1), answer)),
        "with rows, bytes to Metagraph (ms)": milliseconds(
            lambda: run(reads.metagraph(1, weights=True, bonds=True), answer)
        ),
        "devnet's answer (ms)": milliseconds(lambda: backend.call(*codec.api_call(REQUEST))),
        "read, answer included (ms)": milliseconds(lambda: chain.read(reads.metagraph(1))),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    figures = measured()
    figures["bytes to Metagraph / bare decode"] = figures["bytes to Metagraph (ms)"] / figures["bare decode (ms)"]
    print(
        f"get_metagraph of {UIDS} uids; at most {AIM} times the bare decoding is wanted, and {ROWS_AIM:g} ms with rows"
    )
    for name, value in figures.items():
        print(f"{name:36}{value:12,.2f}")
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
