"""From the name of a network to a client of it. What it joins is imported when it is called."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.chain import AsyncChain, Chain
    from taokit.devnet import Devnet

DEVNET: Final = "devnet"
"""The network that is made on the spot: a new chain inside this process, with a running subnet 1."""

BLOCK_SECONDS: Final = 1.0
"""Real time between two blocks of a chain made on the spot, each of 12 seconds of chain time."""


def connect(network: str | Devnet) -> Chain:
    """A client for blocking code. Raises `ConfigurationError` for a network that nothing here can reach."""
    return _devnet(network).chain()


@asynccontextmanager
async def connection(network: str | Devnet) -> AsyncIterator[AsyncChain]:
    """A client for async code, for the length of the block. Raises `ConfigurationError` as `connect` does.

    A chain made on the spot lives as long, and makes a block every second; one handed in keeps its own pace.
    """
    import asyncio

    devnet = _devnet(network)
    clock = asyncio.create_task(devnet.tick(BLOCK_SECONDS)) if network == DEVNET else None
    try:
        async with devnet.async_chain() as chain:
            yield chain
    finally:
        if clock is not None:
            clock.cancel()
            await asyncio.gather(clock, return_exceptions=True)


def _devnet(network: str | Devnet) -> Devnet:
    from taokit.devnet import Devnet

    if isinstance(network, Devnet):
        return network
    if network == DEVNET:
        return Devnet.subnet()
    raise ConfigurationError(
        f"taokit cannot connect to {network!r}: it reaches no chain but the one inside this process yet",
        hint="use --network devnet",
    )


__all__ = ["BLOCK_SECONDS", "DEVNET", "connect", "connection"]
