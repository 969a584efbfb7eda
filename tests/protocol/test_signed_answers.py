import hashlib

import pytest

from taokit.errors import BadAnswer
from taokit.protocol import Asked, Response, answer_signature, check_answer, verify
from wire_vectors import ALICE, BOB, CHARLIE, DevSigner

ASKED = Asked("1795200000000000000", sender=ALICE.ss58, receiver=BOB.ss58)
BODY = b'{"reply":"x"}'


def response(headers, *, status=200, body=BODY):
    return Response(status, {name.lower(): value for name, value in headers}, body)


def test_the_signed_bytes_are_seven_lines():
    headers = dict(answer_signature(BOB, ASKED, status=403, body=BODY))
    lines = [
        "taokit-answer/1", "sr25519", ASKED.nonce, ALICE.ss58, BOB.ss58, "403", hashlib.sha256(BODY).hexdigest(),
    ]  # fmt: skip
    signature = bytes.fromhex(headers.pop("X-Taokit-Answer-Signature").removeprefix("0x"))
    assert verify(BOB.ss58, "\n".join(lines).encode(), signature)
    assert headers == {
        "X-Taokit-Answer-Version": "1",
        "X-Taokit-Answer-Hotkey": BOB.ss58,
        "X-Taokit-Answer-Nonce": ASKED.nonce,
    }


@pytest.mark.parametrize("scheme", ["sr25519", "ed25519"])
def test_what_an_axon_signs_its_client_believes(scheme):
    signer = DevSigner("//Bob", scheme)
    asked = Asked("n", sender=ALICE.ss58, receiver=signer.ss58)
    headers = answer_signature(signer, asked, status=200, body=BODY)
    assert check_answer(response(headers), asked, required=True)
    assert ("X-Taokit-Answer-Crypto" in dict(headers)) == (scheme == "ed25519")


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        (Asked("other", ALICE.ss58, BOB.ss58), 200, BODY),
        (Asked(ASKED.nonce, CHARLIE.ss58, BOB.ss58), 200, BODY),
        (Asked(ASKED.nonce, ALICE.ss58, CHARLIE.ss58), 200, BODY),
        (ASKED, 201, BODY),
        (ASKED, 200, BODY + b" "),
    ],
)
def test_a_signature_holds_for_one_answer_to_one_request(asked, status, body):
    headers = answer_signature(BOB, ASKED, status=200, body=BODY)
    with pytest.raises(BadAnswer, match="sign"):
        check_answer(response(headers, status=status, body=body), asked, required=False)


@pytest.mark.parametrize(
    "change",
    [
        {"X-Taokit-Answer-Signature": ""},
        {"X-Taokit-Answer-Signature": "0x12"},
        {"X-Taokit-Answer-Signature": "0x" + "00" * 64},
        {"X-Taokit-Answer-Crypto": "ed25519"},
        {"X-Taokit-Answer-Crypto": "ecdsa"},
        {"X-Taokit-Answer-Crypto": "\udcff"},  # a byte beyond ASCII, as HTTP libraries decode it
        {"Content-Encoding": "gzip"},
    ],
)
def test_a_signature_that_does_not_hold_is_a_bad_answer_also_where_none_is_required(change):
    headers = {**dict(answer_signature(BOB, ASKED, status=200, body=BODY)), **change}
    with pytest.raises(BadAnswer):
        check_answer(response(headers.items()), ASKED, required=False)


def test_the_headers_beside_the_signature_decide_nothing():
    headers = dict(answer_signature(BOB, ASKED, status=200, body=BODY))
    headers |= {"X-Taokit-Answer-Hotkey": CHARLIE.ss58, "X-Taokit-Answer-Nonce": "1"}
    assert check_answer(response(headers.items()), ASKED, required=True)


def test_an_unsigned_answer_is_taken_unless_one_is_required():
    assert not check_answer(response([]), ASKED, required=False)
    with pytest.raises(BadAnswer, match="without a signature"):
        check_answer(response([("X-Taokit-Answer-Hotkey", BOB.ss58)]), ASKED, required=True)
