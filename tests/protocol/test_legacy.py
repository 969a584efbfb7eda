import hashlib
import json
from enum import Enum
from typing import Any, ClassVar

import numpy as np
import pytest
from pydantic import create_model

from taokit.errors import LocalError, Malformed, Unauthenticated
from taokit.protocol import (
    LegacyClaim,
    LegacyDraft,
    Question,
    Synapse,
    Terminal,
    body_hash,
    encode_tensor,
    parse_envelope,
    verify,
)
from taokit.protocol.legacy import Headers, check_body, field_hash, is_served
from taokit.protocol.synapse import stub_values
from wire_classes import CLASSES, Echo, TensorAdd, TextReverse
from wire_vectors import ALICE, BOB, DevSigner, file_of, vectors

NOW = 1_795_200_000_000_000_000


class Color(str, Enum):  # noqa: UP042  the vector is of this older kind
    RED = "red"


class Untyped(Synapse):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("value",)
    value: Any = Question(None)


class Pair(Synapse):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("value",)
    value: tuple[int, int] = (0, 0)


class Coloured(Synapse):
    required_hash_fields: ClassVar[tuple[str, ...]] = ("value",)
    value: Color = Color.RED


def tensor(value):
    return np.array(value["data"], dtype=value["dtype"]).reshape(value["shape"])


def message_of(vector):
    kind = CLASSES[vector["synapse"]["name"]]
    given = {name: tensor(value) if kind is TensorAdd else value for name, value in vector["input"].items()}
    return kind(**given)


def same_but_volatile(body):
    envelope = json.loads(body)
    envelope["dendrite"]["signature"] = envelope["total_size"] = envelope["header_size"] = None
    return json.dumps(envelope)


@pytest.mark.parametrize("vector", vectors("legacy_requests"))
def test_a_request_is_written_as_a_real_client_writes_it(vector):
    expect = vector["expect"]
    sender, receiver = DevSigner(vector["sender_uri"]), DevSigner(vector["receiver_uri"])
    draft = LegacyDraft.of(message_of(vector), timeout=vector["timeout"])
    request = draft.signed(
        sender,
        receiver=Terminal(ip=vector["axon_ip"], port=vector["axon_port"], hotkey=receiver.ss58),
        nonce_ns=vector["nonce"],
        uuid=vector["uuid"],
        ip=vector["dendrite_ip"],
    )
    informational = file_of("legacy_requests")["informational_headers"]
    wanted = [(name, value) for name, value in expect["headers"] if name not in informational]
    written = [(name, value) for name, value in request.headers if name not in informational]
    signature = dict(written)["bt_header_dendrite_signature"]
    assert request.target == expect["target"]
    assert draft.body_hash == expect["body_hash"]
    assert [name for name, _ in written] == [name for name, _ in wanted]
    assert {**dict(written), "bt_header_dendrite_signature": ""} == {
        **dict(wanted),
        "bt_header_dendrite_signature": "",
    }
    assert same_but_volatile(request.body) == same_but_volatile(expect["body"])
    assert request.body.isascii()
    assert verify(sender.ss58, expect["signed_message"].encode(), bytes.fromhex(signature[2:]))


@pytest.mark.parametrize("vector", vectors("legacy_requests"))
def test_a_recorded_request_is_believed(vector):
    headers = {name.lower(): value for name, value in vector["expect"]["headers"]}
    claim = LegacyClaim.from_request(headers, me=DevSigner(vector["receiver_uri"]).ss58)
    assert claim.message(b"").decode() == vector["expect"]["signed_message"]
    assert verify(claim.sender, claim.message(b""), claim.signature, claim.scheme)


def fields_of(vector):
    if "fields" in vector:
        return {"a": (str, "x"), "b": (int, 1)}
    return {}


def message_to_hash(vector):
    if "required_hash_fields_as_field" in vector:
        names = vector["required_hash_fields_as_field"]
        with pytest.warns(UserWarning, match="shadows an attribute"):
            kind = create_model("Older", __base__=Synapse, **fields_of(vector), required_hash_fields=(list[str], names))
        return kind(**vector["fields"])
    if "required_hash_fields" in vector:
        base = type("Base", (Synapse,), {})
        kind = create_model("Given", __base__=base, **fields_of(vector))
        kind.required_hash_fields = tuple(vector["required_hash_fields"])
        return kind(**vector.get("fields", {}))
    kind = {"hash_tuple": Pair, "hash_enum_str": Coloured}.get(vector["id"], Untyped)
    return kind.model_validate_json(json.dumps({"value": vector["json_value"]}))


@pytest.mark.parametrize("vector", vectors("legacy_body_hashes"))
def test_a_body_hash_is_that_of_real_software(vector):
    assert body_hash(message_to_hash(vector)) == vector["body_hash"]
    if "hashed_text" in vector:
        assert str(message_to_hash(vector).model_dump()["value"]) == vector["hashed_text"]
        assert body_hash(Untyped(value=vector["hashed_text"])) == vector["body_hash"]


@pytest.mark.parametrize("vector", vectors("legacy_header_parsing"))
def test_headers_are_read_strictly(vector):
    headers = {"bt_header_input_obj_text": "IiI=", **vector["headers"]}
    if not vector["safe_ok"]:
        with pytest.raises(Malformed):
            Headers.read(headers)
        return
    read = Headers.read(headers)
    known = {"dendrite": read.dendrite.values(), "axon": read.axon.values()}
    said = {
        side: {name: value for name, value in values.items() if value is not None} for side, values in known.items()
    }
    assert {**said, "timeout": read.timeout} == vector["safe_read"]


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
        ("bt_header_dendrite_version", "x"),
        ("bt_header_dendrite_uuid", "a.b"),
        ("bt_header_dendrite_uuid", "a" * 65),
        ("bt_header_dendrite_hotkey", "nonsense"),
        ("bt_header_dendrite_hotkey", "15oF4uVJwmo4TdGW7VfQxNLavjCXviqxT9S1MgbjMNHr6Sp5"),  # another ss58 format
        ("bt_header_dendrite_signature", "00" * 64),
        ("bt_header_dendrite_signature", "0x" + "00" * 63),
        ("computed_body_hash", "A" * 64),
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
