"""What the chain itself forgets: the outcome of past epochs, and past prices."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from taokit.chain import Head
from taokit.devnet.blocks import Record
from taokit.devnet.node import Node
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import neurons, pool, storage, subnets

EPOCHS: Final = 128
"""Epochs of one subnet that are remembered."""

PRICES: Final = 512
"""Blocks of which a subnet's price is remembered."""

_RAN: Final = "IncentiveAlphaEmittedToMiners"  # one for each mechanism, in the block of the epoch
_MECHANISMS_FROM: Final = neurons.index_of(0, 1)  # storage indexes of a subnet's further mechanisms


@dataclass(frozen=True, slots=True)
class Epoch:
    """What one epoch stored. Columns are by uid, shares are 0 to 65535."""

    head: Head  # of the block in which it ran
    index: int  # how many epochs the subnet had scheduled by then
    incentive: tuple[Any, ...]  # a column for each mechanism
    consensus: Any
    dividends: Any
    validator_trust: Any
    emission: Any  # rao
    price: int  # after the block, U64F64


@dataclass(frozen=True, slots=True)
class Price:
    """What alpha cost after a block, U64F64."""

    head: Head
    spot: int
    moving: int


class Chronicle:
    """Remembers epochs and prices of every subnet, from the moment it is told of blocks; bounded for each subnet.

    What lies on a branch that was abandoned is left out when asked for.
    """

    def __init__(self, node: Node) -> None:
        self._node = node
        self._epochs: defaultdict[int, deque[Epoch]] = defaultdict(lambda: deque(maxlen=EPOCHS))
        self._prices: defaultdict[int, deque[Price]] = defaultdict(lambda: deque(maxlen=PRICES))

    def follow(self) -> None:
        """Write down every block from now on, and of every subnet the last epoch there was."""
        for netuid in subnets.all_netuids(self._node.state):
            self._remember_last(netuid)
        self._node.sealed.append(self._note)

    def stop(self) -> None:
        """Write down no more."""
        if self._note in self._node.sealed:
            self._node.sealed.remove(self._note)

    def epochs(self, netuid: int) -> list[Epoch]:
        """The epochs that are remembered of a subnet, oldest first."""
        return [one for one in self._epochs.get(netuid, ()) if self._is_ours(one.head)]

    def prices(self, netuid: int) -> list[Price]:
        """The prices that are remembered of a subnet, oldest first."""
        return [one for one in self._prices.get(netuid, ()) if self._is_ours(one.head)]

    def _is_ours(self, head: Head) -> bool:
        return self._node.history.hash_of(head.number) == head.hash

    def _note(self, record: Record) -> None:
        state = self._node.state
        for netuid in ran_in(record):
            self._epochs[netuid].append(_epoch(state, netuid, record.head))
        for (netuid,) in state.keys(storage.SUBNET_MECHANISM):
            self._prices[netuid].append(Price(record.head, pool.price(state, netuid), pool.moving_price(state, netuid)))

    def _remember_last(self, netuid: int) -> None:
        state, history = self._node.state, self._node.history
        number = state[storage.LAST_MECHANSIM_STEP_BLOCK, netuid]
        made = history.hash_of(number)
        if number and made is not None:
            head = Head(number, made, history.hash_of(number - 1) or bytes(32))
            self._epochs[netuid].append(_epoch(state, netuid, head))


def ran_in(record: Record) -> Iterator[int]:
    """The subnets that ran an epoch in a block."""
    for phase, _, name, fields in record.events:
        if phase != "Initialization":
            return
        if name == _RAN and fields[0] < _MECHANISMS_FROM:
            yield fields[0]


def _epoch(state: Reading, netuid: int, head: Head) -> Epoch:
    return Epoch(
        head=head,
        index=state[storage.SUBNET_EPOCH_INDEX, netuid],
        incentive=tuple(state[storage.INCENTIVE, index] for index in neurons.indexes(state, netuid)),
        consensus=state[storage.CONSENSUS, netuid],
        dividends=state[storage.DIVIDENDS, netuid],
        validator_trust=state[storage.VALIDATOR_TRUST, netuid],
        emission=state[storage.EMISSION, netuid],
        price=pool.price(state, netuid),
    )


__all__ = ["EPOCHS", "PRICES", "Chronicle", "Epoch", "Price", "ran_in"]
