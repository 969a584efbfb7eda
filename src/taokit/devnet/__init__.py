"""A chain inside this process: real rules, real bytes, no node."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from taokit.devnet.accounts import DevSigner, account, from_uri
    from taokit.devnet.backend import codec_of, within
    from taokit.devnet.devnet import Devnet

_HOMES = {
    "DevSigner": "accounts",
    "Devnet": "devnet",
    "account": "accounts",
    "codec_of": "backend",
    "from_uri": "accounts",
    "within": "backend",
}


def __getattr__(name: str) -> Any:
    """A public name, loaded when it is first asked for: whoever only talks to a devnet needs no chain of its own."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value


__all__ = ["DevSigner", "Devnet", "account", "codec_of", "from_uri", "within"]
