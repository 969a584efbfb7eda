"""A chain inside this process, and what can be done to it that no real chain allows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any, Final, Self

from taokit.chain import AsyncBackend, AsyncChain, Backend, Call, Chain, Head
from taokit.chain.refusals import dispatch_failed
from taokit.devnet import levers, presets
from taokit.devnet.accounts import account, address, public_key
from taokit.devnet.backend import AsyncDevnetBackend, DevnetBackend, codec_of, within
from taokit.devnet.beacon.controls import Drand
from taokit.devnet.beacon.key import config_of
from taokit.devnet.beacon.patch import Encrypt
from taokit.devnet.blocks import root_of
from taokit.devnet.changes import changes_of, write
from taokit.devnet.extrinsics import MOCK
from taokit.devnet.faults import Faults
from taokit.devnet.history import MAX_LAG
from taokit.devnet.natives import Natives
from taokit.devnet.node import Node
from taokit.devnet.past import Past
from taokit.devnet.presets import GENESIS_MS, NETUID, Miners, Validators
from taokit.devnet.rehearsal import Rehearsal, dry_run, rehearse
from taokit.devnet.runtime import Genesis, Preset
from taokit.devnet.runtime.balances import free
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor.storage import REVEAL_PERIOD_EPOCHS, SUBNET_EPOCH_INDEX
from taokit.devnet.runtime.table import DecodedCall, Item
from taokit.errors import ConfigurationError, UnknownName
from taokit.signer import SR25519, Signer

_PASSING: Final = frozenset({"BlockHash", "ParentHash", "Digest", "ExtrinsicData"})


@dataclass(frozen=True, slots=True)
class Impersonation:
    """A signer without a key, for an account that a devnet impersonates."""

    ss58: str
    public_key: bytes
    scheme: str = SR25519

    def sign(self, message: bytes) -> bytes:
        """The mock signature."""
        return MOCK


class Devnet:
    """A chain inside this process.

    Time passes when `mine` or `travel` is called, 12 seconds of chain time a block; with `auto` each submitted
    extrinsic also gets a block of its own at once. It belongs to one thread, and its followers to one event loop.
    """

    def __init__(self, state: State, *, genesis_ms: int, auto: bool = True) -> None:
        self._node = Node(state, genesis_ms=genesis_ms, auto=auto)
        self._past = Past(self._node)
        self._natives = Natives(self._node.table, self._node.coders)
        self.preset: str | None = None
        """What the chain began as; None for one that was put together by hand, loaded or imported."""
        self.settings: Mapping[str, Any] = {}
        """Hyperparameters that were given besides the preset's."""

    @classmethod
    def empty(cls, *, genesis_ms: int = GENESIS_MS, auto: bool = True) -> Self:
        """No subnet but root, and a million TAO on each of //Alice to //Ferdie; //Alice is root."""
        config = Genesis(genesis_ms, sudo=account("Alice").public_key, balances=presets.accounts(), beacon=config_of())
        return cls._of("empty", config, auto=auto)

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
        return cls._of("subnet", config, auto=auto)

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
        return cls._of("demo", config, auto=auto)

    @classmethod
    def faithful(
        cls,
        *,
        miners: Miners = 8,
        validators: Validators = 3,
        seed: int | str | bytes | None = None,
        genesis_ms: int = GENESIS_MS,
        auto: bool = True,
        **hyperparameters: Any,
    ) -> Self:
        """`subnet` for rehearsals: the main network's limits, thresholds and issuance, no axons on this machine.

        Weights are timelocked, and revealed one epoch later. Half a TAO a block.
        """
        config = presets.cast(presets.Cast(miners, validators, seed), genesis_ms, hyperparameters)
        return cls._of("faithful", presets.faithful(config), auto=auto)

    @classmethod
    def _of(cls, preset: Preset, config: Genesis, *, auto: bool) -> Self:
        """A preset's chain. Where it has a subnet an epoch has run, as that gives permits."""
        devnet = cls(presets.made(preset, config), genesis_ms=config.genesis_ms, auto=auto)
        if config.subnet is not None:
            devnet.next_epoch(NETUID)
            devnet._past.beginning = devnet._past.now()
        devnet.preset = preset
        devnet.settings = {} if config.subnet is None else dict(config.subnet.hyperparameters)
        return devnet

    @classmethod
    def loaded(cls, text: str, *, auto: bool = True, name: str = "the state") -> Self:
        """The chain that `dump` or an import wrote; `name` is what an error calls it. Raises `StateCorrupt`."""
        devnet = cls(State(), genesis_ms=0, auto=auto)
        devnet.load(text, name=name)
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

    @property
    def natives(self) -> Natives:
        """Values of this chain, from JSON and to it."""
        return self._natives

    @property
    def faults(self) -> Faults:
        """What goes wrong with the submissions to come: refusals of your choice, and losses."""
        return self._node.faults

    def mine(self, blocks: int = 1) -> Head:
        """So many blocks more; the first takes what waits in the pool."""
        return self._node.mine(blocks)

    def mine_to(self, number: int) -> Head:
        """Blocks up to this height. Raises `ConfigurationError` for one that is reached already."""
        ahead = number - self.head.number
        if ahead <= 0:
            raise ConfigurationError(f"block {number} is made already: the best one is {self.head.number}")
        return self.mine(ahead)

    def travel(self, *, blocks: int = 1, seconds: float = 0.0) -> Head:
        """`blocks` more, after the chain's clock has jumped by `seconds`."""
        self._node.clock_ms += int(seconds * 1000)
        return self.mine(blocks)

    def next_epoch(self, netuid: int = NETUID) -> Head:
        """Blocks until an epoch of the subnet has run. Raises `ConfigurationError` for one that never runs any."""
        return self.run_epochs(1, netuid)

    def run_epochs(self, count: int, netuid: int = NETUID) -> Head:
        """Blocks until so many epochs of the subnet have run; the best block is the one in which the last did."""
        done = self.epochs_later(count, netuid)
        while not done():
            self._node.mine()
        return self.head

    def epochs_later(self, count: int, netuid: int = NETUID) -> Callable[[], bool]:
        """Tells whether so many epochs of the subnet have run since. Raises `ConfigurationError` where none ever do."""
        levers.runs_epochs(self.state, netuid)
        last = self.state[SUBNET_EPOCH_INDEX, netuid] + count
        return lambda: bool(self.state[SUBNET_EPOCH_INDEX, netuid] >= last)

    def until_revealed(self, netuid: int = NETUID) -> Head:
        """Blocks until no committed weights of the subnet wait any more: revealed, dropped or expired.

        Timelocked ones are revealed by the chain; those by hash need a reveal that waits in the pool, or they expire.
        """
        done = self.revealed(netuid)
        while not done():
            self._node.mine()
        return self.head

    def revealed(self, netuid: int = NETUID) -> Callable[[], bool]:
        """Tells whether no committed weights of the subnet wait any more; after two reveal periods it gives up.

        Raises `ConfigurationError` for a subnet that runs no epochs.
        """
        given_up = self.epochs_later(2 * self.state[REVEAL_PERIOD_EPOCHS, netuid] + 2, netuid)
        return lambda: given_up() or not levers.commits_wait(self.state, netuid)

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
        return self._past.snapshot()

    @property
    def snapshots(self) -> list[int]:
        """The heights at which the snapshots were taken; `revert` takes a position in this list."""
        return [moment.number for moment in self._past.snapshots]

    def revert(self, snapshot: int) -> Head:
        """Everything as it was; later snapshots are gone, the pool is empty, and the blocks to come have new hashes."""
        self._past.revert(snapshot)
        return self._set_back()

    def reset(self) -> Head:
        """Everything as it was when the chain was made or loaded, without any snapshot."""
        self._past.reset()
        return self._set_back()

    def set_head(self, number: int) -> Head:
        """Everything as it was after block `number`, as `revert` does; snapshots taken after it are gone.

        Raises `UnknownBlock` for a block that is not made yet, or whose state is no longer kept.
        """
        self._past.set_head(number)
        return self._set_back()

    def dump(self) -> str:
        """The chain as text that `load` reads back: every stored value, its best block, and the hashes before."""
        return self._past.dump()

    def load(self, text: str, *, name: str = "the state") -> Head:
        """Go on from a chain that was dumped or imported, in the place of this one. Raises `StateCorrupt`."""
        self._past.load(text, name=name)
        self.preset, self.settings = None, {}
        return self._set_back()

    def _set_back(self) -> Head:
        for tell in list(self._node.set_back):
            tell()
        return self.head

    def reorganise(self, depth: int = 1) -> Head:
        """Make the last `depth` blocks anew and one more: the same extrinsics, other hashes, and nobody disconnected.

        What was written between them without a block stays. Raises `UnknownBlock` where the state is not kept.
        """
        if not 0 < depth <= self.head.number:
            raise ConfigurationError(f"of {self.head.number} blocks, {depth} cannot be made again")
        return self._past.reorganise(depth)

    def delay_finality(self, blocks: int) -> None:
        """From now on a block is final when so many are on top of it; 0, as at first, makes it final at once."""
        if not 0 <= blocks <= MAX_LAG:
            raise ConfigurationError(f"finality can lie 0 to {MAX_LAG} blocks behind, not {blocks}")
        self._node.history.lag = blocks
        self._node.settle()

    @contextmanager
    def anchor(self) -> Iterator[None]:
        """Undo everything done inside the block: what is stored, and how the chain is run."""
        saved, node = self.snapshot(), self._node
        auto, lag, mocked = node.auto, node.history.lag, (set(node.impersonated), node.impersonates_all)
        try:
            yield
        finally:
            node.auto, node.history.lag, (node.impersonated, node.impersonates_all) = auto, lag, mocked
            node.faults.clear()
            self.revert(saved)
            self._past.forget(saved)

    def fund(self, account: str | Signer, rao: int) -> int:
        """So much more TAO on an account, at once: what it has then, in rao."""
        key = _key(account)
        args = {"who": ("Id", key), "new_free": free(self.state, key) + rao}
        self._as_root(DecodedCall("Balances", "force_set_balance", args))
        return free(self.state, key)

    def register_all(
        self, netuid: int, hotkeys: Iterable[str | Signer], *, coldkey: str | Signer | None = None
    ) -> list[int]:
        """The uids of these hotkeys, at once and for free; new ones go to the end of the subnet.

        A hotkey that nobody owns becomes `coldkey`'s (None: its own). Raises `ConfigurationError` without room.
        """
        owner = None if coldkey is None else _key(coldkey)
        with self._node.aside():
            return levers.register_all(self.state, netuid, map(_key, hotkeys), coldkey=owner)

    def set_stake(self, netuid: int, hotkey: str | Signer, rao: int, *, coldkey: str | Signer | None = None) -> int:
        """What a coldkey (None: the hotkey itself) holds under a hotkey from now on, in rao of alpha; on root, of TAO.

        It comes from nothing or goes to nothing. Shares round: the answer may be a rao less.
        """
        owner = _key(hotkey if coldkey is None else coldkey)
        with self._node.aside():
            return levers.set_stake(self.state, netuid, _key(hotkey), coldkey=owner, rao=rao)

    def deregister(self, netuid: int, uid: int) -> str:
        """The address that has the uid from now on, as if it had been pruned; nobody has the key of it."""
        with self._node.aside():
            return address(levers.deregister(self.state, netuid, uid))

    def impersonate(self, account: str | Signer) -> Impersonation:
        """A signer for an account whose key nobody has: from now on the chain takes its mock signature."""
        key = _key(account)
        self._node.impersonated.add(key)
        return Impersonation(address(key), key)

    def stop_impersonating(self, account: str | Signer) -> None:
        """Only the account's own signature counts again."""
        self._node.impersonated.discard(_key(account))

    @property
    def auto_impersonate(self) -> bool:
        """Whether the mock signature counts for every account."""
        return self._node.impersonates_all

    @auto_impersonate.setter
    def auto_impersonate(self, on: bool) -> None:
        self._node.impersonates_all = on

    def sudo(self, call: Call) -> None:
        """Make a call as root, at once and without a block. Raises `DispatchFailed`."""
        composed = codec_of(self.backend().runtime()).compose(call)
        self._as_root(self._node.coders("RuntimeCall").decode_all(composed))

    def sudo_decoded(self, call: DecodedCall) -> None:
        """The same, of a call in the runtime's own values."""
        self._as_root(call)

    def _as_root(self, call: DecodedCall) -> None:
        try:
            self._node.as_root(call)
        except DispatchError as error:
            raise dispatch_failed(error.name) from None

    def dry_run(self, extrinsic: bytes) -> Rehearsal:
        """What an extrinsic would bring about: its result, its events, and every value that it would change."""
        return dry_run(self._node, extrinsic)

    def dry_run_call(self, call: DecodedCall, signer: bytes) -> Rehearsal:
        """The same for a call, as if this account had signed it."""
        return rehearse(self._node, signer, call)

    def set_storage(self, values: Mapping[str, Any] | Sequence[Any]) -> None:
        """Write storage at once: raw `[[key, value]]`, or by name, as Chopsticks has it.

        By name it is `{pallet: {entry: value}}`, and for maps `{pallet: {entry: [[[key, …], value]]}}`. None takes a
        value away. Raises `Misfit`, and changes nothing, where something does not fit.
        """
        write(self.state, changes_of(values, self._natives, self._node.codec))

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
        """One hash over everything stored but block hashes, digest and extrinsic data: BLAKE2b, 256 bits.

        Equal chains have equal roots, whatever their blocks are called.
        """
        pairs = self._node.codec.everything(self.state)
        named = [raw for pair in pairs if not pair[0].startswith(self._passing()) for raw in pair]
        return root_of(named)

    def _passing(self) -> tuple[bytes, ...]:
        """Prefixes of the entries that say what blocks are called and hold, not what is so."""
        system = next(pallet for pallet in self._node.table.pallets if pallet.name == "System")
        return tuple(self._node.codec.key(item) for item in system.storage if item.name in _PASSING)

    @property
    def drand(self) -> Drand:
        """The beacon that timelocked commits wait for: late, missing and injected pulses."""
        return Drand(self._node)

    def drand_patch(self, encrypt: Encrypt | None = None) -> AbstractContextManager[tuple[str, ...]]:
        """Inside, what a Bittensor SDK in this process encrypts is for this chain's beacon; the names it replaced.

        Without one only the native library's names are replaced. `encrypt` is there for tests that remember.
        """
        return self.drand.patch(encrypt)

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


def _key(account: str | Signer) -> bytes:
    return public_key(account if isinstance(account, str) else account.public_key)


__all__ = ["Devnet", "Impersonation"]
