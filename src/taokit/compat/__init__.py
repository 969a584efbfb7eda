"""The names of SDK 10 that subnets use: `import taokit.compat as bt`. What differs is on the page about moving.

Names load when they are first asked for. Each class goes by both spellings, `bt.Axon` and `bt.axon`.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from taokit._version import __version__
from taokit.compat.absent import lacking

_IN = {
    ".arrays": "Tensor tensor",
    ".async_chain": "AsyncSubtensor",
    ".balance": "Balance rao tao",
    ".chain": "Subtensor",
    ".client": "Dendrite",
    ".endpoints": "AxonInfo",
    ".errors": (
        "BlacklistedException ChainConnectionError ChainError ChainQueryError ChainTransactionError KeyFileError "
        "NotRegisteredError NotVerifiedException PriorityException RegistrationError StakeError SubnetNotExists "
        "SynapseParsingError TransferError TxRateLimitExceeded UnknownSynapseError UnstakeError"
    ),
    ".extrinsics": "ExtrinsicResponse",
    ".graph": "Metagraph",
    ".infos": "DynamicInfo NeuronInfo NeuronInfoLite PrometheusInfo StakeInfo SubnetHyperparameters",
    ".logs": "logging",
    ".messages": "Synapse",
    ".mock": "MockSubtensor MockWallet get_mock_coldkey get_mock_hotkey get_mock_keypair get_mock_wallet",
    ".server": "Axon",
    ".settings": "BLOCKTIME Config DEFAULTS DEFAULT_NETWORK",
    ".streams": "StreamingSynapse",
    ".terminal": "TerminalInfo",
    ".utils": "strtobool u16_normalized_float u64_normalized_float",
    ".wallets": "Wallet",
    ".warned": "CompatWarning",
    "bittensor_wallet": "Keypair",
}
_FORMER = {
    "__ss58_format__": (".utils", "SS58_FORMAT"),
    "async_subtensor": (".async_chain", "AsyncSubtensor"),
    "axon": (".server", "Axon"),
    "config": (".settings", "Config"),
    "defaults": (".settings", "DEFAULTS"),
    "dendrite": (".client", "Dendrite"),
    "metagraph": (".graph", "Metagraph"),
    "subtensor": (".chain", "Subtensor"),
    "wallet": (".wallets", "Wallet"),
}
_HOMES = {name: (home, name) for home, names in _IN.items() for name in names.split()} | _FORMER


def __getattr__(name: str) -> Any:
    """A name of SDK 10; for one that is not here, an `AttributeError` with what to use and the page."""
    if name == "mock":
        return import_module("taokit.compat.mock")
    if name not in _HOMES:
        raise AttributeError(lacking("bt", name))
    home, known_as = _HOMES[name]
    return getattr(import_module(home, "taokit.compat"), known_as)


def __dir__() -> list[str]:
    return sorted(__all__)


__all__ = [*sorted(_HOMES), "__version__", "mock", "utils"]
