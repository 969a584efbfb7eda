"""Which subnets a block changed, found with one request for all of them.

A node tells what is stored under known keys, and pushes new heads; it has no digest of a subnet. But everything that
registers, serves, swaps a key, sets, commits or reveals weights, or changes a setting leaves an event, all events of a
block lie under one key (`System.Events`), and an epoch shows in the subnet's own clock. So one
`state_queryStorageAt` for that key and a clock for each subnet tells which subnets need to be read again. Stake moves
in nearly every block and counts at the next epoch only, so its events change nothing here.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from taokit.chain import Event, Read, Request, Several, Storage, several
from taokit.chain.events import events_of
from taokit.metagraph import Metagraph

T = TypeVar("T")

SUBNETS: Final = "SubtensorModule"
EVENTS: Final = Storage("System", "Events")
CLOCK = "LastMechansimStepBlock"
"""The block of the last epoch that paid out; the spelling is the chain's."""

SPEAKING: Final = frozenset({SUBNETS, "AdminUtils"})
"""The pallets whose events are about subnets."""

SILENT: Final = frozenset(
    {
        *("StakeAdded", "StakeRemoved", "StakeMoved", "StakeTransferred", "StakeSwapped", "StakeLocked"),
        *("StakeUnlocked", "AddStakeBurn", "AlphaRecycled", "AlphaBurned", "AutoStakeAdded", "RootClaimed"),
        *("TransactionFeePaidWithAlpha", "IncentiveAlphaEmittedToMiners", "PrometheusServed", "EvmKeyAssociated"),
        *("EpochTriggered", "EpochDeferred", "EpochSkipped", "SetChildrenScheduled", "SetChildren", "ChildKeyTakeSet"),
        *("AutoStakeDestinationSet", "DelegateAdded", "TakeDecreased", "TakeIncreased"),
    }
)
"""Events that change nothing of a metagraph before the next epoch, which its clock tells."""


@dataclass(frozen=True, slots=True)
class Glimpse:
    """What one request tells of all the subnets at a block."""

    events: tuple[Event, ...]
    last_steps: Mapping[int, int]  # by netuid: block of the last epoch that paid out
    known: Mapping[Request, Any]  # answers that a metagraph needs as well


def glimpse(netuids: Sequence[int], *, events: bool = True) -> Read[Glimpse]:
    """A look at these subnets, all from one block; without the events where only epochs matter."""
    clocks = [Storage(SUBNETS, CLOCK, (netuid,)) for netuid in netuids]
    trusts = [Storage(SUBNETS, "ValidatorTrust", (netuid,)) for netuid in netuids]
    answers = yield several(*clocks, *trusts, *([EVENTS] if events else ()))
    steps, trusted = answers[: len(netuids)], answers[len(netuids) : 2 * len(netuids)]
    told = tuple(events_of(answers[-1])) if events else ()
    return Glimpse(told, dict(zip(netuids, steps, strict=True)), dict(zip(trusts, trusted, strict=True)))


def answered(read: Read[T], known: Mapping[Request, Any]) -> Generator[Request, Any, T]:
    """The same read, which does not ask for what is known already from the same block."""
    try:
        request = next(read)
        while True:
            request = read.send((yield from _answer(request, known)))
    except StopIteration as done:
        return done.value  # type: ignore[no-any-return]


def _answer(request: Request, known: Mapping[Request, Any]) -> Generator[Request, Any, Any]:
    if not isinstance(request, Several):
        return known[request] if request in known else (yield request)
    asked = [one for one in request.requests if one not in known]
    told = iter((yield several(*asked)) if asked else ())
    return [known[one] if one in known else next(told) for one in request.requests]


def touched(events: Iterable[Event], graphs: Mapping[int, Metagraph]) -> set[int]:
    """The subnets, of those in `graphs`, whose metagraph these events may have changed; never one too few."""
    found: set[int] = set()
    for event in events:
        if event.pallet in SPEAKING and event.name not in SILENT:
            found |= _spoken_of(event.fields, graphs)
    return found


def _spoken_of(fields: Any, graphs: Mapping[int, Metagraph]) -> set[int]:
    """By the netuid, which is the first number of every event that has one, else by the accounts named."""
    parts = list(fields.values()) if isinstance(fields, Mapping) else fields
    parts = list(parts) if isinstance(parts, (list, tuple)) else [parts]
    numbers = [part for part in parts if isinstance(part, int) and not isinstance(part, bool)]
    netuid = fields.get("netuid") if isinstance(fields, Mapping) else None
    if netuid is not None or numbers:
        return {numbers[0] if netuid is None else netuid} & graphs.keys()
    accounts = {part for part in parts if isinstance(part, str)}
    return {netuid for netuid, graph in graphs.items() if not accounts.isdisjoint((*graph.hotkeys, *graph.coldkeys))}


__all__ = ["Glimpse", "answered", "glimpse", "touched"]
