"""Requests of btauth and Epistula, judged by the verifier alone and signed anew."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from taokit.errors import Refused
from taokit.protocol import (
    BTAUTH,
    EPISTULA,
    BtauthClaim,
    Claim,
    EpistulaClaim,
    Replay,
    Windows,
    btauth,
    check_headers,
    check_signature,
    epistula,
    header_names,
    proves_interval,
    verify,
)
from taokit.testing.conformance.files import Mismatch, Vector, VectorFile, same
from taokit.testing.conformance.keys import signer_at

SECOND_NS, MILLISECOND_NS = 1_000_000_000, 1_000_000
UNBOUND = "unbound_receiver"
EPISTULA_KEYS = {
    "Epistula-Timestamp": "timestamp",
    "Epistula-Uuid": "uuid",
    "Epistula-Signed-By": "sender",
    "Epistula-Signed-For": "receiver",
    "Epistula-Request-Signature": "signature",
}


@dataclass(frozen=True, slots=True)
class Presented:
    """A request at its receiver, at one moment."""

    headers: dict[str, str]
    body: bytes
    me: str  # the receiver's own hotkey, ss58
    now_ns: int
    method: str = "POST"
    target: str = "/"


@dataclass(slots=True)
class Verifier:
    """A receiver that verifies and serves nothing."""

    format: str
    unbound_receiver: bool
    replay: Replay = field(default_factory=Replay)

    def verdict(self, request: Presented) -> tuple[int, str | None]:
        """The status and, when it is 200, the sender who is believed."""
        try:
            claim = self._claim(request)
            self._believe(claim, request)
        except Refused as error:
            return error.status, None
        return 200, claim.sender

    def _claim(self, request: Presented) -> Claim:
        headers = {name.lower(): value for name, value in request.headers.items()}
        same("the format", header_names(tuple(headers)).format(), self.format)
        if self.format == BTAUTH:
            return BtauthClaim.from_request(request.method, request.target, headers)
        return EpistulaClaim.from_request(headers)

    def _believe(self, claim: Claim, request: Presented) -> None:
        window = Windows().of(self.format)
        check_headers(
            claim,
            me=request.me,
            now_ns=request.now_ns,
            window=window,
            started_ns=request.now_ns - 60 * SECOND_NS,
            unbound_receiver=self.unbound_receiver,
        )
        check_signature(claim, request.body, verify=verify)
        self.replay.accept(claim.replay_key, now_ns=request.now_ns, until_ns=window.last_replay_ns(claim))


Present = Callable[[Vector, VectorFile], Presented]


def check_verdict(vector: Vector, file: VectorFile, format: str, present: Present) -> None:
    """Return when the verifier gives the vector's `safe_` verdict, without its `opt_in` the other one."""
    opt_in = vector.get("opt_in")
    if opt_in not in (None, UNBOUND):
        raise Mismatch(f"no setting {opt_in!r} of a verifier")

    def decide(*, unbound_receiver: bool) -> tuple[int, str | None]:
        verifier = Verifier(format, unbound_receiver)
        for before in vector.get("safe_before", ()):
            verifier.verdict(present(file.named(before), file))
        return verifier.verdict(present(vector, file))

    status, identity = decide(unbound_receiver=opt_in is not None)
    same("the status", status, vector["safe_status"])
    same("the identity", identity, vector["safe_identity"] if status == 200 else None)
    if opt_in:
        same(f"the status without {opt_in}", decide(unbound_receiver=False)[0], vector["default_status"])


async def check_btauth(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `btauth`."""
    check_verdict(vector, file, BTAUTH, _btauth)
    if "payload" in vector:
        _check_btauth_signer(vector)


def _btauth(vector: Vector, file: VectorFile) -> Presented:
    me = vector["self_hotkey"] if "self_hotkey" in vector else vector["receiver"]
    return Presented(
        headers=vector["headers"],
        body=bytes.fromhex(vector["body_hex"]),
        me=me or signer_at(vector["sender"], vector["scheme"]).ss58,
        now_ns=vector["now_ns"] if "now_ns" in vector else vector["nonce_ns"],
        method=vector["method"],
        target=vector["path"],
    )


def _check_btauth_signer(vector: Vector) -> None:
    signer = signer_at(vector["sender"], vector["scheme"])
    body_sha256 = hashlib.sha256(bytes.fromhex(vector["body_hex"])).hexdigest()
    method, target, nonce_ns, receiver = vector["method"], vector["path"], vector["nonce_ns"], vector["receiver"]
    payload = btauth.payload(
        signer.scheme,
        method=method,
        target=target,
        body_sha256=body_sha256,
        nonce_ns=nonce_ns,
        sender=signer.ss58,
        receiver=receiver,
    )
    same("the payload", payload.decode(), vector["payload"])
    written = btauth.signed_headers(
        signer, method=method, target=target, body_sha256=body_sha256, nonce_ns=nonce_ns, receiver=receiver
    )
    signature = bytes.fromhex(written["X-Bittensor-Signature"][2:])
    same("whether our signature verifies", verify(signer.ss58, payload, signature, signer.scheme), True)
    varies = set() if vector["deterministic"] else {"X-Bittensor-Signature"}
    _same_headers(written, vector["headers"], varies)


async def check_epistula(vector: Vector, file: VectorFile) -> None:
    """Judge a vector of the kind `epistula`."""
    check_verdict(vector, file, EPISTULA, _epistula)
    if "signed_message" in vector:
        _check_epistula_signer(vector)


def _epistula(vector: Vector, file: VectorFile) -> Presented:
    headers = vector.get("headers")
    if headers is None:
        said = {name: vector[key] for name, key in EPISTULA_KEYS.items()}
        headers = {"Epistula-Version": "2", **{name: value for name, value in said.items() if value is not None}}
    now_ms = vector["now_ms"] if "now_ms" in vector else vector["timestamp_ms"]
    body = bytes.fromhex(vector["body_hex"])
    return Presented(headers, body, me=file.values["receiver"], now_ns=now_ms * MILLISECOND_NS)


def _check_epistula_signer(vector: Vector) -> None:
    signer, receiver = signer_at(vector["sender"]), vector["receiver"]
    body_sha256 = hashlib.sha256(bytes.fromhex(vector["body_hex"])).hexdigest()
    uuid, timestamp_ms = vector["uuid"], vector["timestamp_ms"]
    message = epistula.signed_message(body_sha256, uuid=uuid, timestamp_ms=timestamp_ms, receiver=receiver)
    same("the signed message", message.decode(), vector["signed_message"])
    written = epistula.signed_headers(
        signer, body_sha256=body_sha256, timestamp_ms=timestamp_ms, uuid=uuid, receiver=receiver
    )
    tokens = {name for name in written if "Secret" in name}
    _same_headers(written, vector["headers"], {"Epistula-Request-Signature", *tokens})
    signature = bytes.fromhex(written["Epistula-Request-Signature"][2:])
    same("whether our signature verifies", verify(signer.ss58, message, signature), True)
    for number in range(len(vector["interval_tokens"])):
        for whose, headers in (("the recorded", vector["headers"]), ("our own", written)):
            token = bytes.fromhex(headers[f"Epistula-Secret-Signature-{number}"].removeprefix("0x"))
            proven = proves_interval(
                token, number, sender=signer.ss58, receiver=receiver, timestamp_ms=timestamp_ms, verify=verify
            )
            same(f"whether {whose} interval token {number} holds", proven, True)


def _same_headers(written: dict[str, str], recorded: dict[str, str], varies: set[str]) -> None:
    same("the header names", sorted(written), sorted(recorded))
    for name in recorded.keys() - varies:
        same(f"the header {name}", written[name], recorded[name])


__all__ = ["check_btauth", "check_epistula"]
