import hashlib
import json

import numpy as np
import pytest

from taokit.errors import LocalError, Malformed, Unauthenticated
from taokit.protocol import LegacyClaim, LegacyDraft, Terminal, encode_tensor, parse_envelope, verify
from taokit.protocol.legacy import check_body
from wire_classes import Echo, TensorAdd
from wire_vectors import ALICE, BOB, DevSigner, vectors

NOW = 1_795_200_000_000_000_000


@pytest.mark.parametrize("vector", vectors("legacy_requests"))
def test_a_recorded_request_is_believed(vector):
    headers = {name.lower(): value for name, value in vector["expect"]["headers"]}
    claim = LegacyClaim.from_request(headers, me=DevSigner(vector["receiver_uri"]).ss58)
    assert claim.message(b"").decode() == vector["expect"]["signed_message"]
    assert verify(claim.sender, claim.message(b""), claim.signature, claim.scheme)


def headers_of(**changes):
    request = LegacyDraft.of(Echo(text="hi")).signed(
        ALICE, receiver=Terminal(ip="127.0.0.1", port=1, hotkey=BOB.ss58), nonce_ns=NOW, uuid="u-1"
    )
    return {**{name.lower(): value for name, value in request.headers}, **changes}


@pytest.mark.parametrize("name", ["nonce", "uuid", "hotkey", "signature"])
def test_a_missing_part_of_the_claim_is_a_401_before_a_malformed_one_is_a_400(name):
    headers = headers_of(timeout="nan")
    headers[f"bt_header_dendrite_{name}"] = ""
    with pytest.raises(Unauthenticated):
        LegacyClaim.from_request(headers, me=BOB.ss58)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bt_header_dendrite_nonce", "01"),
        ("bt_header_dendrite_nonce", "1_000"),
        ("bt_header_dendrite_nonce", " 5"),
        ("bt_header_dendrite_nonce", "-5"),
        ("bt_header_dendrite_nonce", "9" * 20),
        ("bt_header_dendrite_nonce", "٣"),
        ("bt_header_dendrite_nonce", "5\n"),
        ("bt_header_dendrite_version", "x"),
        ("bt_header_dendrite_version", ""),
        ("bt_header_axon_port", "1.0"),
        ("bt_header_axon_process_time", "nan"),
        ("bt_header_axon_ip", "a\nb"),
        ("bt_header_axon_status_message", "a" * 513),
        ("bt_header_dendrite_uuid", "a.b"),
        ("bt_header_dendrite_uuid", "a" * 65),
        ("bt_header_dendrite_uuid", "a\n0x" + "00" * 64),
        ("bt_header_dendrite_hotkey", "nonsense"),
        ("bt_header_dendrite_hotkey", "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"),  # another ss58 format
        ("bt_header_dendrite_signature", "00" * 64),
        ("bt_header_dendrite_signature", "0x" + "00" * 63),
        ("bt_header_dendrite_signature", "0x" + "0 " * 64),
        ("bt_header_dendrite_signature", "0x" + "00" * 64 + "\n"),
        ("computed_body_hash", "A" * 64),
        ("computed_body_hash", "a" * 63),
        ("timeout", "0"),
        ("timeout", "inf"),
        ("timeout", "nan"),
        ("timeout", "-1"),
        ("timeout", "300.5"),
        ("timeout", "1e999"),
        ("timeout", "1_0"),
    ],
)
def test_a_malformed_claim_is_a_400(name, value):
    with pytest.raises(Malformed):
        LegacyClaim.from_request(headers_of(**{name: value}), me=BOB.ss58)


def test_a_claim_without_a_receiver_is_for_whoever_checks_its_signature():
    headers = headers_of()
    del headers["bt_header_axon_hotkey"]
    assert LegacyClaim.from_request(headers, me=BOB.ss58).receiver == BOB.ss58


def test_an_ed25519_key_cannot_sign_legacy():
    with pytest.raises(LocalError, match="sr25519"):
        LegacyDraft.of(Echo(text="x")).signed(
            DevSigner("//Alice", "ed25519"), receiver=Terminal(hotkey=BOB.ss58), nonce_ns=NOW, uuid="u"
        )


def test_a_sender_in_torch_mode_is_believed():
    envelope = {**encode_tensor(np.ones(2, dtype="f4")), "dtype": "torch.float32"}
    digests = "".join(hashlib.sha3_256(text.encode()).hexdigest() for text in (str(envelope), "None"))
    signed_hash = hashlib.sha3_256(digests.encode()).hexdigest()
    message = parse_envelope(TensorAdd, json.dumps({"a": envelope, "b": None}).encode())
    check_body(message, LegacyClaim.from_request(headers_of(computed_body_hash=signed_hash), me=BOB.ss58))
    with pytest.raises(Malformed):
        check_body(message, LegacyClaim.from_request(headers_of(computed_body_hash="0" * 64), me=BOB.ss58))
