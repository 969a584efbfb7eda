"""Data storage: miners keep data for others, and prove again and again that they still have it.

The validator hands each miner a block of its own, remembers 32 bytes of it, and later asks for random pieces with the
hashes that lead from them to those 32 bytes. Checking costs it six hashes, whatever the size of the block.

    python examples/data_storage.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: two messages on one miner, another question for each miner in a round, what a validator must keep by
hotkey and not by uid, and why the data differs from miner to miner (else one copy would answer for all).
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from pydantic import BaseModel

import taokit
from taokit.cli.main import main

PIECE, PIECES = 256, 64  # bytes of a piece, and pieces of a block: a power of two
ASKED = 4  # pieces that are asked for in a round


class Store(taokit.Synapse):
    """Keep this block."""

    required_hash_fields = ("block",)

    block: bytes
    root: bytes | None = None  # answered: what the miner will prove against


class Prove(taokit.Synapse):
    """Show these pieces of a block."""

    required_hash_fields = ("root", "at")

    root: bytes
    at: list[int]
    pieces: list[bytes] | None = None
    paths: list[list[bytes]] | None = None  # for each piece, the hashes beside its way to the root


class Keeper(taokit.Miner):
    """Keeps every block in a file, and the newest ones when there are too many."""

    class Settings(BaseModel):
        """Where, and how much."""

        folder: Path | None = None  # one that is removed at the end, unless it is named
        most: int = 256  # blocks

    settings: Settings

    async def setup(self) -> None:
        """Make the folder."""
        self.own = tempfile.TemporaryDirectory(prefix="keeper-")
        self.folder = self.settings.folder or Path(self.own.name)
        self.folder.mkdir(parents=True, exist_ok=True)

    async def close(self) -> None:
        """Remove the folder that nobody named."""
        self.own.cleanup()

    @taokit.route
    def store(self, synapse: Store) -> Store:
        """The root of the block, once it is on disk; a plain `def` runs in a thread."""
        synapse.root = tree(cut(synapse.block))[-1][0]
        (self.folder / synapse.root.hex()).write_bytes(self.kept(synapse.block))
        for old in sorted(self.folder.iterdir(), key=lambda file: file.stat().st_mtime_ns)[: -self.settings.most]:
            old.unlink(missing_ok=True)
        return synapse

    @taokit.route
    def prove(self, synapse: Prove) -> Prove:
        """The pieces and their paths; without an answer when the block is not here."""
        file = self.folder / synapse.root.hex()
        if file.is_file() and all(0 <= at < PIECES for at in synapse.at):
            pieces = cut(file.read_bytes())
            levels = tree(pieces)
            synapse.pieces = [pieces[at] for at in synapse.at]
            synapse.paths = [path(levels, at) for at in synapse.at]
        return synapse

    def kept(self, block: bytes) -> bytes:
        """What goes to disk."""
        return block


class Forgetter(Keeper):
    """Sells the same disk twice: three quarters of every block are gone."""

    def kept(self, block: bytes) -> bytes:
        """The first quarter, the rest zeros, which cost no disk."""
        return block[: len(block) // 4].ljust(len(block), b"\0")


class StorageValidator(taokit.Validator):
    """Gives every miner a block, and asks for pieces of it in every round."""

    rounds_per_epoch = 4

    async def setup(self) -> None:
        """Nobody holds anything yet. A restart hands out new blocks."""
        self.roots: dict[str, bytes] = {}  # by hotkey: another miner may get the uid, and has nothing to prove

    async def run_round(self, round: taokit.Round) -> Mapping[int, float]:
        """The share of the pieces that each miner could prove, 0 to 1, but of those that took a block just now."""
        keys = round.metagraph.hotkeys
        self.roots = {key: root for key, root in self.roots.items() if key in keys}
        # All at once: a second question would have to wait for who is late with the first.
        replies = await round.ask({uid: self.asked(keys[uid], round.random) for uid in round.uids})
        stored = {reply.hotkey: reply.synapse for reply in replies if isinstance(reply.synapse, Store)}
        self.roots |= {key: tree(cut(store.block))[-1][0] for key, store in stored.items()}  # not what the miner says
        return {r.uid: share_proven(r.synapse) if r.synapse else 0.0 for r in replies if r.hotkey not in stored}

    def asked(self, key: str, draw: random.Random) -> Store | Prove:
        """For who has no block one of its own, else the pieces to show."""
        if key not in self.roots:
            return Store(block=draw.randbytes(PIECE * PIECES))
        return Prove(root=self.roots[key], at=draw.sample(range(PIECES), ASKED))


def share_proven(answer: Prove) -> float:
    """The share of the pieces asked for that lead to the root, 0 to 1."""
    shown = zip(answer.at, answer.pieces or [], answer.paths or [], strict=False)
    return sum(climb(at, piece, way) == answer.root for at, piece, way in shown) / len(answer.at)


def cut(block: bytes) -> list[bytes]:
    """The pieces of a block; one of another size is filled up, or cut off."""
    block = block[: PIECE * PIECES].ljust(PIECE * PIECES, b"\0")
    return [block[at : at + PIECE] for at in range(0, len(block), PIECE)]


def tree(pieces: Sequence[bytes]) -> list[list[bytes]]:
    """The levels of a Merkle tree: the hashes of the pieces first, the root last."""
    levels = [[leaf(piece) for piece in pieces]]
    while len(levels[-1]) > 1:
        below = levels[-1]
        levels.append([node(left, right) for left, right in zip(below[::2], below[1::2], strict=True)])
    return levels


def path(levels: Sequence[Sequence[bytes]], at: int) -> list[bytes]:
    """The hash beside the way up, on each level below the root."""
    return [level[(at >> height) ^ 1] for height, level in enumerate(levels[:-1])]


def climb(at: int, piece: bytes, way: Sequence[bytes]) -> bytes:
    """The root that a piece and its path lead to; nothing for a path of another length."""
    if len(piece) != PIECE or len(way) != PIECES.bit_length() - 1:
        return b""
    found = leaf(piece)
    for height, beside in enumerate(way):
        found = node(beside, found) if at >> height & 1 else node(found, beside)
    return found


def leaf(piece: bytes) -> bytes:
    """The hash of a piece. It differs from a node's, so that no two hashes can pass for a piece (RFC 6962, 2.1)."""
    return blake2b(b"\0" + piece, digest_size=32).digest()


def node(left: bytes, right: bytes) -> bytes:
    """The hash above two others."""
    return blake2b(b"\1" + left + right, digest_size=32).digest()


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
