"""A subnet of a real chain into a file."""

from __future__ import annotations

import asyncio
from pathlib import Path

from taokit.backends import NativeBackend
from taokit.cli.devnet import files
from taokit.cli.devnet.remote import show
from taokit.connect import NETWORKS
from taokit.devnet.importing import import_subnet
from taokit.errors import ConfigurationError


def import_to(output: Path, *, network: str, netuid: int, block: int | None, as_json: bool) -> None:
    """Read the subnet and write the file, whole or not at all."""
    text = asyncio.run(_text(network, netuid, block))
    files.write(output, text)
    entries = text.count("\n") - 2
    said = f"{entries} values of subnet {netuid} written to {output}\nserve it with `taokit devnet --state {output}`"
    show({"file": str(output), "netuid": netuid, "entries": entries}, said, as_json=as_json)


async def _text(network: str, netuid: int, block: int | None) -> str:
    backend = _backend(network)
    try:
        return await import_subnet(backend, netuid, block=block)
    finally:
        await backend.close()


def _backend(network: str) -> NativeBackend:
    known = NETWORKS.get(network)
    if known is not None:
        return NativeBackend(known.urls, genesis=known.genesis)
    if "://" not in network:
        hint = f"name one of {', '.join(NETWORKS)}, or an address such as ws://127.0.0.1:9944"
        raise ConfigurationError(f"no network is called {network!r}", hint=hint)
    return NativeBackend(network.split(","))


__all__ = ["import_to"]
