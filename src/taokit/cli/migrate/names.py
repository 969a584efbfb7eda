"""Where the names of SDK 10 are now. What `taokit.compat` has is asked of itself, so the two never differ."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import taokit.compat as compat
from taokit.compat.absent import ABSENT
from taokit.compat.utils import networking, weight_utils
from taokit.compat.wallets import Key
from taokit.protocol.terminal import TERMINAL_FIELDS

SDK = "bittensor"
COMPAT = "taokit.compat"
MODULES: dict[str, Any] = {
    "utils": compat.utils,
    "utils.weight_utils": weight_utils,
    "utils.networking": networking,
}
"""Modules of the SDK that are modules here, by their names below it."""

TERMINAL = frozenset(TERMINAL_FIELDS) | frozenset(name for name in dir(compat.TerminalInfo) if name[0] != "_")
"""What `synapse.axon` and `synapse.dendrite` hold."""

_INFO = frozenset(field.name for field in fields(compat.AxonInfo)) | frozenset(dir(compat.AxonInfo))
_CHAIN = frozenset({"here", "network", "chain_endpoint", "devnet"})
_GRAPH = frozenset({"netuid", "mechid", "lite", "network", "axons", "graph", "subtensor"})

MEMBERS = {
    "subtensor": frozenset(dir(compat.MockSubtensor)) | frozenset(dir(compat.AsyncSubtensor)) | _CHAIN,
    "metagraph": frozenset(dir(compat.Metagraph)) | _GRAPH,
    "dendrite": frozenset(dir(compat.Dendrite)) | TERMINAL,
    "axon": frozenset(dir(compat.Axon)) | _INFO | TERMINAL | {"config", "wallet", "started"},
    "wallet": frozenset(dir(compat.Wallet)) | {"config", "name", "hotkey_str", "path"},
    "wallet.hotkey": frozenset(dir(Key)) | {"ss58_address"},
    "wallet.coldkey": frozenset(dir(Key)) | {"ss58_address"},
}
"""What objects that usually go by these names can do."""

FORMER = frozenset({"core", "utils", "extras", "mock", "chain_data", "btlogging", "commands", "extrinsics", "subnets"})
"""Packages below the SDK, of any version since 6."""

ROWS = {
    "subtensor": "Subtensor",
    "metagraph": "Metagraph",
    "dendrite": "Dendrite",
    "axon": "Axon",
    "wallet": "Wallet",
    "wallet.hotkey": "Key",
    "wallet.coldkey": "Key",
}
"""Where `ABSENT` says what to use for what they cannot do."""

ALONE = frozenset({"subtensor", "metagraph"})
"""Of these, names that mean a chain's also where a file imports no SDK."""


def home_of(module: str, name: str) -> str | None:
    """The module that has what `from module import name` took of the SDK, or None where there is none."""
    inner = module.removeprefix(SDK).removeprefix(".")
    whole = f"{inner}.{name}".removeprefix(".")
    if whole in MODULES and inner:
        return f"{COMPAT}.{inner}"
    if name in compat.__all__:
        return COMPAT
    return f"{COMPAT}.{inner}" if inner in MODULES and hasattr(MODULES[inner], name) else None


def kind_of(owner: str) -> str | None:
    """By which of these names an object usually goes that is written like this, such as `self.mock_subtensor`."""
    parts = owner.split(".")
    if len(parts) > 1 and ".".join(parts[-2:]) in MEMBERS:
        return ".".join(parts[-2:])
    return next((name for name in MEMBERS if parts[-1] == name or parts[-1].endswith(f"_{name}")), None)


def instead(name: str, owner: str = "bt") -> str:
    """What to say of a name that is nowhere."""
    last = name.rpartition(".")[2]
    use = ABSENT.get(owner, {}).get(last) or next((row[last] for row in ABSENT.values() if last in row), None)
    if use is None and last.endswith("_extrinsic"):
        use = "methods of `bt.Subtensor`, or `taokit.chain.calls`"
    return f"taokit.compat has no {name}" + (f": {use}" if use else "")


def is_path(text: str) -> bool:
    """Whether a text names something of the SDK, as `patch` and `import_module` take it."""
    first, _, rest = text.partition(".")
    inner = rest.partition(".")[0]
    return first == SDK and text.replace(".", "").isidentifier() and (inner in FORMER or inner in compat.__all__)


__all__ = ["ALONE", "COMPAT", "MEMBERS", "MODULES", "ROWS", "SDK", "home_of", "instead", "is_path", "kind_of"]
