"""Sees to it that the chain holds what callers must know of a neuron: its address and its keys."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass

from taokit.chain import AsyncChain, Call, Head, Read, calls, reads
from taokit.errors import ChainRefused
from taokit.metagraph import Endpoint
from taokit.neuron.advancing import LIFETIME
from taokit.protocol.sealing import is_key_record
from taokit.signer import Signer

log = logging.getLogger("taokit.neuron")

NO_KEY = b"\x00"
"""A certificate that stands for none: the chain keeps what was published until something else is."""
MAX_FIELDS = 3
"""Of a commitment (`Commitments::MaxFields`)."""
NEXT_BLOCKS = 2
"""After one call, before the next one of the same key: its nonce must be on chain."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the chain should say of a neuron."""

    endpoint: Endpoint
    certificate: bytes | None = None  # a byte of algorithm and the key; None: it has none
    key_record: bytes | None = None  # of the key for sealed bodies; None: it has none
    tls: bool = False  # the certificate is in use; else it is withdrawn where it was published
    sealing: bool = False  # the same of the key for sealed bodies


@dataclass(frozen=True, slots=True)
class Stored:
    """What it says now."""

    endpoint: Endpoint | None
    certificate: reads.Certificate | None
    commitment: reads.Commitment | None


def stored(netuid: int, hotkey: str) -> Read[Stored]:
    """What the chain says of a neuron."""
    return Stored(
        (yield from reads.axon(netuid, hotkey)),
        (yield from reads.certificate(netuid, hotkey)),
        (yield from reads.commitment(netuid, hotkey)),
    )


def due(netuid: int, wanted: Wanted, now: Stored) -> Iterator[Call]:
    """The calls that make the chain say what is wanted, in their order."""
    at, key = wanted.endpoint, _key_due(wanted, _bytes_of(now.certificate))
    moved = now.endpoint is None or (now.endpoint.ip, now.endpoint.port) != (at.ip, at.port)
    if key is not None:
        yield calls.serve_axon_tls(netuid, at.ip, at.port, certificate=key)
    elif moved:
        yield calls.serve_axon(netuid, at.ip, at.port)
    if wanted.key_record is not None:
        yield from _commitment_due(netuid, wanted.key_record, now.commitment, keep=wanted.sealing)


def _key_due(wanted: Wanted, published: bytes | None) -> bytes | None:
    """The certificate that takes the place of the published one; None when that may stay.

    Only a key of this very axon is withdrawn: other programs publish keys for purposes of their own.
    """
    if wanted.tls:
        return wanted.certificate if wanted.certificate != published else None
    return NO_KEY if published is not None and published == wanted.certificate else None


def _bytes_of(certificate: reads.Certificate | None) -> bytes | None:
    return None if certificate is None else bytes([certificate.algorithm]) + certificate.public_key


def _commitment_due(netuid: int, record: bytes, now: reads.Commitment | None, *, keep: bool) -> Iterator[Call]:
    """The commitment with our key in it, or without, and everything else that it held; nothing when it is so already.

    Records of one key differ by their signature, so the key in them is what counts. A flag that resets bonds is not
    repeated: it would do so again.
    """
    fields = () if now is None else now.fields
    if any(is_key_record(field, like=record) for field in fields) == keep:
        return
    others = [field for field in fields if not is_key_record(field) and field != "ResetBondsFlag"]
    if len(others) + keep <= MAX_FIELDS:
        yield calls.set_commitment(netuid, [*others, record] if keep else others)
    else:
        log.warning("the key for sealed bodies is not published: this hotkey's commitment has no field left")


class Publisher:
    """Compares what the chain says of a neuron with what it should say, now and then, and sends what is missing."""

    def __init__(self, chain: AsyncChain, signer: Signer, netuid: int) -> None:
        self._chain, self._signer, self._netuid = chain, signer, netuid
        self._next_look = 0  # block

    async def advance(self, wanted: Wanted, head: Head) -> None:
        """Send one call where the chain says something else, and look again once it is there, or after `LIFETIME`."""
        if head.number < self._next_look:
            return
        self._next_look = head.number + LIFETIME
        now = await self._chain.read(stored(self._netuid, self._signer.ss58), at=head.hash)
        waiting = [*due(self._netuid, wanted, now)]
        while waiting:
            if await self._sent(waiting.pop(0)):
                break
        if waiting:
            self._next_look = head.number + NEXT_BLOCKS

    async def _sent(self, call: Call) -> bool:
        try:
            await self._chain.submit(call, self._signer, wait=None, period=LIFETIME)
        except ChainRefused as error:
            log.warning("the chain does not take %s: %s (%s)", call.function, error, error.hint or "")
            return False
        return True


__all__ = ["NO_KEY", "Publisher", "Stored", "Wanted", "due", "stored"]
