"""Reads the recorded wire vectors, and makes signers of the well-known development keys."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bittensor_core
import pytest

WIRE = Path(__file__).parent / "vectors" / "wire"


def file_of(kind: str) -> dict[str, Any]:
    recorded = json.loads((WIRE / f"{kind}.json").read_text())
    assert recorded["kind"] == kind
    return recorded


def vectors(kind: str) -> list[Any]:
    return [pytest.param(vector, id=vector["id"]) for vector in file_of(kind)["vectors"]]


@dataclass(frozen=True)
class DevSigner:
    uri: str
    scheme: str = "sr25519"

    @property
    def _pair(self) -> Any:
        crypto = {"sr25519": bittensor_core.CRYPTO_SR25519, "ed25519": bittensor_core.CRYPTO_ED25519}[self.scheme]
        return bittensor_core.Keypair.create_from_uri(self.uri, crypto)

    @property
    def ss58(self) -> str:
        return self._pair.ss58_address

    @property
    def public_key(self) -> bytes:
        return bytes(self._pair.public_key)

    def sign(self, message: bytes) -> bytes:
        return bytes(self._pair.sign(message))


ALICE, BOB, CHARLIE = DevSigner("//Alice"), DevSigner("//Bob"), DevSigner("//Charlie")
