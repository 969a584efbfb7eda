"""The names of SDK 10 that subnets use: `import taokit.compat as bt`. What differs is on the page about moving.

Names load when they are first asked for. Each class goes by both spellings, `bt.Axon` and `bt.axon`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from taokit._version import __version__
from taokit.compat.warned import PAGE

_HOMES = {
    "AsyncSubtensor": (".async_chain", "AsyncSubtensor"),
    "Axon": (".server", "Axon"),
    "AxonInfo": (".endpoints", "AxonInfo"),
    "Balance": (".balance", "Balance"),
    "CompatWarning": (".warned", "CompatWarning"),
    "Config": (".settings", "Config"),
    "Dendrite": (".client", "Dendrite"),
    "ExtrinsicResponse": (".extrinsics", "ExtrinsicResponse"),
    "Metagraph": (".graph", "Metagraph"),
    "StreamingSynapse": (".streams", "StreamingSynapse"),
    "Subtensor": (".chain", "Subtensor"),
    "Synapse": (".messages", "Synapse"),
    "Tensor": (".arrays", "Tensor"),
    "TerminalInfo": (".messages", "TerminalInfo"),
    "Wallet": (".wallets", "Wallet"),
    "async_subtensor": (".async_chain", "AsyncSubtensor"),
    "axon": (".server", "Axon"),
    "config": (".settings", "Config"),
    "dendrite": (".client", "Dendrite"),
    "logging": (".logs", "logging"),
    "metagraph": (".graph", "Metagraph"),
    "subtensor": (".chain", "Subtensor"),
    "tensor": (".arrays", "tensor"),
    "wallet": (".wallets", "Wallet"),
}


def __getattr__(name: str) -> Any:
    """A name of SDK 10; for one that is not here, an `AttributeError` with the page that says what to use."""
    if name not in _HOMES:
        raise AttributeError(f"taokit.compat has no {name!r} (see {PAGE}#what-is-not-here)")
    home, known_as = _HOMES[name]
    return getattr(import_module(home, "taokit.compat"), known_as)


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [
    "AsyncSubtensor",
    "Axon",
    "AxonInfo",
    "Balance",
    "CompatWarning",
    "Config",
    "Dendrite",
    "ExtrinsicResponse",
    "Metagraph",
    "StreamingSynapse",
    "Subtensor",
    "Synapse",
    "Tensor",
    "TerminalInfo",
    "Wallet",
    "__version__",
    "async_subtensor",
    "axon",
    "config",
    "dendrite",
    "logging",
    "metagraph",
    "subtensor",
    "tensor",
    "utils",
    "wallet",
]
