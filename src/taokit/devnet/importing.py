"""One subnet of a real chain, read at one block, as a state file: try tomorrow's incentive rule on yesterday's subnet.

Every value is the node's own bytes. They must be keyed and read as this devnet does, or the whole import is refused;
what the source lacks is left at its default and named in the file. Accounts that only delegate keep their share of
a hotkey's stake; their balances do not come along. Keys do not either: impersonate whoever must act. On the
devnet the subnet is alone, so all of a block's emission is its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from typing import Any, Final

from taokit.chain import AsyncBackend, BlockHash, Codec, StorageMap
from taokit.devnet import runtime
from taokit.devnet.accounts import account
from taokit.devnet.backend import codec_of
from taokit.devnet.beacon.key import config_of
from taokit.devnet.changes import Change, decoded
from taokit.devnet.codec import StorageCodec
from taokit.devnet.natives import Misfit
from taokit.devnet.runtime import drand
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import neurons, storage, subnets
from taokit.devnet.runtime.system import ACCOUNT_INFO, LAST_RUNTIME_UPGRADE, NUMBER
from taokit.devnet.runtime.table import Item, Pallet
from taokit.devnet.runtime.timestamp import NOW
from taokit.devnet.runtime.utility import SUDO_KEY
from taokit.devnet.scale import Coders
from taokit.devnet.statefile import About, StateFile
from taokit.errors import ChainError, NoSuchSubnet, UnknownBlock, UnknownName

OF_A_SUBNET: Final = ("SubtensorModule", "Commitments", "Swap", "AlphaAssets")
"""The pallets of which every entry of the subnet is read, and every entry of the whole chain."""

OF_THE_CHAIN: Final = ("Aura", "Balances", "Timestamp")
"""Those of which only entries of the whole chain are."""

_OTHER_RUNTIME: Final = "the source runs a runtime that this devnet does not know; take an earlier block"
_PAGE: Final = 1000
_ACCOUNT: Final = "AccountId"
_NETUID: Final = "u16"


class Import:
    """One reading of one subnet at one block."""

    def __init__(self, backend: AsyncBackend, netuid: int, *, at: BlockHash, source: Codec) -> None:
        self._backend, self._netuid, self._at, self._source = backend, netuid, at, source
        self.codec = StorageCodec(runtime.TABLE, Coders(runtime.TABLE))
        self.state = State()
        self.not_read: list[str] = []
        pallets = [pallet for pallet in runtime.TABLE.pallets if pallet.name in OF_A_SUBNET + OF_THE_CHAIN]
        self._items = [(pallet, item) for pallet in pallets for item in self._known(pallet)]

    def _known(self, pallet: Pallet) -> Iterator[Item]:
        """The entries that the source keeps under the same keys; where it keys one otherwise, all is refused."""
        for item in pallet.storage:
            try:
                theirs = self._source.storage_key(StorageMap(pallet.name, item.name))
            except UnknownName:
                self.not_read.append(f"{pallet.name}.{item.name}")
                continue
            if theirs != self.codec.key(item):
                raise ChainError(f"the source keeps {pallet.name}.{item.name} under other keys")
            yield item

    async def run(self) -> None:
        """Read everything into the state. Raises `NoSuchSubnet`, or `ChainError` for what does not read."""
        await self._read([self.codec.key(item) for _, item in self._items if not item.keys])
        await self._read([self.codec.key(NUMBER), self.codec.key(LAST_RUNTIME_UPGRADE)])
        await self._of_subnets([subnets.ROOT, self._netuid])
        if not self.state[storage.NETWORKS_ADDED, self._netuid]:
            raise NoSuchSubnet(f"there is no subnet {self._netuid} on this chain at this block")
        await self._of_subnets([index for index in neurons.indexes(self.state, self._netuid) if index != self._netuid])
        await self._of_accounts()

    async def _of_subnets(self, netuids: Iterable[int]) -> None:
        keyed = [
            (item, self.codec.key(item, netuid))
            for netuid in netuids
            for pallet, item in self._items
            if item.keys and item.keys[0].type == _NETUID and pallet.name in OF_A_SUBNET
        ]
        await self._read([raw for item, raw in keyed if len(item.keys) == 1])
        for _, prefix in (one for one in keyed if len(one[0].keys) > 1):
            async for page in self._pages(prefix):
                await self._read(page)

    async def _of_accounts(self) -> None:
        hotkeys = {*neurons.hotkeys(self.state, self._netuid), self.state[storage.SUBNET_OWNER_HOTKEY, self._netuid]}
        await self._of(hotkeys, {self.state[storage.SUBNET_OWNER, self._netuid]})
        related = [*self.state.items(storage.PARENT_KEYS), *self.state.items(storage.CHILD_KEYS)]
        await self._of({one for _, shares in related for _, one in shares} - hotkeys, set())
        delegators = {coldkey for _, coldkey, _ in self.state.keys(storage.ALPHA_V2)}
        await self._read([self.codec.key(storage.STAKING_HOTKEYS, one) for one in sorted(delegators)])
        purses = map(subnets.account_of, (subnets.ROOT, self._netuid))
        await self._read([self.codec.key(ACCOUNT_INFO, purse) for purse in purses])

    async def _of(self, hotkeys: set[bytes], coldkeys: set[bytes]) -> None:
        """What is kept of these hotkeys, of their owners and of these coldkeys."""
        await self._read([self.codec.key(storage.OWNER, hotkey) for hotkey in hotkeys])
        owners = {self.state[storage.OWNER, hotkey] for hotkey in hotkeys}
        accounts = sorted(hotkeys | owners | coldkeys)
        await self._read([self.codec.key(ACCOUNT_INFO, account) for account in accounts])
        of_accounts = [item for _, item in self._items if item.keys and item.keys[0].type == _ACCOUNT]
        plain = [item for item in of_accounts if len(item.keys) == 1]
        await self._read([self.codec.key(item, account) for item in plain for account in accounts])
        for item in (item for item in of_accounts if len(item.keys) > 1):
            for one in accounts:
                async for page in self._pages(self.codec.key(item, one)):
                    await self._read([raw for raw in page if self._concerned(raw)])

    def _concerned(self, raw: bytes) -> bool:
        """Whether an entry is of no subnet, of root or of the one that is read."""
        place = self.codec.place(raw)
        if place is None:
            raise ChainError(f"the source has a key that is none here: 0x{raw.hex()}")
        item, keys = place
        of = [key for kind, key in zip(item.keys, keys, strict=True) if kind.type == _NETUID]
        return not of or of[0] in (subnets.ROOT, self._netuid)

    async def _pages(self, prefix: bytes) -> AsyncIterator[list[bytes]]:
        start = None
        while page := await self._backend.keys(prefix, start=start, count=_PAGE, at=self._at):
            yield page
            start = page[-1]
            if len(page) < _PAGE:
                return

    async def _read(self, keys: Sequence[bytes]) -> None:
        for first in range(0, len(keys), _PAGE):
            some = keys[first : first + _PAGE]
            values = await self._backend.storage(some, self._at)
            for raw, value in zip(some, values, strict=True):
                if value is not None:
                    item, place, native = self._change(raw, value)
                    self.state[item, *place] = native

    def _change(self, raw: bytes, value: bytes) -> Change:
        place = self.codec.place(raw)
        if place is None:
            raise ChainError(f"the source has a key that is none here: 0x{raw.hex()}")
        item, keys = place
        try:
            native = decoded(self.codec, item, value)
        except Misfit as error:
            raise ChainError(f"{item.name} reads otherwise here: {error}", hint=_OTHER_RUNTIME) from None
        if self.codec.coders(item.value).encode(native) != value:
            raise ChainError(f"{item.name} is written otherwise here", hint=_OTHER_RUNTIME)
        return item, keys, native


async def import_subnet(backend: AsyncBackend, netuid: int, *, block: int | None = None) -> str:
    """A state file of one subnet at a block (None: the best), for `Devnet.loaded`, `load` and `--state`.

    Raises `NoSuchSubnet`, `UnknownBlock`, and `ChainError` where the source's runtime stores something otherwise.
    """
    at = await backend.block_hash(block)
    if at is None:
        raise UnknownBlock(f"there is no block {block} yet")
    found = await backend.runtime(at)
    reading = Import(backend, netuid, at=at, source=codec_of(found))
    await reading.run()
    state = reading.state
    changed = _settle(state)
    genesis = await backend.block_hash(0)
    told = {
        "genesis": _hexed(genesis),
        "block": state[NUMBER],
        "hash": _hexed(at),
        "spec": f"{found.spec_name}/{found.spec_version}",
        "netuid": netuid,
        "not_read": reading.not_read,
        "changed": changed,
    }
    about = About(state[NUMBER], state[NOW], allow_loopback=True, source=told)
    return StateFile(runtime.TABLE, reading.codec).text(about, state, None)


def _settle(state: State) -> list[str]:
    """What must be otherwise on a chain of this subnet alone, and its names."""
    state[storage.TOTAL_NETWORKS] = len(state.keys(storage.NETWORKS_ADDED))
    state[SUDO_KEY] = account("Alice").public_key
    drand.begin(state, config_of(), now_ms=state[NOW])
    return ["SubtensorModule.TotalNetworks", "Sudo.Key", "Drand.BeaconConfig", "Drand.LastStoredRound"]


def _hexed(raw: Any) -> str | None:
    return None if raw is None else "0x" + bytes(raw).hex()


__all__ = ["OF_A_SUBNET", "OF_THE_CHAIN", "Import", "import_subnet"]
