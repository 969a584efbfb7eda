"""What neurons commit to: a short text, open or sealed until a round of the beacon."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from taokit.chain import Read, calls, reads
from taokit.compat.chain.link import Link
from taokit.compat.extrinsics import ExtrinsicResponse

Revealed = tuple[tuple[int, str], ...]
"""Block and text of each, oldest first."""


class Commitments(Link):
    """`bt.Subtensor` and commitments."""

    def get_commitment(self, netuid: int, uid: int, block: int | None = None) -> str:
        """What a neuron committed to, as text; empty without a commitment or a neuron."""
        graph = self.snapshot(netuid, block=block)
        if not 0 <= uid < graph.n:
            return ""
        return _text(self.read(reads.commitment(netuid, graph.hotkeys[uid]), block))

    def get_all_commitments(self, netuid: int, block: int | None = None) -> dict[str, str]:
        """What every hotkey committed to, as text, by hotkey."""
        return {hotkey: _text(told) for hotkey, told in self.read(reads.commitments(netuid), block).items()}

    def get_revealed_commitment_by_hotkey(
        self, netuid: int, hotkey_ss58: str, block: int | None = None
    ) -> Revealed | None:
        """What the sealed commitments of a hotkey held once they were opened, or None."""
        return _opened(self.read(reads.revealed_commitments(netuid, hotkey_ss58), block)) or None

    def get_revealed_commitment(self, netuid: int, uid: int, block: int | None = None) -> Revealed | None:
        """The same of a neuron, or None."""
        graph = self.snapshot(netuid, block=block)
        if not 0 <= uid < graph.n:
            return None
        return self.get_revealed_commitment_by_hotkey(netuid, graph.hotkeys[uid], block)

    def get_all_revealed_commitments(self, netuid: int, block: int | None = None) -> dict[str, Revealed]:
        """The same of every hotkey that has any."""
        return {hotkey: _opened(told) for hotkey, told in self.read(_revealed(netuid), block).items()}

    def set_commitment(self, wallet: Any, netuid: int, data: str, **options: Any) -> ExtrinsicResponse:
        """Commit to a text of up to 512 bytes, in the place of the one before."""
        return self._sent("set_commitment", calls.set_commitment(netuid, [data.encode()]), wallet, options)

    commit = set_commitment


def _revealed(netuid: int) -> Read[dict[str, tuple[reads.RevealedCommitment, ...]]]:
    found: dict[str, tuple[reads.RevealedCommitment, ...]] = {}
    for hotkey, _ in (yield from reads.named("Commitments.RevealedCommitments", netuid)):
        found[hotkey] = yield from reads.revealed_commitments(netuid, hotkey)
    return found


def _opened(told: Iterable[reads.RevealedCommitment]) -> Revealed:
    return tuple((one.block, one.content.decode(errors="replace")) for one in told)


def _text(commitment: reads.Commitment | None) -> str:
    """The first field of a commitment that is bytes, as text; what is no text shows as replacement characters."""
    fields = () if commitment is None else commitment.fields
    return next((one.decode(errors="replace") for one in fields if isinstance(one, bytes)), "")


__all__ = ["Commitments"]
