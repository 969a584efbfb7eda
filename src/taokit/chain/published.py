"""What a hotkey makes known of itself on a subnet besides its address: a key for TLS, and a few bytes of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from taokit.chain.decoded import Told, ask, ask_map
from taokit.chain.requests import Read, Storage

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
class Timelocked:
    """A field that nobody can read before a round of the beacon is out."""

    sealed: bytes
    round: int


@dataclass(frozen=True, slots=True)
class Commitment:
    """What a hotkey committed to last."""

    block: int
    fields: tuple[Any, ...]  # up to three: bytes, `Timelocked`, else what the codec makes of a hash or a flag


@dataclass(frozen=True, slots=True)
class RevealedCommitment:
    """What a timelocked field of a commitment held."""

    content: bytes
    block: int  # in which the chain opened it


def certificate(netuid: int, hotkey: str) -> Read[Certificate | None]:
    """The public key that a hotkey published with its address, or None."""
    told = yield from ask(Storage("SubtensorModule", "NeuronCertificates", (netuid, hotkey)))
    return None if told.absent else _certificate(told)


def certificates(netuid: int) -> Read[dict[str, Certificate]]:
    """Every published key of a subnet, by hotkey; those that left the subnet may be among them."""
    stored = yield from ask_map("SubtensorModule", "NeuronCertificates", netuid)
    return {hotkey: _certificate(told) for hotkey, told in stored}


def commitment(netuid: int, hotkey: str) -> Read[Commitment | None]:
    """What a hotkey committed to last on a subnet, or None."""
    told = yield from ask(Storage("Commitments", "CommitmentOf", (netuid, hotkey)))
    return None if told.absent else _commitment(told)


def commitments(netuid: int) -> Read[dict[str, Commitment]]:
    """Every commitment of a subnet, by hotkey."""
    return {hotkey: _commitment(told) for hotkey, told in (yield from ask_map("Commitments", "CommitmentOf", netuid))}


def revealed_commitments(netuid: int, hotkey: str) -> Read[tuple[RevealedCommitment, ...]]:
    """What the timelocked commitments of a hotkey held, the oldest first, as far as the chain keeps them."""
    told = yield from ask(Storage("Commitments", "RevealedCommitments", (netuid, hotkey)))
    pairs = () if told.absent else (entry.parts(2) for entry in told)
    return tuple(RevealedCommitment(content.octets(), block.integer()) for content, block in pairs)


def _certificate(told: Told) -> Certificate:
    return Certificate(told["algorithm"].integer(), told["public_key"].octets())


def _commitment(told: Told) -> Commitment:
    return Commitment(told["block"].integer(), tuple(map(_field, told["info"]["fields"])))


def _field(told: Told) -> Any:
    """A raw field as bytes, a timelocked one as what it is, every other one as the codec has it."""
    if isinstance(told.value, dict) and len(told.value) == 1:
        (kind,) = told.value
        if kind == "BigRaw" or kind.removeprefix("Raw").isdecimal():
            return told[kind].octets()
        if kind == "TimelockEncrypted":
            held = told[kind]
            return Timelocked(held["encrypted"].octets(), held["reveal_round"].integer())
    return told.value


__all__ = [
    "Certificate",
    "Commitment",
    "RevealedCommitment",
    "Timelocked",
    "certificate",
    "certificates",
    "commitment",
    "commitments",
    "revealed_commitments",
]
