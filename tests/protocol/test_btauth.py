import hashlib

import pytest

from taokit.errors import Refused
from taokit.protocol import BtauthClaim, BtauthDraft, Replay, Windows, check_headers, check_signature, detect, verify
from taokit.protocol.btauth import payload, signed_headers
from wire_classes import Echo
from wire_vectors import ALICE, BOB, DevSigner, file_of, vectors

SIGNERS = [DevSigner(uri, scheme) for uri in ("//Alice", "//Bob", "//Charlie") for scheme in ("sr25519", "ed25519")]
SIGNED = [one for one in vectors("btauth") if one.id.startswith("sign_")]


def signer_of(ss58):
    return next(signer for signer in SIGNERS if signer.ss58 == ss58)


def sha(vector):
    return hashlib.sha256(bytes.fromhex(vector["body_hex"])).hexdigest()


def verdict(vector, replay, *, unbound_receiver):
    """The status and the sender that the verifier alone gives, at the vector's own clock."""
    headers = {name.lower(): value for name, value in vector["headers"].items()}
    now_ns = vector.get("now_ns", vector.get("nonce_ns"))
    window = Windows().btauth
    try:
        assert detect(headers) == "btauth"
        claim = BtauthClaim.from_request(vector["method"], vector["path"], headers)
        me = vector.get("self_hotkey", vector.get("receiver")) or BOB.ss58
        check_headers(claim, me=me, now_ns=now_ns, window=window, unbound_receiver=unbound_receiver)
        check_signature(claim, bytes.fromhex(vector["body_hex"]), verify=verify)
        replay.accept(claim.replay_key, now_ns=now_ns, until_ns=window.last_fresh_ns(claim))
    except Refused as error:
        return error.status, None
    return 200, claim.sender


@pytest.mark.parametrize("vector", vectors("btauth"))
def test_the_verifier_decides_as_it_must(vector):
    recorded = {one["id"]: one for one in file_of("btauth")["vectors"]}
    opt_in = vector.get("opt_in")
    assert opt_in in (None, "unbound_receiver")

    def decide(*, unbound_receiver):
        replay = Replay()
        for before in vector.get("safe_before", ()):
            verdict(recorded[before], replay, unbound_receiver=unbound_receiver)
        return verdict(vector, replay, unbound_receiver=unbound_receiver)

    assert decide(unbound_receiver=opt_in is not None) == (vector["safe_status"], vector.get("safe_identity"))
    if opt_in:
        assert decide(unbound_receiver=False)[0] == vector["default_status"]


@pytest.mark.parametrize("vector", SIGNED)
def test_a_request_is_signed_as_the_reference_signs_it(vector):
    signer = signer_of(vector["sender"])
    common = {
        "method": vector["method"],
        "target": vector["path"],
        "body_sha256": sha(vector),
        "nonce_ns": vector["nonce_ns"],
        "receiver": vector["receiver"],
    }
    assert payload(vector["scheme"], sender=signer.ss58, **common).decode() == vector["payload"]
    written = signed_headers(signer, **common)
    assert set(written) == set(vector["headers"])
    signature = written.pop("X-Bittensor-Signature")
    recorded = dict(vector["headers"])
    if vector["deterministic"]:
        assert signature == recorded["X-Bittensor-Signature"]
    recorded.pop("X-Bittensor-Signature")
    assert written == recorded
    assert verify(signer.ss58, vector["payload"].encode(), bytes.fromhex(signature[2:]), vector["scheme"])


def test_a_draft_carries_question_fields_only():
    request = BtauthDraft.of(Echo(text="hi", reply="mine")).signed(ALICE, receiver=BOB.ss58, nonce_ns=5)
    assert request.target == "/Echo"
    assert request.body == b'{"text":"hi"}'
    assert dict(request.headers)["Content-Type"] == "application/json"
