import json
from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import create_model

from taokit.protocol import LegacyClaim, LegacyDraft, Synapse, Terminal, body_hash, encode_tensor, parse_envelope
from taokit.protocol.legacy_answers import frame_of
from wire_classes import CLASSES, Echo, TensorAdd
from wire_vectors import ALICE, BOB, file_of

NOW = 1_795_200_000_000_000_000
PEER = ("192.0.2.7", 40001)
TEXTS = st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40)


def claim_of(*, nonce_ns=NOW, uuid="u-1", **changes):
    request = LegacyDraft.of(Echo(text="hi")).signed(
        ALICE, receiver=Terminal(hotkey=BOB.ss58), nonce_ns=nonce_ns, uuid=uuid
    )
    headers = {**{name.lower(): value for name, value in request.headers}, **changes}
    return LegacyClaim.from_request(headers, me=BOB.ss58)


def answer_to(claim, message=None, *, peer=PEER, process_time=0.25):
    message = Echo(text="hi", reply="hi") if message is None else message
    frame = frame_of(message, claim)
    lines = frame.head(message, claim, peer=peer, process_time=process_time).split("\r\n")
    body = frame.body(message, claim, peer=peer, process_time=process_time)
    return dict(line.split(": ", 1) for line in lines[:-1]), json.loads(body)


def test_both_ends_are_named_in_the_headers_and_in_the_envelope():
    headers, envelope = answer_to(claim_of(bt_header_axon_ip="198.51.100.1", bt_header_axon_port="8091"))
    assert headers == {
        "name": "Echo",
        "bt_header_input_obj_text": "IiI=",
        "header_size": "0",
        "total_size": "0",
        "timeout": "12.0",
        "bt_header_axon_status_code": "200",
        "bt_header_axon_status_message": "Success",
        "bt_header_axon_process_time": "0.250000000",
        "bt_header_axon_ip": "198.51.100.1",
        "bt_header_axon_port": "8091",
        "bt_header_axon_hotkey": BOB.ss58,
        "bt_header_dendrite_ip": "192.0.2.7",
        "bt_header_dendrite_port": "40001",
        "bt_header_dendrite_version": "10005000",
        "bt_header_dendrite_nonce": str(NOW),
        "bt_header_dendrite_uuid": "u-1",
        "bt_header_dendrite_hotkey": ALICE.ss58,
        "computed_body_hash": body_hash(Echo(text="hi")),
    }
    dendrite = Terminal(ip="192.0.2.7", port=40001, version=10_005_000, nonce=NOW, uuid="u-1", hotkey=ALICE.ss58)
    axon = Terminal(200, "Success", 0.25, "198.51.100.1", 8091, hotkey=BOB.ss58)
    assert envelope == {
        "name": "Echo",
        "timeout": 12.0,
        "total_size": 0,
        "header_size": 0,
        "dendrite": asdict(dendrite),
        "axon": asdict(axon),
        "computed_body_hash": "",
        "text": "hi",
        "reply": "hi",
    }


@given(ip=TEXTS, hotkey=TEXTS, address=st.sampled_from(["", "::1", "fe80::1%eth0", 'a"b\\']))
def test_whatever_a_caller_names_comes_back_as_it_is(ip, hotkey, address):
    claim = claim_of(bt_header_axon_ip=ip, bt_header_axon_hotkey=hotkey)
    headers, envelope = answer_to(claim, peer=(address, 1))
    assert (envelope["axon"]["ip"], envelope["axon"]["hotkey"]) == (ip, hotkey)
    assert (headers["bt_header_axon_ip"], headers["bt_header_axon_hotkey"]) == (ip, hotkey)
    assert envelope["dendrite"]["ip"] == headers["bt_header_dendrite_ip"] == address


@pytest.mark.parametrize("text", ['"\\u0000"', "\\u0000", "{ip}", "%s", '","hotkey":"x'])
def test_no_text_is_taken_for_a_hole(text):
    assert answer_to(claim_of(bt_header_axon_ip=text))[1]["axon"]["ip"] == text


def test_requests_of_one_caller_are_not_mixed_up():
    for number, peer in enumerate([("192.0.2.7", 1), ("192.0.2.8", 2), ("192.0.2.7", 1)]):
        claim = claim_of(nonce_ns=NOW + number, uuid=f"u-{number}")
        headers, envelope = answer_to(claim, peer=peer, process_time=number / 8)
        told = envelope["dendrite"]
        assert (told["ip"], told["port"], told["nonce"], told["uuid"]) == (*peer, NOW + number, f"u-{number}")
        assert headers["bt_header_dendrite_uuid"] == f"u-{number}"
        assert envelope["axon"]["process_time"] == float(headers["bt_header_axon_process_time"]) == number / 8


def test_the_timeout_is_that_of_the_message_and_finite():
    message = Echo(text="hi")
    for timeout in (3, 4.5):
        message.timeout = timeout
        headers, envelope = answer_to(claim_of(), message)
        assert float(headers["timeout"]) == envelope["timeout"] == timeout
    message.timeout = float("nan")
    with pytest.raises(ValueError, match="JSON"):
        answer_to(claim_of(), message)


def test_the_name_of_a_class_stays_within_its_line():
    message = create_model("Broken\r\nname", __base__=Synapse)()
    with pytest.raises(ValueError, match="line break"):
        frame_of(message, claim_of())


def test_each_end_is_answered_and_asked_in_its_own_spelling_of_dtypes():
    ones = np.ones(2, dtype="f4")
    plain, torch = encode_tensor(ones), {**encode_tensor(ones), "dtype": "torch.float32"}
    for envelope in (plain, torch):
        message = parse_envelope(TensorAdd, json.dumps({"a": envelope, "b": envelope}).encode())
        message.out = ones
        answer = answer_to(claim_of(), message)[1]
        assert [answer["a"], answer["b"], answer["out"]] == [envelope] * 3
        draft = LegacyDraft.of(TensorAdd(a=ones, b=ones), torch=envelope is torch)
        assert json.loads(draft.fields)["a"] == envelope
        assert draft.body_hash == body_hash(message)


ENVELOPES = {
    one["id"]: (one["request"]["target"].strip("/").partition("?")[0], json.loads(one["response"]["body"]))
    for one in file_of("legacy_axon_exchanges")["vectors"]
    if one["safe_status"] == one["response"]["status"] == 200 and "safe_stream" not in one
}


@pytest.mark.parametrize("id", list(ENVELOPES))
def test_the_fields_of_an_answer_come_in_the_order_of_real_servers(id):
    name, recorded = ENVELOPES[id]
    kind = CLASSES[name]
    message = kind(**{field: recorded[field] for field in kind.model_fields})
    answer = answer_to(claim_of(), message)[1]
    assert list(answer) == list(recorded)
    assert list(answer["dendrite"]) == list(recorded["dendrite"])
