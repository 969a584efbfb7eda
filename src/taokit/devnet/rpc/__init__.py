"""A devnet over a socket: the JSON-RPC that real clients speak to a node."""

from taokit.devnet.rpc.limits import Limits
from taokit.devnet.rpc.server import PORT, Server

__all__ = ["PORT", "Limits", "Server"]
