"""What the runtime says of itself: its name, its numbers, and the APIs it answers."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from taokit.devnet.runtime.methods import API_VERSIONS, METHODS

SPEC_NAME: Final = "node-subtensor"
SPEC_VERSION: Final = 425
TRANSACTION_VERSION: Final = 1


def api_id(name: str) -> bytes:
    """What names an API in a runtime's version: eight bytes of the name's hash."""
    return blake2b(name.encode(), digest_size=8).digest()


_APIS: Final = tuple((api_id(api), API_VERSIONS.get(api, 1)) for api in dict.fromkeys(row.api for row in METHODS))

VERSION: Final = (SPEC_NAME, SPEC_NAME, 1, SPEC_VERSION, 1, _APIS, TRANSACTION_VERSION, 1)
"""A `RuntimeVersion`."""

__all__ = ["SPEC_NAME", "SPEC_VERSION", "TRANSACTION_VERSION", "VERSION", "api_id"]
