"""What changed on a subnet between two blocks, neuron by neuron."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from taokit.errors import ConfigurationError
from taokit.metagraph.snapshot import Endpoint, Metagraph


@dataclass(frozen=True, slots=True)
class Joined:
    """A uid that was not there before."""

    uid: int
    hotkey: str
    coldkey: str


@dataclass(frozen=True, slots=True)
class Left:
    """A uid that is no longer there: the subnet was trimmed."""

    uid: int
    hotkey: str
    coldkey: str


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A uid that belongs to another hotkey, or was registered anew by the one it had."""

    uid: int
    before: str  # hotkey
    after: str  # hotkey
    coldkeys: tuple[str, str]  # before and after
    registered: bool  # False where the owner swapped the key and kept the uid with its history


@dataclass(frozen=True, slots=True)
class Moved:
    """A neuron that serves at another place, or begins or ends to serve."""

    uid: int
    hotkey: str
    before: Endpoint
    after: Endpoint


@dataclass(frozen=True, slots=True)
class WeightsChanged:
    """A neuron that set or committed weights, or whose committed weights were revealed."""

    uid: int
    hotkey: str
    block: int  # of its last weights or commit
    shown: bool  # whether the stored row is another one; False where neither value carries rows


@dataclass(frozen=True, slots=True)
class EpochRan:
    """The subnet ran an epoch and paid out. Several may have passed; this is the last."""

    block: int


_NO_ROW = np.empty((0, 2), dtype=np.uint16)

Change: TypeAlias = Joined | Left | HandedOver | Moved | WeightsChanged | EpochRan


@dataclass(frozen=True, slots=True)
class Diff:
    """What changed on a subnet, each list ascending by uid. It is true when anything did."""

    joined: tuple[Joined, ...] = ()
    left: tuple[Left, ...] = ()
    handed_over: tuple[HandedOver, ...] = ()
    moved: tuple[Moved, ...] = ()
    weights: tuple[WeightsChanged, ...] = ()
    epoch: EpochRan | None = None

    def __iter__(self) -> Iterator[Change]:
        """Every change, the epoch first."""
        if self.epoch is not None:
            yield self.epoch
        for changes in (self.left, self.joined, self.handed_over, self.moved, self.weights):
            yield from changes

    def __bool__(self) -> bool:
        return next(iter(self), None) is not None


def diff(before: Metagraph, after: Metagraph) -> Diff:
    """What changed from one block of a subnet to another. Raises `ConfigurationError` for two different subnets.

    A neuron is told from its predecessor by hotkey and by the block of its registration, as the chain starts its
    history over with both (`replace_neuron`).
    """
    if before.netuid != after.netuid:
        raise ConfigurationError(
            f"subnets {before.netuid} and {after.netuid} are not compared", hint="compare two blocks of one subnet"
        )
    both = min(before.n, after.n)
    handed = tuple(_handed_over(before, after, uid) for uid in range(both) if _another(before, after, uid))
    same = [uid for uid in range(both) if uid not in {one.uid for one in handed}]
    return Diff(
        joined=tuple(Joined(uid, after.hotkeys[uid], after.coldkeys[uid]) for uid in range(both, after.n)),
        left=tuple(Left(uid, before.hotkeys[uid], before.coldkeys[uid]) for uid in range(both, before.n)),
        handed_over=handed,
        moved=tuple(_moved(before, after, uid) for uid in same if _place(before, uid) != _place(after, uid)),
        weights=tuple(_weights(before, after, same)),
        epoch=EpochRan(after.last_step) if after.last_step != before.last_step else None,
    )


def _another(before: Metagraph, after: Metagraph, uid: int) -> bool:
    if before.hotkeys[uid] != after.hotkeys[uid]:
        return True
    return bool(before.block_at_registration[uid] != after.block_at_registration[uid])


def _handed_over(before: Metagraph, after: Metagraph, uid: int) -> HandedOver:
    return HandedOver(
        uid,
        before.hotkeys[uid],
        after.hotkeys[uid],
        (before.coldkeys[uid], after.coldkeys[uid]),
        registered=bool(before.block_at_registration[uid] != after.block_at_registration[uid]),
    )


def _place(graph: Metagraph, uid: int) -> tuple[str, int, int]:
    endpoint = graph.endpoints[uid]
    return endpoint.ip, endpoint.port, endpoint.protocol


def _moved(before: Metagraph, after: Metagraph, uid: int) -> Moved:
    return Moved(uid, after.hotkeys[uid], before.endpoints[uid], after.endpoints[uid])


def _weights(before: Metagraph, after: Metagraph, uids: list[int]) -> Iterator[WeightsChanged]:
    for uid in uids:
        shown = not np.array_equal(before.weights.get(uid, _NO_ROW), after.weights.get(uid, _NO_ROW))
        if shown or before.last_update[uid] != after.last_update[uid]:
            yield WeightsChanged(uid, after.hotkeys[uid], int(after.last_update[uid]), shown)


__all__ = ["Change", "Diff", "EpochRan", "HandedOver", "Joined", "Left", "Moved", "WeightsChanged", "diff"]
