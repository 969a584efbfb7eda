"""Signed extrinsics as the pool takes them apart and checks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import bittensor_core

from taokit.devnet.accounts import address
from taokit.devnet.blocks import blake2_256
from taokit.devnet.runtime import Bill, bill
from taokit.devnet.runtime.shield import MAX_ERA, carries
from taokit.devnet.runtime.system import BLOCK_HASH_COUNT
from taokit.devnet.runtime.table import DecodedCall, Extension, Table
from taokit.devnet.scale import Coders, ScaleError, read_compact
from taokit.errors import PoolRefused

MAX_BYTES: Final = 1 << 20
"""The longest extrinsic that the pool takes."""

MOCK: Final = bytes.fromhex("deadbeef").ljust(64, b"\xcd")
"""What stands for the signature of an account that is impersonated, as Chopsticks has it."""

_SIGNED: Final = 0x84
_LONGEST_SIGNED: Final = 256  # longer payloads are signed by their hash
_SCHEMES: Final = {0: bittensor_core.CRYPTO_ED25519, 1: bittensor_core.CRYPTO_SR25519}


@dataclass(frozen=True, slots=True)
class Terms:
    """What an extrinsic must have been signed under besides its call, at the block where it is checked."""

    genesis: bytes
    block: int  # the block that it would be in
    hashes: Mapping[int, bytes]  # of the blocks, by number
    mocked: bool = False  # whether `MOCK` stands for a signature


@dataclass(frozen=True, slots=True)
class Extrinsic:
    """A signed extrinsic, taken apart. Nothing of it is believed yet."""

    data: bytes
    signer: bytes
    scheme: int  # as `MultiSignature` numbers them
    signature: bytes
    extra: dict[str, Any]  # by extension: what it put into the extrinsic, decoded
    extra_bytes: bytes
    call: DecodedCall
    call_bytes: bytes

    @property
    def hash(self) -> bytes:
        """What names it."""
        return blake2_256(self.data)

    @property
    def nonce(self) -> int:
        """How many extrinsics of this account must be in the chain before it."""
        return int(self.extra["CheckNonce"])

    @property
    def bill(self) -> Bill:
        """What it costs its signer."""
        return bill(self.call, length=len(self.data), tip=int(self.extra["ChargeTransactionPayment"]))

    @property
    def era(self) -> tuple[int, int] | None:
        """`(period, phase)` in blocks, or None when it never expires."""
        raw = self.extra["CheckMortality"]
        if len(raw) == 1:
            return None
        number = int.from_bytes(raw, "little")
        period = 2 << number % 16
        return period, (number >> 4) * max(period >> 12, 1)


def refusal(name: str, message: str, *, code: int = 1010) -> PoolRefused:
    """The pool's own refusals, in a node's words."""
    return PoolRefused(message, name=name, code=code)


def take_apart(data: bytes, table: Table, coders: Coders) -> Extrinsic:
    """The parts of a signed extrinsic. Raises `PoolRefused` for bytes that are none."""
    if len(data) > MAX_BYTES:
        raise refusal("ExhaustsResources", "Transaction would exhaust the block limits")
    if not _framed(data):
        raise refusal("BadFormat", "Extrinsic has invalid format", code=1001)
    try:
        return _parts(data, table, coders)
    except (ScaleError, IndexError, UnicodeDecodeError) as error:
        said = "the bytes end too early" if isinstance(error, IndexError) else error
        raise refusal("Malformed", f"Verification Error: Could not decode: {said}", code=1002) from None


def _framed(data: bytes) -> bool:
    """Whether the bytes begin with their own length."""
    try:
        length, at = read_compact(data, 0)
    except ScaleError:
        return False
    return length == len(data) - at


def _parts(data: bytes, table: Table, coders: Coders) -> Extrinsic:
    _, at = read_compact(data, 0)
    if data[at] != _SIGNED:
        raise ScaleError("its version is not that of a signed extrinsic")
    who, at = coders("MultiAddress").decode(data, at + 1)
    if who[0] != "Id":
        raise ScaleError("the signer is not an account id")
    scheme = data[at]
    size = 65 if scheme == 2 else 64
    signature, at = data[at + 1 : at + 1 + size], at + 1 + size
    extra, start = {}, at
    for one in table.extensions:
        extra[one.name], at = coders(one.extra).decode(data, at)
    call = coders("RuntimeCall").decode_all(data[at:])
    return Extrinsic(data, who[1], scheme, signature, extra, data[start:at], call, data[at:])


def check(extrinsic: Extrinsic, table: Table, coders: Coders, terms: Terms) -> int | None:
    """The first block that can no longer hold it (None: it never expires). Raises `PoolRefused` for a bad signature."""
    birth, expires = _lifetime(extrinsic, terms)
    payload = extrinsic.call_bytes + extrinsic.extra_bytes
    implicit = {
        "CheckSpecVersion": table.spec_version,
        "CheckTxVersion": table.transaction_version,
        "CheckGenesis": terms.genesis,
        "CheckMortality": birth,
    }
    for one in table.extensions:
        payload += coders(one.implicit).encode(_implied(one, implicit))
    mocked = terms.mocked and extrinsic.signature == MOCK
    if extrinsic.extra.get("CheckMetadataHash") == "Enabled" or not (mocked or _signed(extrinsic, payload)):
        raise refusal("BadProof", "Transaction has a bad signature")
    return expires


def _implied(extension: Extension, implicit: dict[str, Any]) -> Any:
    return implicit.get(extension.name, () if extension.implicit == "()" else None)


def _lifetime(extrinsic: Extrinsic, terms: Terms) -> tuple[bytes, int | None]:
    """The hash of the block that its era begins with, and the block that it ends before (`CheckMortality`)."""
    if carries(extrinsic.call) and (extrinsic.era is None or extrinsic.era[0] > MAX_ERA):
        raise refusal("Stale", "Transaction is outdated")
    if extrinsic.era is None:
        return terms.genesis, None
    period, phase = extrinsic.era
    birth = (max(terms.block, phase) - phase) // period * period + phase
    if birth not in terms.hashes or birth < terms.block - BLOCK_HASH_COUNT:
        raise refusal("AncientBirthBlock", "Transaction has an ancient birth block")
    return terms.hashes[birth], birth + period


def _signed(extrinsic: Extrinsic, payload: bytes) -> bool:
    """Whether exactly these bytes were signed; the verifier also takes text-wrapped ones, which no chain does."""
    message = blake2_256(payload) if len(payload) > _LONGEST_SIGNED else payload
    scheme = _SCHEMES.get(extrinsic.scheme)
    if scheme is None:
        return False
    who = address(extrinsic.signer)
    wrapped = b"<Bytes>" + message + b"</Bytes>"
    plain, text = (bittensor_core.verify(one, extrinsic.signature, who, scheme) for one in (message, wrapped))
    return plain and not text


__all__ = ["MAX_BYTES", "MOCK", "Extrinsic", "Terms", "check", "refusal", "take_apart"]
