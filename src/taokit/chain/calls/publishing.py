"""What keys say of themselves: commitments, identities, symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from taokit.chain.calls.base import Call, subtensor
from taokit.chain.published import Timelocked


def set_commitment(netuid: int, fields: Sequence[Any]) -> Call:
    """Publish up to three fields in the place of those before: bytes, up to 512 each, or what a read showed.

    A `Timelocked` field opens by itself when its round of the beacon is out. Free.
    """
    return Call("Commitments", "set_commitment", {"netuid": netuid, "info": {"fields": [*map(_data, fields)]}})


def _data(field: Any) -> Any:
    """A field as the chain's `Data`, which has a name for each length up to 128 bytes."""
    if isinstance(field, Timelocked):
        return {"TimelockEncrypted": {"encrypted": field.sealed, "reveal_round": field.round}}
    if not isinstance(field, bytes):
        return field
    return {f"Raw{len(field)}" if len(field) <= 128 else "BigRaw": field}


def set_identity(
    name: str,
    *,
    url: str = "",
    github_repo: str = "",
    image: str = "",
    discord: str = "",
    description: str = "",
    additional: str = "",
) -> Call:
    """Say who a coldkey is, in the place of what it said before.

    Up to 256 bytes each, 1024 for `image`, `description`, `additional`. Signed by a registered hotkey's coldkey.
    """
    texts = {"name": name, "url": url, "github_repo": github_repo, "image": image}
    return subtensor(
        "set_identity", **_encoded(**texts, discord=discord, description=description, additional=additional)
    )


def set_subnet_identity(
    netuid: int,
    subnet_name: str,
    *,
    github_repo: str = "",
    subnet_contact: str = "",
    subnet_url: str = "",
    discord: str = "",
    description: str = "",
    logo_url: str = "",
    additional: str = "",
) -> Call:
    """Say what a subnet is, in the place of what was said before. Up to 256 bytes for name and discord, else 1024.

    Signed by the subnet's owner.
    """
    texts = {"subnet_name": subnet_name, "github_repo": github_repo, "subnet_contact": subnet_contact}
    texts |= {"subnet_url": subnet_url, "discord": discord, "description": description}
    return subtensor(
        "set_subnet_identity", netuid=netuid, **_encoded(**texts, logo_url=logo_url, additional=additional)
    )


def update_symbol(netuid: int, symbol: str) -> Call:
    """Give a subnet's alpha another of the chain's symbols. Signed by the subnet's owner."""
    return subtensor("update_symbol", netuid=netuid, symbol=symbol.encode())


def _encoded(**texts: str) -> dict[str, bytes]:
    return {name: text.encode() for name, text in texts.items()}


__all__ = [
    "set_commitment",
    "set_identity",
    "set_subnet_identity",
    "update_symbol",
]
