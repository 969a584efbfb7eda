import copy
import json
from dataclasses import replace

import pytest

from taokit.errors import ConfigurationError
from taokit.testing.conformance import check, read, verdicts
from taokit.testing.conformance.files import Mismatch
from wire_vectors import WIRE

FILES = {path.stem: read(path) for path in sorted(WIRE.glob("*.json"))}


@pytest.mark.parametrize(
    ("kind", "id"), [(kind, vector["id"]) for kind, file in FILES.items() for vector in file.vectors]
)
async def test_a_recorded_vector_passes(kind, id):
    await check(FILES[kind].named(id), FILES[kind])


def changed(kind, id, path, value):
    """A vector with one of its values replaced, or left out where the new one is None."""
    vector = copy.deepcopy(FILES[kind].named(id))
    *way, last = path.split("/")
    place = vector
    for step in way:
        place = place[step]
    place[last] = value
    if value is None:
        del place[last]
    return vector


@pytest.mark.parametrize(
    ("kind", "id", "path", "value", "said"),
    [
        ("legacy_requests", "req_plain", "expect/body_hash", "0" * 64, "the body hash"),
        ("legacy_requests", "req_plain", "expect/target", "/Other", "the request line"),
        ("legacy_requests", "req_plain", "expect/signed_message", "other", "whether it verifies"),
        ("legacy_requests", "req_plain", "timeout", 13, "the header timeout"),
        ("legacy_requests", "req_plain", "synapse/name", "Unheard", "no message class"),
        ("legacy_body_hashes", "hash_int", "body_hash", "0" * 64, "the hash of the text"),
        ("legacy_body_hashes", "hash_int", "json_value", 43, "the text is '43'"),
        ("legacy_body_hashes", "hash_two_declared_order", "required_hash_fields", ["a", "b"], "the hash"),
        ("legacy_tensors", "tensor_f32_2x3", "wire/shape", [3, 2], "the envelope"),
        ("legacy_tensors", "tensor_f32_2x3", "deserialized_dtype", "float64", "the dtype"),
        ("axon_info", "ip_1.2.3.4", "int", "7", "the integer"),
        ("axon_info", "to_string", "is_serving", False, "serving"),
        ("axon_info", "version_10.5.0", "int", 1, "the version"),
        ("legacy_client_results", "client_ok", "safe_status", 201, "the status is 200, expected 201"),
        ("legacy_client_results", "client_ok", "safe_outcome", "timeout", "the outcome"),
        ("legacy_client_results", "client_ok", "safe_fields/reply", "in", "reply is 'out'"),
        ("btauth", "sign_post_json", "payload", "other", "the payload"),
        ("btauth", "sign_post_json", "safe_status", 401, "the status is 200, expected 401"),
        ("btauth", "sign_post_json", "safe_identity", "5H", "the identity"),
        ("epistula", "epistula_verify_ok", "safe_status", None, "lacks 'safe_status'"),
        ("epistula", "epistula_verify_ok", "safe_identity", None, "lacks 'safe_identity'"),
        ("epistula", "epistula_bytes_json_bound", "signed_message", "x", "the signed message"),
        ("epistula", "epistula_bytes_json_bound", "headers/Epistula-Secret-Signature-1", "0x" + "00" * 64, "token 1"),
        ("epistula", "epistula_bytes_json_unbound", "default_status", 200, "without unbound_receiver"),
        ("epistula", "epistula_verify_same_again", "safe_before", ["nobody"], "'nobody'"),
        ("epistula", "epistula_verify_ok", "opt_in", "anything", "no setting"),
    ],
)
async def test_a_vector_that_says_otherwise_fails_and_tells_where(kind, id, path, value, said):
    with pytest.raises(Mismatch, match=said):
        await check(changed(kind, id, path, value), FILES[kind])


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("safe_status", 403, "the status is 200, expected 403"),
        ("safe_status", None, "lacks 'safe_status'"),
        ("safe_identity", "5H", "who the handler saw"),
        ("safe_fields", {"reply": "other"}, "the field reply"),
        ("opt_in", "anything", "no setting"),
    ],
)
async def test_an_exchange_that_says_otherwise_fails(path, value, said):
    file = FILES["legacy_axon_exchanges"]
    served = next(one["id"] for one in file.vectors if "reply" in one.get("safe_fields", {}))
    with pytest.raises(Mismatch, match=said):
        await check(changed("legacy_axon_exchanges", served, path, value), file)


async def test_headers_that_are_read_otherwise_fail():
    file = FILES["legacy_header_parsing"]
    taken = next(one for one in file.vectors if one["safe_ok"])
    refused = next(one for one in file.vectors if not one["safe_ok"])
    for vector in ({**taken, "safe_ok": False}, {**refused, "safe_ok": True}, {**taken, "safe_read": {}}):
        with pytest.raises(Mismatch):
            await check(vector, file)


async def test_an_unknown_kind_fails_every_vector_of_its_file():
    file = replace(FILES["axon_info"], kind="smoke_signals")
    told = [verdict async for verdict in verdicts(file)]
    assert [verdict.passed for verdict in told] == [False] * len(file.vectors)
    assert "smoke_signals" in told[0].problem


async def test_a_vector_of_strange_values_fails_and_the_next_one_is_judged():
    file = FILES["btauth"]
    strange = [{"id": "a", "headers": 5}, {"id": "b"}, {**file.vectors[0], "body_hex": "zz"}, file.vectors[0]]
    told = [verdict async for verdict in verdicts(replace(file, vectors=tuple(strange)))]
    assert [verdict.passed for verdict in told] == [False, False, False, True]
    assert all(verdict.problem for verdict in told[:3])


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "cannot be read"),
        ('{"kind": "btauth", "now": %s}' % ("9" * 5000), "not whole JSON"),
        ((WIRE / "btauth.json").read_text()[:2000], "not whole JSON"),
        ("", "not whole JSON"),
        ("[" * 100_000, "not whole JSON"),
        ("[]", "kind"),
        ('{"kind": 5, "vectors": [{"id": "a"}]}', "no `kind` that is a text"),
        ('{"vectors": []}', "kind"),
        ('{"kind": "btauth"}', "vectors"),
        ('{"kind": "btauth", "vectors": []}', "vectors"),
        ('{"kind": "btauth", "vectors": [{"id": "a"}, {}]}', "vector number 2"),
        ('{"kind": "btauth", "vectors": [5]}', "vector number 1"),
        ('{"kind": "btauth", "vectors": [{"id": ["a"]}]}', "vector number 1"),
        ('{"kind": "btauth", "vectors": [{"id": "a"}, {"id": "a"}]}', "'a'"),
    ],
)
def test_a_file_that_is_none_is_told_by_name(tmp_path, text, said):
    path = tmp_path / "odd.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(ConfigurationError, match=said) as caught:
        read(path)
    assert str(path) in str(caught.value)
    assert caught.value.hint


def test_a_folder_and_a_file_without_end_are_refused(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read(tmp_path)
    endless = tmp_path / "endless.json"
    with endless.open("wb") as file:
        file.truncate(8 << 30)  # takes no room on disk
    with pytest.raises(ConfigurationError, match="larger than 64 MiB"):
        read(endless)


def test_a_verdict_is_one_json_object():
    from taokit.testing.conformance import Verdict

    told = Verdict("f.json", "btauth", "a", passed=False, problem="why").to_json()
    assert json.loads(json.dumps(told)) == {
        "file": "f.json", "kind": "btauth", "id": "a", "passed": False, "problem": "why",
    }  # fmt: skip
