"""From the name of a network to a client of it. What it joins is imported when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.chain import AsyncChain, Chain
    from taokit.devnet import Devnet

DEVNET: Final = "devnet"
"""The network that is made on the spot: a new chain inside this process, with a running subnet 1."""


def connect(network: str | Devnet) -> Chain:
    """A client for blocking code. Raises `ConfigurationError` for a network that nothing here can reach."""
    return _devnet(network).chain()


def connect_async(network: str | Devnet) -> AsyncChain:
    """A client for async code. Raises `ConfigurationError` for a network that nothing here can reach."""
    return _devnet(network).async_chain()


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


__all__ = ["DEVNET", "connect", "connect_async"]
