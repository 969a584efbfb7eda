import hashlib
import json

import numpy as np
import pytest
from pydantic import create_model

from taokit.errors import LocalError, Malformed, Unauthenticated
from taokit.protocol import (
    LegacyClaim,
    LegacyDraft,
    Synapse,
    Terminal,
    body_hash,
    encode_tensor,
    parse_envelope,
    verify,
)
from taokit.protocol.legacy import check_body, field_hash, is_served, said_in
from taokit.protocol.synapse import stub_values
from taokit.testing.conformance.values import Untyped
from wire_classes import Echo, TensorAdd, TextReverse
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


def test_what_a_header_says_does_not_depend_on_who_said_it_before():
    for _ in range(2):
        assert said_in({"bt_header_axon_port": "7", "bt_header_axon_ip": "7"}) == {
            "bt_header_axon_port": 7,
            "bt_header_axon_ip": "7",
        }
        with pytest.raises(Malformed):
            said_in({"bt_header_axon_port": "07"})


def test_a_claim_without_a_receiver_is_for_whoever_checks_its_signature():
    headers = headers_of()
    del headers["bt_header_axon_hotkey"]
    assert LegacyClaim.from_request(headers, me=BOB.ss58).receiver == BOB.ss58


def test_a_class_without_hash_fields_is_off_unless_it_asks_nothing_or_its_route_says_so():
    assert is_served(Echo)
    assert is_served(Synapse)
    assert not is_served(TextReverse)
    assert is_served(TextReverse, unbound_body=True)


def test_stubs_are_the_empty_values_that_real_servers_decode():
    kind = create_model(
        "Stubs", __base__=Synapse, s=(str, ...), i=(int, ...), f=(float, ...), b=(bool, ...), l=(list[int], ...),
        d=(dict[str, int], ...),
    )  # fmt: skip
    assert stub_values(kind) == {"s": "", "i": 0, "f": 0.0, "b": False, "l": [], "d": {}}
    headers = dict(
        LegacyDraft.of(kind(s="x", i=1, f=1.5, b=True, l=[1], d={"a": 1}))
        .signed(ALICE, receiver=Terminal(hotkey=BOB.ss58), nonce_ns=NOW, uuid="u")
        .headers
    )
    stubs = [headers[f"bt_header_input_obj_{name}"] for name in "sildfb"]
    assert stubs == ["IiI=", "MA==", "W10=", "e30=", "MC4w", "ZmFsc2U="]


def test_the_text_of_a_float_and_of_a_nested_list_is_pythons():
    assert field_hash("x") != field_hash("y")
    assert body_hash(Untyped(value=1e-07)) == body_hash(Untyped(value="1e-07"))
    assert body_hash(Untyped(value=[1, "a'b"])) == body_hash(Untyped(value='[1, "a\'b"]'))


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
