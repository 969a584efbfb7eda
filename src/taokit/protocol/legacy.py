"""The synapse protocol of SDK 7 to 10: a flat envelope, headers of its own, a hash over chosen fields."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import itemgetter
from typing import Any, Self

from taokit.errors import LocalError, Malformed, Unauthenticated
from taokit.protocol.bodies import dumped
from taokit.protocol.claim import LEGACY, SECOND_NS, Claim
from taokit.protocol.objects import SPACED, write_object
from taokit.protocol.plain import is_plain
from taokit.protocol.request import SignedRequest
from taokit.protocol.synapse import DEFAULT_TIMEOUT, Synapse, stub_values
from taokit.protocol.tensor import Spelling
from taokit.protocol.terminal import INTEGERS, TERMINAL_FIELDS, Terminal, Value, values_of
from taokit.protocol.verify import decode_ss58
from taokit.signer import SR25519, Signer

AXON = "bt_header_axon_"
DENDRITE = "bt_header_dendrite_"
STUB = "bt_header_input_obj_"
BODY_HASH = "computed_body_hash"
AUTH_HEADERS = (
    DENDRITE + "nonce",
    DENDRITE + "uuid",
    DENDRITE + "hotkey",
    DENDRITE + "signature",
    BODY_HASH,
)
auth_of = itemgetter(*AUTH_HEADERS)
MARKS = (DENDRITE + "hotkey", AXON + "hotkey")

SENT_VERSION = 10_005_000  # real servers only ask whether it is at least 7.2.0
MAX_TIMEOUT = 300.0
WINDOW_TIMEOUT = 12.0  # seconds of a caller's timeout that may widen the window

NAMES = {prefix: tuple(prefix + name for name in TERMINAL_FIELDS) for prefix in (AXON, DENDRITE)}
"""What each end's values are called in headers."""
SCALARS = frozenset({str, int, bool, type(None)})  # a dump leaves them as they are

INTEGER = re.compile(r"0|[1-9][0-9]{0,18}")
NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{0,40})?(?:[eE][+-]?[0-9]{1,3})?")
UUID = re.compile(r"[0-9A-Za-z-]{1,64}")
SIGNATURE = re.compile(r"0x[0-9a-fA-F]{128}")
TEXT = re.compile(r"[ -~]{0,512}")  # all of it is repeated in the answer's headers
HEX64 = re.compile(r"[0-9a-f]{64}")
FORMS = {"nonce": INTEGER, "uuid": UUID, "signature": SIGNATURE, "body hash": HEX64}
ALL_FORMS = re.compile("\\n".join(f"(?:{pattern.pattern})" for pattern in FORMS.values()))
"""All of them in lines, of which none can hold a line break."""


def is_served(kind: type[Synapse], *, unbound_body: bool = False) -> bool:
    """Whether a message may be asked over legacy: its questions are bound, or it has none, or its route says so."""
    return unbound_body or bool(kind.hash_fields()) or not kind.question_fields()


def field_hash(value: object) -> str:
    """The sha3-256 of a dumped value's `str()`, in hex."""
    return hashlib.sha3_256(str(value).encode("utf-8", "surrogatepass")).hexdigest()


def body_hash(message: Synapse, *, torch: bool = False) -> str:
    """The hash that stands for the body under the signature: 64 hex digits over the hash fields alone.

    With `torch`, or when the message came so, its tensors are those of a sender in torch mode.
    """
    names, plain = _hashed(type(message))
    if plain:
        values = message.__dict__
        held = [values[name] for name in names]
        if SCALARS.issuperset(map(type, held)):
            return _scalars_hash(*held)
    values = _plain_values(message, names, torch=torch)
    return _joint_hash([values[name] for name in names])


@cache
def _hashed(kind: type[Synapse]) -> tuple[tuple[str, ...], bool]:
    """The names of the fields that are hashed, and whether they may hold plain scalars alone."""
    names = kind.hash_fields()
    return names, is_plain(kind, names)


@lru_cache(maxsize=8, typed=True)  # a question is hashed when it comes, and most often the same again in its answer
def _scalars_hash(*values: str | int | None) -> str:
    return _joint_hash(values)


def _joint_hash(values: Iterable[object]) -> str:
    digests = "".join([field_hash(value) for value in values])
    return hashlib.sha3_256(digests.encode("ascii")).hexdigest()


def _plain_values(message: Synapse, names: tuple[str, ...], *, torch: bool = False) -> dict[str, Any]:
    """These fields as plain values, dtypes spelled for the far end."""
    return dumped(message, names, Spelling(torch or message.in_torch))


def signed_message(nonce_ns: int, *, sender: str, receiver: str, uuid: str, body_hash: str) -> bytes:
    """The signed bytes: five texts with dots between them."""
    return f"{nonce_ns}.{sender}.{receiver}.{uuid}.{body_hash}".encode()


def answer_nonce(nonce_ns: int, uuid: str) -> str:
    """What a signed answer repeats of a legacy request."""
    return f"{nonce_ns}.{uuid}"


def said_in(headers: Mapping[str, str], names: Container[str] | None = None) -> dict[str, Any]:
    """What headers with lower-case names say of both ends and the timeout: numbers and texts by header.

    Others are not looked at, nor those outside `names`. `Malformed` when one does not parse.
    """
    names = READERS if names is None else names
    return {header: _said(header, text) for header, text in headers.items() if header in names}


@lru_cache(maxsize=256)  # a caller says the same of itself and of this axon in every request
def _said(header: str, text: str) -> Value:
    return READERS[header](header, text)


def _integer(name: str, text: str) -> int:
    if not INTEGER.fullmatch(text):
        raise Malformed(f"{name} is not 1 to 19 digits without a leading zero")
    return int(text)


def _number(name: str, text: str) -> float:
    if not NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise Malformed(f"{name} is not a finite number from 0")
    return float(text)


def _text(name: str, text: str) -> str:
    return _matching(TEXT, name, text)


def _matching(pattern: re.Pattern[str], name: str, text: str) -> str:
    if not pattern.fullmatch(text):
        raise Malformed(f"the {name} has a wrong form")
    return text


READERS: dict[str, Callable[[str, str], Value]] = {"timeout": _number} | {
    header: _integer if name in INTEGERS else _number if name == "process_time" else _text
    for headers in NAMES.values()
    for name, header in zip(TERMINAL_FIELDS, headers, strict=True)
}
"""How the value of a header is read."""
UNSIGNED = READERS.keys() - set(AUTH_HEADERS)
"""Those that need not be there."""


@dataclass(frozen=True, slots=True)
class LegacyClaim(Claim):
    """What the headers of a legacy request say. The receiver is this axon's own hotkey when they name none."""

    format = LEGACY

    body_hash: str
    timeout: float  # seconds
    said: Mapping[str, Any]  # by the other headers, as in `said_in`

    def message(self, body: bytes) -> bytes:
        return signed_message(
            self.nonce_ns,
            sender=self.sender,
            receiver=self.receiver or "",
            uuid=self.uuid,
            body_hash=self.body_hash,
        )

    @property
    def answer_nonce(self) -> str:
        return answer_nonce(self.nonce_ns, self.uuid)

    @property
    def allowance_ns(self) -> int:
        return int(min(self.timeout, WINDOW_TIMEOUT) * SECOND_NS) - 1  # this format's far end is outside the window

    @classmethod
    def from_request(cls, headers: Mapping[str, str], *, me: str, max_timeout: float = MAX_TIMEOUT) -> Self:
        """Read the claim; `Unauthenticated` when a part of it is missing, `Malformed` when one does not parse."""
        try:
            nonce, uuid, sender, signature, body_hash = values = auth_of(headers)
        except KeyError as missing:
            raise Unauthenticated(f"{missing.args[0]} is missing") from None
        if not all(values):
            raise Unauthenticated(f"{AUTH_HEADERS[values.index('')]} is empty")
        said = said_in(headers, UNSIGNED)
        decode_ss58(sender)
        _check_forms(nonce, uuid, signature, body_hash)
        return cls(
            sender=sender,
            receiver=headers.get(AXON + "hotkey", me),
            uuid=uuid,
            nonce_ns=int(nonce),
            signature=bytes.fromhex(signature[2:]),
            scheme=SR25519,
            body_hash=body_hash,
            timeout=_bounded(said.get("timeout", DEFAULT_TIMEOUT), max_timeout),
            said=said,
        )


def _check_forms(*values: str) -> None:
    """Return when what every claim has is well-formed, else raise `Malformed`. One search takes half of four's time."""
    if not ALL_FORMS.fullmatch("\n".join(values)):
        for (name, pattern), text in zip(FORMS.items(), values, strict=True):
            _matching(pattern, name, text)


def _bounded(timeout: float, maximum: float) -> float:
    if not 0 < timeout <= maximum:
        raise Malformed(f"timeout {timeout:g} is not above 0 and at most {maximum:g} seconds")
    return timeout


def check_body(message: Synapse, claim: LegacyClaim) -> None:
    """Return when the message is the one whose hash was signed, else raise `Malformed`."""
    if claim.body_hash != body_hash(message):
        raise Malformed(f"the body of {type(message).__name__} is not the one that was hashed")


def terminal_headers(prefix: str, terminal: Terminal) -> list[tuple[str, str]]:
    """A header for everything that is known of one end."""
    said = zip(NAMES[prefix], values_of(terminal), strict=True)
    return [(header, str(value)) for header, value in said if value is not None]


@cache
def stub_headers(kind: type[Synapse]) -> tuple[tuple[str, str], ...]:
    """A header for every field without a default, holding its type's empty value."""
    return tuple((STUB + name, _base64_json(value)) for name, value in stub_values(kind).items())


def _base64_json(value: Any) -> str:
    return base64.b64encode(json.dumps(value).encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class LegacyDraft:
    """A question serialised and hashed once, to be signed for any number of receivers."""

    name: str
    timeout: float  # seconds
    fields: bytes  # JSON of the class's own fields
    stubs: tuple[tuple[str, str], ...]
    body_hash: str

    @classmethod
    def of(cls, message: Synapse, *, timeout: float | None = None, torch: bool = False) -> Self:
        """The draft of a question; its own timeout counts when none is given. `torch` is for miners in torch mode."""
        kind = type(message)
        return cls(
            name=kind.__name__,
            timeout=float(message.timeout if timeout is None else timeout),
            fields=write_object(_plain_values(message, tuple(kind.model_fields), torch=torch), SPACED),
            stubs=stub_headers(kind),
            body_hash=body_hash(message, torch=torch),
        )

    def signed(
        self, signer: Signer, *, receiver: Terminal, nonce_ns: int, uuid: str, ip: str | None = None
    ) -> SignedRequest:
        """The request for one receiver, of whom ip, port and hotkey are named. `ip` is the sender's public address."""
        if signer.scheme != SR25519:
            raise LocalError(f"the legacy format knows sr25519 only, {signer.ss58} signs with {signer.scheme}")
        axon = Terminal(ip=receiver.ip, port=receiver.port, hotkey=receiver.hotkey)
        dendrite = Terminal(ip=ip, version=SENT_VERSION, nonce=nonce_ns, uuid=uuid, hotkey=signer.ss58)
        message = signed_message(
            nonce_ns, sender=signer.ss58, receiver=receiver.hotkey or "", uuid=uuid, body_hash=self.body_hash
        )
        dendrite.signature = "0x" + signer.sign(message).hex()
        return SignedRequest(
            f"/{self.name}",
            self._headers(dendrite, axon),
            self._body(dendrite, axon),
            answer_nonce=answer_nonce(nonce_ns, uuid),
        )

    def _headers(self, dendrite: Terminal, axon: Terminal) -> tuple[tuple[str, str], ...]:
        return (
            ("name", self.name),
            ("timeout", str(self.timeout)),
            *terminal_headers(AXON, axon),
            *terminal_headers(DENDRITE, dendrite),
            *self.stubs,
            ("header_size", "0"),
            ("total_size", "0"),
            (BODY_HASH, self.body_hash),
            ("Content-Type", "application/json"),
        )

    def _body(self, dendrite: Terminal, axon: Terminal) -> bytes:
        begun = Envelope(name=self.name, timeout=self.timeout, dendrite=dendrite, axon=axon)
        base = SPACED.encode(vars(begun)).encode("ascii")
        return joined(base, self.fields, b", ")


@dataclass(kw_only=True)
class Envelope:
    """The seven fields that begin every body. The sizes are another interpreter's; zero says so."""

    name: str
    timeout: float  # seconds
    total_size: int = 0
    header_size: int = 0
    dendrite: Terminal
    axon: Terminal
    computed_body_hash: str = ""


def joined(first: bytes, second: bytes, separator: bytes) -> bytes:
    """One JSON object of two."""
    return first[:-1] + (separator if len(second) > 2 else b"") + second[1:]


__all__ = [
    "LegacyClaim",
    "LegacyDraft",
    "body_hash",
    "check_body",
    "field_hash",
    "is_served",
    "said_in",
    "signed_message",
]
