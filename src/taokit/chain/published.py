"""What a hotkey makes known of itself on a subnet besides its address: a key for TLS, and a few bytes of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from taokit.chain.requests import Read, Storage, StorageMap

ED25519: Final = 1
"""The algorithm byte of Ed25519 keys, as it has become usual; the chain gives it no meaning."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """A public key, as `serve_axon_tls` stores it: no X.509, and not checked by the chain."""

    algorithm: int  # one byte
    public_key: bytes  # up to 64

    @property
    def ed25519(self) -> bytes | None:
        """The Ed25519 key that it holds (32 bytes), or None when it holds something else."""
        return self.public_key if self.algorithm == ED25519 and len(self.public_key) == 32 else None


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a hotkey committed to last."""

    block: int
    fields: tuple[Any, ...]  # up to three: bytes, else what the codec makes of a hash, a timelocked text or a flag


def certificate(netuid: int, hotkey: str) -> Read[Certificate | None]:
    """The public key that a hotkey published with its address, or None."""
    stored = yield Storage("SubtensorModule", "NeuronCertificates", (netuid, hotkey))
    return None if stored is None else _certificate(stored)


def certificates(netuid: int) -> Read[dict[str, Certificate]]:
    """Every published key of a subnet, by hotkey; those that left the subnet may be among them."""
    stored = yield StorageMap("SubtensorModule", "NeuronCertificates", (netuid,))
    return {hotkey: _certificate(value) for hotkey, value in stored}


def commitment(netuid: int, hotkey: str) -> Read[Commitment | None]:
    """What a hotkey committed to last on a subnet, or None."""
    stored = yield Storage("Commitments", "CommitmentOf", (netuid, hotkey))
    return None if stored is None else _commitment(stored)


def commitments(netuid: int) -> Read[dict[str, Commitment]]:
    """Every commitment of a subnet, by hotkey."""
    stored = yield StorageMap("Commitments", "CommitmentOf", (netuid,))
    return {hotkey: _commitment(value) for hotkey, value in stored}


def _certificate(stored: dict[str, Any]) -> Certificate:
    return Certificate(int(stored["algorithm"]), _bytes(stored["public_key"]))


def _commitment(stored: dict[str, Any]) -> Commitment:
    return Commitment(int(stored["block"]), tuple(map(_field, stored["info"]["fields"])))


def _field(field: Any) -> Any:
    """A raw field as bytes, every other one as the codec has it."""
    if isinstance(field, dict) and len(field) == 1:
        (kind, value), *_ = field.items()
        if kind == "BigRaw" or kind.removeprefix("Raw").isdecimal():
            return _bytes(value)
    return field


def _bytes(value: Any) -> bytes:
    """Bytes however they were decoded: codecs show those that are text as text, and others in hex."""
    if not isinstance(value, str):
        return bytes(value)
    if value.startswith("0x"):
        try:
            return bytes.fromhex(value[2:])
        except ValueError:
            pass
    return value.encode()


__all__ = ["Certificate", "Commitment", "certificate", "certificates", "commitment", "commitments"]
