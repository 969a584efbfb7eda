"""From the name of a network to a client of it."""

from __future__ import annotations

from taokit.chain import AsyncChain, Chain
from taokit.devnet import Devnet
from taokit.errors import ConfigurationError

DEVNET = "devnet"


def connect(network: str | Devnet) -> Chain:
    """A client for blocking code. Raises `ConfigurationError` for a network that nothing here can reach."""
    return _devnet(network).chain()


def connect_async(network: str | Devnet) -> AsyncChain:
    """A client for async code. Raises `ConfigurationError` for a network that nothing here can reach."""
    return _devnet(network).async_chain()


def _devnet(network: str | Devnet) -> Devnet:
    if isinstance(network, Devnet):
        return network
    if network == DEVNET:
        return Devnet.subnet()
    raise ConfigurationError(
        f"taokit cannot connect to {network!r}: it reaches no chain but the one inside this process yet",
        hint="use --network devnet",
    )


__all__ = ["DEVNET", "connect", "connect_async"]
