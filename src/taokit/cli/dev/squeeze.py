"""The subnet that `taokit dev` shows: lossless compression of real text. Written as a user would write it."""

from __future__ import annotations

import bz2
import lzma
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel

import taokit
from taokit.cli.dev.corpus import chunk, size_of_epoch
from taokit.scoring import Rank

DEADLINE = 4.0
"""Seconds a miner has."""


class Squeeze(taokit.Synapse):
    """Pack these bytes."""

    required_hash_fields = ("data",)

    data: bytes
    codec: str | None = None  # what unpacks the answer: lzma, bz2 or zlib
    packed: bytes | None = None


class LzmaMiner(taokit.Miner):
    """Packs with lzma: best on large chunks together with bz2, poor on small ones."""

    async def forward(self, synapse: Squeeze) -> Squeeze:
        """The packed bytes."""
        synapse.codec, synapse.packed = "lzma", lzma.compress(synapse.data)
        return synapse


class Bz2Miner(taokit.Miner):
    """Packs with bz2."""

    async def forward(self, synapse: Squeeze) -> Squeeze:
        """The packed bytes."""
        synapse.codec, synapse.packed = "bz2", bz2.compress(synapse.data)
        return synapse


class ZlibMiner(taokit.Miner):
    """Packs with zlib: best on small chunks."""

    async def forward(self, synapse: Squeeze) -> Squeeze:
        """The packed bytes."""
        synapse.codec, synapse.packed = "zlib", zlib.compress(synapse.data, 9)
        return synapse


class CheatMiner(taokit.Miner):
    """Claims wonders: sends the packed bytes of another, much shorter text."""

    async def forward(self, synapse: Squeeze) -> Squeeze:
        """A small answer to another question."""
        synapse.codec, synapse.packed = "zlib", zlib.compress(synapse.data[: len(synapse.data) // 8])
        return synapse


class SqueezeValidator(taokit.Validator):
    """Asks every miner to pack the same chunk, unpacks what comes back and counts the bytes saved."""

    class Settings(BaseModel):
        """What all validators of this subnet agree on."""

        seed: int = 0  # draws the chunk size of each epoch

    settings: Settings
    rounds_per_epoch = 4
    deadline = DEADLINE
    rule = Rank(shares=(0.6, 0.3, 0.1))

    async def query(self, round: taokit.Round) -> Squeeze:
        """One chunk for everybody, which no miner can know before."""
        return Squeeze(data=chunk(round.random, size_of_epoch(self.settings.seed, round.epoch)))

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Any]]) -> Mapping[int, float]:
        """The share of bytes saved, times how prompt the answer was; 0 for a wrong one."""
        return {r.uid: saved(r.synapse) * promptness(r.timings.total) for r in replies if r.synapse is not None}


class CopyingValidator(taokit.Validator):
    """Never asks anybody: its scores are the weights it can see on chain, weighted by stake."""

    async def run_round(self, round: taokit.Round) -> Mapping[int, float]:
        """What the others revealed last."""
        graph = round.metagraph
        rows = {uid: graph.row(graph.weights, uid) for uid in graph.weights if graph.hotkeys[uid] != self.signer.ss58}
        seen = {uid: row / row.sum() * float(graph.stake[uid]) for uid, row in rows.items() if row.any()}
        return {uid: float(sum(row[uid] for row in seen.values())) for uid in graph.uids} if seen else {}


def saved(synapse: Squeeze) -> float:
    """The share of the bytes that the answer saves, 0 to 1; 0 when it does not unpack to what was asked."""
    if synapse.packed is None or unpacked(synapse.codec, synapse.packed, limit=len(synapse.data)) != synapse.data:
        return 0.0
    return max(0.0, 1.0 - len(synapse.packed) / len(synapse.data))


def unpacked(codec: str | None, packed: bytes, *, limit: int) -> bytes | None:
    """What the bytes unpack to, cut one byte past `limit`, so that a bomb costs no memory; None for garbage."""
    try:
        match codec:
            case "lzma":
                return lzma.LZMADecompressor(memlimit=128 << 20).decompress(packed, limit + 1)
            case "bz2":
                return bz2.BZ2Decompressor().decompress(packed, limit + 1)
            case "zlib":
                return zlib.decompressobj().decompress(packed, limit + 1)
            case _:
                return None
    except (lzma.LZMAError, zlib.error, OSError, ValueError, EOFError):
        return None


def promptness(seconds: float) -> float:
    """1 up to half the deadline, then falling to 0 at the deadline."""
    return min(1.0, max(0.0, 2.0 * (1.0 - seconds / DEADLINE)))


__all__ = [
    "Bz2Miner",
    "CheatMiner",
    "CopyingValidator",
    "LzmaMiner",
    "Squeeze",
    "SqueezeValidator",
    "ZlibMiner",
    "promptness",
    "saved",
    "unpacked",
]
