"""The well-known development keys, by address."""

from __future__ import annotations

from functools import cache

from taokit.keys import from_uri
from taokit.signer import ED25519, SR25519, Signer
from taokit.testing.conformance.files import Mismatch

URIS = ("//Alice", "//Bob", "//Charlie", "//Dave", "//Eve", "//Ferdie")


@cache
def signer_of(uri: str, scheme: str = SR25519) -> Signer:
    """The signer of a development URI."""
    return from_uri(uri, scheme=scheme)


def signer_at(address: str, scheme: str = SR25519) -> Signer:
    """The development key with this address; `Mismatch` when there is none."""
    if scheme not in (SR25519, ED25519):
        raise Mismatch(f"no scheme {scheme!r}")
    for uri in URIS:
        if signer_of(uri, scheme).ss58 == address:
            return signer_of(uri, scheme)
    raise Mismatch(f"{address} is the address of no well-known development key")


__all__ = ["signer_at", "signer_of"]
