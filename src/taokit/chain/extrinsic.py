"""Signed extrinsics, format 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from taokit.chain.backend import Head
from taokit.chain.codec import Codec
from taokit.signer import ED25519, SR25519, Signer

PERIOD: Final = 64
"""Blocks that an extrinsic stays valid unless told otherwise."""

_SIGNATURE: Final = {ED25519: 0, SR25519: 1}


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything an extrinsic is signed under besides its call."""

    genesis: bytes
    birth: Head  # the block its era begins with
    nonce: int
    period: int = PERIOD
    """A power of two, 4 to 4096, so that the era begins with exactly the birth block."""

    def __post_init__(self) -> None:
        if self.period not in (2**power for power in range(2, 13)):
            raise ValueError(f"an era of {self.period} blocks: it takes a power of two from 4 to 4096")


def sign(codec: Codec, call: bytes, signer: Signer, terms: Terms) -> bytes:
    """The extrinsic, ready to submit. No tip, no metadata hash."""
    era = {"period": terms.period, "current": terms.birth.number}
    common: dict[str, Any] = {"era": era, "nonce": terms.nonce, "tip": 0, "tip_asset_id": None}
    payload = codec.scale.signature_payload(call, genesis_hash=terms.genesis, era_block_hash=terms.birth.hash, **common)
    extrinsic, _ = codec.scale.encode_signed_extrinsic(
        call,
        public_key=signer.public_key,
        signature=signer.sign(payload),
        signature_version=_SIGNATURE[signer.scheme],
        **common,
    )
    return extrinsic


__all__ = ["PERIOD", "Terms", "sign"]
