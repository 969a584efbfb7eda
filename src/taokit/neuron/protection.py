"""The keys by which a neuron proves to be itself and reads what only it should: files beside its state."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from taokit.axon import Sealing, Tls, sealing_of, tls_of
from taokit.neuron.place import Place
from taokit.protocol.sealing import key_record
from taokit.signer import Signer

TLS_FILE: Final = "tls.pem"
SEALING_FILE: Final = "sealing.key"


@dataclass(frozen=True, slots=True)
class Protection:
    """What a neuron serves with, and what it publishes, or withdraws, of its keys."""

    tls: Tls | None = None
    sealing: Sealing | None = None
    certificate: bytes | None = None  # of its TLS key, in use or not
    key_record: bytes | None = None  # of its key for sealed bodies, in use or not


def protection_of(place: Place, home: Path, signer: Signer) -> Protection:
    """The keys that a place asks for, from its folder, where they are made if there are none.

    Those of an earlier time are read too, to be withdrawn. Raises `ConfigurationError` for a file that cannot be used.
    """
    tls, sealing = home / TLS_FILE, home / SEALING_FILE
    has_tls = tls_of(tls, plain=place.tls == "both") if place.tls != "off" or tls.exists() else None
    has_sealing = (
        sealing_of(sealing, required=place.sealing == "require") if place.sealing != "off" or sealing.exists() else None
    )
    return Protection(
        tls=has_tls if place.tls != "off" else None,
        sealing=has_sealing if place.sealing != "off" else None,
        certificate=None if has_tls is None else has_tls.published,
        key_record=None if has_sealing is None else key_record(signer, has_sealing.public),
    )


__all__ = ["Protection", "protection_of"]
