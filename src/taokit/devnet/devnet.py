"""A chain inside this process, and what can be done to it that no real chain allows."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Self

from taokit.devnet import presets
from taokit.devnet.accounts import account
from taokit.devnet.beacon.controls import Drand
from taokit.devnet.beacon.key import config_of
from taokit.devnet.beginnings import Running
from taokit.devnet.blocks import root_of
from taokit.devnet.presets import GENESIS_MS, NETUID
from taokit.devnet.rewinding import Rewound
from taokit.devnet.runtime import Genesis, Preset, shield
from taokit.devnet.runtime.state import State
from taokit.devnet.time import Timed
from taokit.devnet.writing import Impersonation, Written

if TYPE_CHECKING:  # clients take longer to load than the chain they are for
    from taokit.chain import AsyncBackend, AsyncChain, Backend, Chain
    from taokit.devnet.beacon.patch import Encrypt

_PASSING: Final = {
    "System": {"BlockHash", "ParentHash", "Digest", "ExtrinsicData"},
    "MevShield": {item.name for item in shield.KEYS},  # they follow from the first block's hash, where they can be made
}
"""By pallet, entries that say what blocks are called and hold, not what is so."""


class Devnet(Timed, Rewound, Written):
    """A chain inside this process.

    Time passes when `mine` or `travel` is called, 12 seconds of chain time a block; with `auto` each submitted
    extrinsic also gets a block of its own at once. It belongs to one thread, and its followers to one event loop.
    """

    subnet = Running("subnet")
    """A running subnet 1 where weights are set in the open, one epoch old, so that validators hold permits."""

    demo = Running("demo", auto=False)
    """`subnet`, but weights are committed by hash and revealed one epoch later, and blocks wait for `mine`."""

    faithful = Running("faithful")
    """`subnet` for rehearsals: the main network's limits, thresholds and issuance, no axons on this machine.

    Weights are timelocked, and revealed one epoch later. Half a TAO a block.
    """

    @classmethod
    def empty(cls, *, genesis_ms: int = GENESIS_MS, auto: bool = True) -> Self:
        """No subnet but root, and a million TAO on each of //Alice to //Ferdie; //Alice is root."""
        config = Genesis(genesis_ms, sudo=account("Alice").public_key, balances=presets.accounts(), beacon=config_of())
        return cls.of("empty", config, auto=auto)

    @classmethod
    def of(cls, preset: Preset, config: Genesis, *, auto: bool) -> Self:
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

    def state_root(self) -> bytes:
        """One hash over everything stored but block hashes, digest, extrinsic data and the author's keys: 32 bytes.

        Equal chains have equal roots, whatever their blocks are called and whichever libraries they run on. BLAKE2b.
        """
        pairs = self._node.codec.everything(self.state)
        named = [raw for pair in pairs if not pair[0].startswith(self._passing()) for raw in pair]
        return root_of(named)

    def _passing(self) -> tuple[bytes, ...]:
        """Prefixes of the entries of `_PASSING`."""
        entries = ((pallet.name, item) for pallet in self._node.table.pallets for item in pallet.storage)
        return tuple(self._node.codec.key(item) for pallet, item in entries if item.name in _PASSING.get(pallet, ()))

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
        from taokit.devnet.backend import DevnetBackend

        return DevnetBackend(self._node)

    def async_backend(self) -> AsyncBackend:
        """This chain as async code sees a node."""
        from taokit.devnet.backend import AsyncDevnetBackend

        return AsyncDevnetBackend(self._node)

    def chain(self) -> Chain:
        """A client of this chain, for blocking code."""
        from taokit.chain import Chain
        from taokit.devnet.backend import codec_of

        return Chain(self.backend(), codec_of)

    def async_chain(self) -> AsyncChain:
        """A client of this chain, for async code."""
        from taokit.chain import AsyncChain
        from taokit.devnet.backend import codec_of, within

        return AsyncChain(self.async_backend(), codec_of, within)


__all__ = ["Devnet", "Impersonation"]
