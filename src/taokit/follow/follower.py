"""What is known of the subnets that are followed: what a block makes stale, what is read, what is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from taokit.chain import AsyncChain, Head, Request, reads
from taokit.errors import ChainError, NetworkError, NoSuchSubnet, UnknownBlock
from taokit.follow.glimpse import Glimpse, answered, glimpse, touched
from taokit.follow.update import Dissolved, Every, Happening, Reorganised, Update
from taokit.metagraph import Diff, Metagraph, diff

log = logging.getLogger("taokit.follow")

AT_ONCE: Final = 8
"""Subnets that are read at the same time."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is wanted of the subnets."""

    every: Every
    rows: bool  # whether with weights and bonds
    refresh: int  # blocks after which a subnet is read again in any case


class Follower:
    """Some subnets, as far as they are known."""

    def __init__(
        self, chain: AsyncChain, netuids: Sequence[int], plan: Plan, *, told: Mapping[int, Metagraph] | None = None
    ) -> None:
        """`told` is what the first diffs start from, by netuid."""
        self.netuids = list(netuids)
        """Those that exist still."""
        self.head: Head | None = None
        """The last block that was dealt with."""
        self._chain = chain
        self._plan = plan
        self._graphs: dict[int, Metagraph] = {}  # as last read
        self._told = dict(told or {})  # as last told
        self._stale = set(netuids)
        self._blind = False

    async def at(self, head: Head) -> list[Update]:
        """What there is to tell of a block.

        Raises `NetworkError` or `UnknownBlock` when nothing could be read; the next block makes up for it. Raises
        `NoSuchSubnet` for one that was never there.
        """
        left = self._left(head)
        seen = await self._seen(head)
        self._stale |= self._changed(head, seen)
        fresh = await self._read(head, seen.known if seen else {})
        gone = {netuid for netuid, graph in fresh.items() if graph is None}
        self._graphs |= {netuid: graph for netuid, graph in fresh.items() if graph is not None}
        self._stale -= fresh.keys()
        made = [self._update(netuid, head, fresh=netuid in fresh.keys() - gone, left=left) for netuid in self.netuids]
        made = [self._farewell(update) if update.netuid in gone else update for update in made]
        told = [update for update in made if update.netuid in gone or self._wanted(update)]
        self._told |= {update.netuid: update.metagraph for update in told}
        self.netuids = [netuid for netuid in self.netuids if netuid not in gone]
        self.head = head
        return told

    def _left(self, head: Head) -> Reorganised | None:
        """Whether the last block is no longer in the chain, where that can be seen: not across blocks gone by."""
        last = self.head
        if last is None or head.parent == last.hash or head.number > last.number + 1:
            return None
        return Reorganised(last, head)

    async def _seen(self, head: Head) -> Glimpse | None:
        """One look at all subnets, or None where this chain does not let itself be looked at so."""
        events = self._plan.every != "epoch"
        try:
            return await self._chain.read(glimpse(self.netuids, events=events), at=head.hash)
        except UnknownBlock:
            raise
        except ChainError as error:
            if not self._blind:
                log.warning("which subnets changed cannot be told (%s); each is read at every block", error)
            self._blind = True
            return None

    def _changed(self, head: Head, seen: Glimpse | None) -> set[int]:
        """The subnets that have to be read again."""
        if seen is None or self.head is None or head.parent != self.head.hash:
            return set(self.netuids)
        old = {netuid for netuid, graph in self._graphs.items() if head.number >= graph.block + self._plan.refresh}
        ran = {netuid for netuid, graph in self._graphs.items() if seen.last_steps[netuid] != graph.last_step}
        return (old | ran | touched(seen.events, self._graphs)) & set(self.netuids)

    async def _read(self, head: Head, known: Mapping[Request, Any]) -> dict[int, Metagraph | None]:
        """Those of the stale subnets that could be read, None for one that is gone."""
        room = asyncio.Semaphore(AT_ONCE)
        netuids = [netuid for netuid in self.netuids if netuid in self._stale]
        found = await asyncio.gather(
            *(self._one(netuid, head, known, room) for netuid in netuids), return_exceptions=True
        )
        failures = [one for one in found if isinstance(one, BaseException)]
        for failure in failures:
            hopeless = self.head is None or len(failures) == len(found)
            if hopeless or not isinstance(failure, (NetworkError, UnknownBlock)):
                raise failure
            log.warning("block %d: %s", head.number, failure)
        return {
            netuid: graph for netuid, graph in zip(netuids, found, strict=True) if not isinstance(graph, BaseException)
        }

    async def _one(
        self, netuid: int, head: Head, known: Mapping[Request, Any], room: asyncio.Semaphore
    ) -> Metagraph | None:
        rows = self._plan.rows
        async with room:
            try:
                read = answered(reads.metagraph(netuid, weights=rows, bonds=rows), known)
                return await self._chain.read(read, at=head.hash)
            except NoSuchSubnet:
                if netuid not in self._graphs:
                    raise
                return None

    def _update(self, netuid: int, head: Head, *, fresh: bool, left: Reorganised | None) -> Update:
        before, after = self._told.get(netuid), self._graphs[netuid]
        changes = Diff() if before is None or before is after else diff(before, after)
        events: list[Happening] = [*([left] if left else []), *changes]
        return Update(head, after, fresh, changes, tuple(events))

    def _farewell(self, update: Update) -> Update:
        """The last that is told of a subnet."""
        del self._graphs[update.netuid]
        return Update(update.head, update.metagraph, False, Diff(), (Dissolved(update.netuid),))

    def _wanted(self, update: Update) -> bool:
        match self._plan.every:
            case "block":
                return True
            case "change":
                return update.fresh
            case "epoch":
                torn = any(isinstance(event, Reorganised) for event in update.events)
                return self.head is None or update.diff.epoch is not None or (torn and bool(update.diff))


__all__ = ["AT_ONCE", "Follower", "Plan"]
