"""Weights, bonds and hash commits, as they are stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from taokit.chain import subnet
from taokit.chain.decoded import Told, ask, ask_map
from taokit.chain.reads.basics import SUBNETS, storage_index
from taokit.chain.requests import Read, Storage
from taokit.metagraph import Rows


@dataclass(frozen=True, slots=True)
class WeightCommit:
    """Weights committed by their hash, not revealed yet."""

    hash: bytes  # 32 bytes
    epoch: int  # the epoch it was made in
    block: int


def weight_commits(netuid: int, hotkey: str, mechanism: int = 0) -> Read[tuple[WeightCommit, ...]]:
    """The hash commits of a hotkey that are stored, oldest first; expired ones among them until the next commit."""
    told = yield from ask(Storage(SUBNETS, "WeightCommits", (storage_index(netuid, mechanism), hotkey)))
    return () if told.absent else tuple(map(_commit, told))


def weights(netuid: int, uid: int, mechanism: int = 0) -> Read[np.ndarray[Any, Any]]:
    """One neuron's weights as stored: `[entries, 2]` pairs of (uid, value), uint16."""
    told = yield from ask(Storage(SUBNETS, "Weights", (storage_index(netuid, mechanism), uid)))
    return subnet.row(told)


def weight_rows(netuid: int, mechanism: int = 0) -> Read[Rows]:
    """The stored weights of every neuron that has any, by uid."""
    return subnet.rows((yield from ask_map(SUBNETS, "Weights", storage_index(netuid, mechanism), pairs=True)))


def bond_rows(netuid: int, mechanism: int = 0) -> Read[Rows]:
    """The stored bonds of every neuron that has any, by uid."""
    return subnet.rows((yield from ask_map(SUBNETS, "Bonds", storage_index(netuid, mechanism), pairs=True)))


def _commit(told: Told) -> WeightCommit:
    digest, epoch, block, _ = told.parts(4)
    return WeightCommit(digest.octets(), epoch.integer(), block.integer())


__all__ = ["WeightCommit", "bond_rows", "weight_commits", "weight_rows", "weights"]
