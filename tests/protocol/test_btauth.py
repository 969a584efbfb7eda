from taokit.protocol import BtauthDraft
from wire_classes import Echo
from wire_vectors import ALICE, BOB


def test_a_draft_carries_question_fields_only():
    request = BtauthDraft.of(Echo(text="hi", reply="mine")).signed(ALICE, receiver=BOB.ss58, nonce_ns=5)
    assert request.target == "/Echo"
    assert request.body == b'{"text":"hi"}'
    assert dict(request.headers)["Content-Type"] == "application/json"
