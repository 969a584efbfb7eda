"""Lets an unmodified Bittensor SDK in this process encrypt to a devnet's beacon instead of quicknet.

The SDKs take a key that is compiled into their native library. What they call is replaced by its own name: in
`bittensor_core`, through which SDK 11 calls it, and in the modules into which SDK 10 imports it.
"""

from __future__ import annotations

import importlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from importlib.util import find_spec
from types import ModuleType
from typing import Final
from unittest.mock import patch

from taokit.chain.timelock import seal
from taokit.devnet.beacon.pulses import clock_of
from taokit.devnet.node import Node
from taokit.devnet.runtime.drand import BEACON_CONFIG
from taokit.devnet.runtime.subtensor import sealing, subnets

Encrypt = Callable[[bytes, int, bytes], bytes]
"""The message, the round and the beacon's public key, sealed. Tests hand in one that remembers."""

_STORAGE_INDEX: Final = 4096

_SDK_10: Final = (
    ("bittensor.core.extrinsics.weights", ("get_encrypted_commit_v2", "get_encrypted_commit")),
    ("bittensor.core.extrinsics.asyncex.weights", ("get_encrypted_commit_v2", "get_encrypted_commit")),
    ("bittensor.core.subtensor", ("get_encrypted_commitment",)),
    ("bittensor.core.async_subtensor", ("get_encrypted_commitment",)),
)


def encrypt_now(message: bytes, round: int, public_key: bytes) -> bytes:
    """The sealed message, worked out here and now: some half a second for the first of a round."""
    sigma, key, nonce = secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(12)
    return seal(message, round=round, public_key=public_key, sigma=sigma, key=key, nonce=nonce)


@contextmanager
def patched(node: Node, encrypt: Encrypt | None = None) -> Iterator[tuple[str, ...]]:
    """Inside, what SDKs encrypt is for this devnet's beacon; yields the names that were replaced.

    Rounds follow from the chain's clock, not from the machine's, which the chain may have left behind. Without an SDK
    only the native library's names are replaced.
    """
    made = _replacements(node, encrypt or encrypt_now)
    targets = list(_targets())  # all of them are imported before the first is patched, or they would bind what is new
    with ExitStack() as stack:
        names = []
        for module, name in targets:
            stack.enter_context(patch.object(module, name, made[name]))
            names.append(f"{module.__name__}.{name}")
        yield tuple(names)


def _targets() -> Iterator[tuple[ModuleType, str]]:
    """Where SDKs look the functions up, as far as they are installed."""
    core = importlib.import_module("bittensor_core")
    yield core, "get_encrypted_commit_v2"
    yield core, "get_encrypted_commitment"
    for path, names in _SDK_10 if find_spec("bittensor") else ():
        try:
            module = importlib.import_module(path)
        except ImportError:  # another release, with other modules
            continue
        for name in names:
            if hasattr(module, name):
                yield module, name


def _replacements(node: Node, encrypt: Encrypt) -> dict[str, Callable[..., tuple[bytes, int]]]:
    return {
        "get_encrypted_commit": partial(_commit, node, encrypt),
        "get_encrypted_commit_v2": partial(_commit_v2, node, encrypt),
        "get_encrypted_commitment": partial(_commitment, node, encrypt),
    }


def _commit_v2(
    node: Node,
    encrypt: Encrypt,
    uids: Sequence[int],
    weights: Sequence[int],
    version_key: int,
    last_epoch_block: int,
    pending_epoch_at: int,
    subnet_epoch_index: int,
    tempo: int,
    blocks_since_last_step: int,
    current_block: int,
    subnet_reveal_period_epochs: int,
    block_time: float,
    hotkey: bytes,
) -> tuple[bytes, int]:
    """`get_encrypted_commit_v2` of bittensor-core 0.1.5 and bittensor-drand 2, argument for argument."""
    clock = sealing.Schedule(tempo, last_epoch_block, pending_epoch_at, subnet_epoch_index, blocks_since_last_step)
    blocks = sealing.blocks_until_reveal(clock, current_block, reveal_period=subnet_reveal_period_epochs)
    payload = sealing.payload(hotkey, uids=uids, values=weights, version_key=version_key)
    return _locked(node, encrypt, payload, blocks=blocks, slot_s=block_time)


def _commit(
    node: Node,
    encrypt: Encrypt,
    uids: Sequence[int],
    weights: Sequence[int],
    version_key: int,
    tempo: int,
    current_block: int,
    netuid: int,
    subnet_reveal_period_epochs: int,
    block_time: float,
    hotkey: bytes,
) -> tuple[bytes, int]:
    """`get_encrypted_commit` of bittensor-drand 1, which knew no schedule: it is the chain's."""
    clock = subnets.clock(node.state, netuid % _STORAGE_INDEX)
    blocks = sealing.blocks_until_reveal(clock, current_block, reveal_period=subnet_reveal_period_epochs)
    payload = sealing.payload(hotkey, uids=uids, values=weights, version_key=version_key)
    return _locked(node, encrypt, payload, blocks=blocks, slot_s=block_time)


def _locked(node: Node, encrypt: Encrypt, payload: bytes, *, blocks: int, slot_s: float) -> tuple[bytes, int]:
    """The payload under the round that is out soon after the block so many from now, and the round."""
    config = node.state[BEACON_CONFIG]
    round = sealing.opening_round(config, node.history.best.now_ms / 1000, blocks=blocks, slot_s=slot_s)
    return encrypt(payload, round, config[0]), round


def _commitment(
    node: Node, encrypt: Encrypt, data: str, blocks_until_reveal: int, block_time: float = 12.0
) -> tuple[bytes, int]:
    """`get_encrypted_commitment`: a text for so many blocks."""
    beacon = clock_of(node.state[BEACON_CONFIG])
    round = beacon.round_at(node.history.best.now_ms / 1000 + blocks_until_reveal * block_time)
    return encrypt(sealing.text_payload(data), round, beacon.public_key), round


__all__ = ["Encrypt", "encrypt_now", "patched"]
