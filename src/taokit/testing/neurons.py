"""Miners and validators on a test's chain."""

from __future__ import annotations

from collections.abc import AsyncIterator, MutableMapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from hashlib import blake2b
from pathlib import Path
from typing import Any, overload

from taokit.devnet import Devnet
from taokit.devnet.presets import NETUID, Cast
from taokit.errors import ConfigurationError
from taokit.neuron import Miner, MinerNeuron, Neuron, Place, Validator, ValidatorNeuron, neuron_of
from taokit.neuron.timelock import Timelock
from taokit.signer import Signer


class Neurons:
    """Runs role classes on one chain, each object as one neuron with a key of its own."""

    def __init__(
        self, devnet: Devnet, cast: Cast, folder: Path, *, name: str, ciphertexts: MutableMapping[bytes, bytes]
    ) -> None:
        """`folder` is for their files; `name` is what their draws follow from, so that two runs agree."""
        self._devnet, self._folder, self._name, self._ciphertexts = devnet, folder, name, ciphertexts
        self._miners = cast.answering()
        self._validators = [signer for signer, _ in cast.asking()]
        self._running: set[str] = set()

    @overload
    def __call__(
        self, role: type[Miner], *, signer: Signer | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[MinerNeuron]: ...
    @overload
    def __call__(
        self, role: type[Validator], *, signer: Signer | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[ValidatorNeuron]: ...
    def __call__(
        self, role: type[Miner | Validator], *, signer: Signer | None = None, **settings: Any
    ) -> AbstractAsyncContextManager[Any]:
        """Inside the block, a neuron that runs an object of this class: its `port`, `role`, `signer`, `scored()`.

        `signer` is a hotkey that is registered, else the next one of the chain that runs no neuron; the same one again
        finds its files. Settings are the class's own. Raises `NotRegistered`, `ConfigurationError` or what the class
        raises when it does not start, and at the end what ended it if it ended by itself.
        """
        return self._run(role, signer, settings)

    @asynccontextmanager
    async def _run(
        self, role: type[Miner | Validator], signer: Signer | None, settings: dict[str, Any]
    ) -> AsyncIterator[Neuron]:
        key = signer or self._free(role)
        async with AsyncExitStack() as held:
            chain = await held.enter_async_context(self._devnet.async_chain())
            timelock = Timelock(remembered=self._ciphertexts)
            held.push_async_callback(timelock.close)
            neuron = neuron_of(role, self._place(key, settings, timelock), signer=key, chain=chain)
            await neuron.start()
            held.push_async_callback(neuron.stop, 0.0)
            self._running.add(key.ss58)
            held.callback(self._running.discard, key.ss58)
            yield neuron
            failed = neuron.failed
        if failed is not None:
            raise failed

    def _place(self, key: Signer, settings: dict[str, Any], timelock: Timelock) -> Place:
        return Place(
            netuid=NETUID,
            state=self._folder / "taokit",
            seed=blake2b(f"{self._name} {key.ss58}".encode(), digest_size=32).digest(),
            host="127.0.0.1",
            port=0,
            allow_private=True,
            settings={name: str(value) for name, value in settings.items()},
            timelock=timelock,
        )

    def _free(self, role: type[Miner | Validator]) -> Signer:
        """The next key that runs nothing."""
        kind, keys = ("miners", self._miners) if issubclass(role, Miner) else ("validators", self._validators)
        for key in keys:
            if key.ss58 not in self._running:
                return key
        raise ConfigurationError(
            f"all {len(keys)} {kind} of this chain run already",
            hint=f"mark the test with pytest.mark.devnet({kind}={len(keys) + 1}), or pass a signer",
        )


__all__ = ["Neurons"]
