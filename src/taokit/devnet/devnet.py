"""A chain inside this process, and what can be done to it that no real chain allows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from taokit.chain import AsyncBackend, AsyncChain, Backend, Call, Chain, Head
from taokit.chain.refusals import dispatch_failed
from taokit.devnet import presets
from taokit.devnet.accounts import account, public_key
from taokit.devnet.backend import AsyncDevnetBackend, DevnetBackend, codec_of, within
from taokit.devnet.blocks import root_of
from taokit.devnet.node import Node
from taokit.devnet.presets import GENESIS_MS, NETUID, Miners, Validators
from taokit.devnet.runtime import Genesis
from taokit.devnet.runtime.balances import free
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import Mark, State
from taokit.devnet.runtime.subtensor.storage import NETWORKS_ADDED, SUBNET_EPOCH_INDEX, TEMPO
from taokit.devnet.runtime.table import DecodedCall, Item
from taokit.errors import ConfigurationError, UnknownName
from taokit.signer import Signer


@dataclass(frozen=True, slots=True)
class _Snapshot:
    mark: Mark
    number: int
    clock_ms: int


class Devnet:
    """A chain inside this process.

    Time passes when `mine` or `travel` is called, 12 seconds of chain time a block; with `auto` each submitted
    extrinsic also gets a block of its own at once. It belongs to one thread, and its followers to one event loop.
    """

    def __init__(self, state: State, *, genesis_ms: int, auto: bool = True) -> None:
        self._node = Node(state, genesis_ms=genesis_ms, auto=auto)
        self._snapshots: list[_Snapshot] = []

    @classmethod
    def empty(cls, *, genesis_ms: int = GENESIS_MS, auto: bool = True) -> Self:
        """No subnet but root, and a million TAO on each of //Alice to //Ferdie; //Alice is root."""
        config = Genesis(genesis_ms, sudo=account("Alice").public_key, balances=presets.accounts())
        return cls(presets.made("empty", config), genesis_ms=genesis_ms, auto=auto)

    @classmethod
    def subnet(
        cls,
        *,
        miners: Miners = 8,
        validators: Validators = 3,
        seed: int | str | bytes | None = None,
        genesis_ms: int = GENESIS_MS,
        auto: bool = True,
        **hyperparameters: Any,
    ) -> Self:
        """A running subnet 1 where weights are set in the open, one epoch old, so that validators hold permits.

        Uid 0 is the owner's, then come the miners, then the validators. Hyperparameters go by storage name.
        """
        config = presets.cast(presets.Cast(miners, validators, seed), genesis_ms, hyperparameters)
        return cls._running(presets.made("subnet", config), genesis_ms=genesis_ms, auto=auto)

    @classmethod
    def demo(
        cls,
        *,
        miners: Miners = 4,
        validators: Validators = 3,
        seed: int | str | bytes | None = None,
        genesis_ms: int = GENESIS_MS,
        auto: bool = False,
        **hyperparameters: Any,
    ) -> Self:
        """`subnet`, but weights are committed by hash and revealed one epoch later, and blocks wait for `mine`."""
        config = presets.cast(presets.Cast(miners, validators, seed), genesis_ms, hyperparameters)
        return cls._running(presets.made("demo", config), genesis_ms=genesis_ms, auto=auto)

    @classmethod
    def _running(cls, state: State, *, genesis_ms: int, auto: bool) -> Self:
        devnet = cls(state, genesis_ms=genesis_ms, auto=auto)
        devnet.next_epoch(NETUID)  # permits are given by an epoch
        return devnet

    @property
    def auto(self) -> bool:
        """Whether submitting mines; else extrinsics wait for `mine`, which takes them by signer and nonce."""
        return self._node.auto

    @auto.setter
    def auto(self, on: bool) -> None:
        self._node.auto = on

    @property
    def node(self) -> Node:
        """What makes the blocks; for servers, which answer in its bytes."""
        return self._node

    @property
    def state(self) -> State:
        """The state after the best block. What is written into it shows at once, without a block."""
        return self._node.state

    @property
    def head(self) -> Head:
        """The best block."""
        return self._node.history.head

    @property
    def now_ms(self) -> int:
        """The time of the best block, in milliseconds since 1970."""
        return self._node.history.best.now_ms

    @property
    def waiting(self) -> int:
        """Extrinsics in the pool."""
        return len(self._node.pool)

    def mine(self, blocks: int = 1) -> Head:
        """So many blocks more; the first takes what waits in the pool."""
        return self._node.mine(blocks)

    def travel(self, *, blocks: int = 1, seconds: float = 0.0) -> Head:
        """`blocks` more, after the chain's clock has jumped by `seconds`."""
        self._node.clock_ms += int(seconds * 1000)
        return self.mine(blocks)

    def next_epoch(self, netuid: int = NETUID) -> Head:
        """Blocks until an epoch of the subnet has run. Raises `ConfigurationError` for one that never runs any."""
        if not (self.state[TEMPO, netuid] and self.state[NETWORKS_ADDED, netuid]):
            raise ConfigurationError(f"subnet {netuid} runs no epochs: there is none, or its tempo is 0")
        before = self.state[SUBNET_EPOCH_INDEX, netuid]
        while self.state[SUBNET_EPOCH_INDEX, netuid] == before:
            self._node.mine()
        return self.head

    async def tick(self, interval_s: float) -> None:
        """Make a block every so many seconds of real time, until cancelled."""
        while True:
            await asyncio.sleep(interval_s)
            self.mine()

    async def settled(self, timeout_s: float) -> bool:
        """Wait until every live follower of the heads has dealt with the newest one; False when the deadline passes.

        A follower is busy from the moment a head is there for it until it asks for the next one, but for the time in
        which it waits for a block to hold its extrinsic.
        """
        return await self._node.lockstep.settled(timeout_s)

    def snapshot(self) -> int:
        """Remember everything; the number takes `revert` back here, any number of times."""
        self._snapshots.append(_Snapshot(self.state.mark(), self.head.number, self._node.clock_ms))
        return len(self._snapshots) - 1

    def revert(self, snapshot: int) -> Head:
        """Everything as it was; later snapshots are gone, the pool is empty, and the blocks to come have new hashes."""
        if not 0 <= snapshot < len(self._snapshots):
            raise ConfigurationError(f"there is no snapshot {snapshot}", hint="a revert forgets later snapshots")
        saved = self._snapshots[snapshot]
        del self._snapshots[snapshot + 1 :]
        node = self._node
        node.pool.clear()
        node.history.cut(saved.number)
        node.state.rewind(saved.mark)
        node.clock_ms = saved.clock_ms
        return self._branched_off()

    def set_head(self, number: int) -> Head:
        """Everything as it was after block `number`, as `revert` does; snapshots taken after it are gone.

        Raises `UnknownBlock` for a block that is not made yet, or whose state is no longer kept.
        """
        node = self._node
        before = node.state.at(number)
        self._snapshots = [snapshot for snapshot in self._snapshots if snapshot.number <= number]
        node.pool.clear()
        node.history.cut(number)
        node.state.return_to(before)
        node.clock_ms = node.history.best.now_ms
        return self._branched_off()

    def _branched_off(self) -> Head:
        """The blocks to come get other hashes than those that were abandoned."""
        self._node.branch += 1
        for tell in list(self._node.set_back):
            tell()
        return self.head

    @contextmanager
    def anchor(self) -> Iterator[None]:
        """Undo everything done inside the block."""
        saved = self.snapshot()
        try:
            yield
        finally:
            self.revert(saved)
            del self._snapshots[saved:]

    def fund(self, account: str | Signer, rao: int) -> None:
        """So much more TAO on an account, at once."""
        key = public_key(account if isinstance(account, str) else account.public_key)
        args = {"who": ("Id", key), "new_free": free(self.state, key) + rao}
        self._as_root(DecodedCall("Balances", "force_set_balance", args))

    def sudo(self, call: Call) -> None:
        """Make a call as root, at once and without a block. Raises `DispatchFailed`."""
        composed = codec_of(self.backend().runtime()).compose(call)
        self._as_root(self._node.coders("RuntimeCall").decode_all(composed))

    def _as_root(self, call: DecodedCall) -> None:
        try:
            self._node.as_root(call)
        except DispatchError as error:
            raise dispatch_failed(error.name) from None

    def set_hyperparameter(self, netuid: int, name: str, value: Any) -> None:
        """Write a setting of a subnet, at once and past the checks of its setter.

        `name` is the chain's entry, such as `WeightsSetRateLimit`, or the same in snake case.
        """
        self.state[self.setting(name), netuid] = value

    def setting(self, name: str) -> Item:
        """The storage entry of a subnet's setting, by either of its names. Raises `UnknownName`."""
        wanted = name if name[:1].isupper() else "".join(map(str.capitalize, name.split("_")))
        pallet = next(pallet for pallet in self._node.table.pallets if pallet.name == "SubtensorModule")
        for item in pallet.storage:
            if item.name == wanted and [key.type for key in item.keys] == ["u16"]:
                return item
        raise UnknownName(f"no setting of a subnet is called {wanted}")

    def state_root(self) -> bytes:
        """One hash over everything stored. Equal chains have equal roots, whatever their blocks are called."""
        pairs = self._node.codec.everything(self.state)
        named = [raw for pair in pairs if not pair[0].startswith(self._hashes()) for raw in pair]
        return root_of(named)

    def _hashes(self) -> tuple[bytes, ...]:
        """Prefixes of the entries that hold block hashes."""
        system = next(pallet for pallet in self._node.table.pallets if pallet.name == "System")
        return tuple(self._node.codec.key(item) for item in system.storage if item.name in ("BlockHash", "ParentHash"))

    def backend(self) -> Backend:
        """This chain as blocking code sees a node."""
        return DevnetBackend(self._node)

    def async_backend(self) -> AsyncBackend:
        """This chain as async code sees a node."""
        return AsyncDevnetBackend(self._node)

    def chain(self) -> Chain:
        """A client of this chain, for blocking code."""
        return Chain(self.backend(), codec_of)

    def async_chain(self) -> AsyncChain:
        """A client of this chain, for async code."""
        return AsyncChain(self.async_backend(), codec_of, within)


__all__ = ["Devnet"]
