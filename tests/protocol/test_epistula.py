import pytest

from taokit.errors import LocalError, Malformed, Replayed, Stale, WrongReceiver
from taokit.protocol import (
    EpistulaClaim,
    EpistulaDraft,
    Replay,
    Windows,
    check_headers,
    check_signature,
    header_names,
    proves_interval,
    verify,
)
from wire_classes import Echo
from wire_vectors import ALICE, BOB, DevSigner

NOW_MS = 1_795_200_000_001
MS = 1_000_000
WINDOW = Windows().epistula


def request(*, timestamp_ms=NOW_MS, uuid="3f2504e0-4f89-41d3-9a0c-0305e82c3301", **draft):
    return EpistulaDraft.of(Echo(text="hi"), **draft).signed(
        ALICE, receiver=BOB.ss58, nonce_ns=timestamp_ms * MS + 999, uuid=uuid
    )


def headers_of(request, **changes):
    headers = {name.lower(): value for name, value in request.headers}
    headers.update({"epistula-" + name.replace("_", "-"): value for name, value in changes.items()})
    return {name: value for name, value in headers.items() if value is not None}


def test_what_the_client_signs_the_server_believes():
    sent = request()
    headers = headers_of(sent)
    assert header_names(tuple(headers)).format() == "epistula"
    claim = EpistulaClaim.from_request(headers)
    check_headers(claim, me=BOB.ss58, now_ns=NOW_MS * MS, window=WINDOW)
    check_signature(claim, sent.body, verify=verify)
    assert (claim.format, claim.sender, claim.answer_nonce) == ("epistula", ALICE.ss58, sent.answer_nonce)
    assert sent.target == "/Echo"
    assert sent.body == b'{"text":"hi"}'


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "1"}, {"version": None}, {"version": "2.0"}, {"version": " 2"},
        {"timestamp": None}, {"timestamp": ""}, {"timestamp": "01"}, {"timestamp": "-1"}, {"timestamp": "1_0"},
        {"timestamp": "+1"}, {"timestamp": "1.0"}, {"timestamp": "1" * 20}, {"timestamp": "\u0661"},
        {"uuid": None}, {"uuid": ""}, {"uuid": "a.b"}, {"uuid": "x" * 65}, {"uuid": "a b"},
        {"signed_by": None}, {"signed_by": "Alice"}, {"signed_by": ALICE.ss58[:-1]},
        {"request_signature": None}, {"request_signature": ""}, {"request_signature": "0x" + "0" * 127},
        {"request_signature": "0x" + "g" * 128}, {"request_signature": "0X" + "0" * 128},
    ],
)  # fmt: skip
def test_a_breach_of_syntax_is_malformed(changes):
    with pytest.raises(Malformed):
        EpistulaClaim.from_request(headers_of(request(), **changes))


@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_a_signature_is_hex_in_either_case_and_needs_no_prefix(spelling):
    sent = request()
    text = dict(sent.headers)["Epistula-Request-Signature"][2:]
    claim = EpistulaClaim.from_request(headers_of(sent, request_signature=spelling(text)))
    check_signature(claim, sent.body, verify=verify)


@pytest.mark.parametrize(("offset_ms", "fresh"), [(-8000, True), (-8001, False), (2000, True), (2001, False)])
def test_a_timestamp_is_fresh_for_eight_seconds_and_two_ahead(offset_ms, fresh):
    claim = EpistulaClaim.from_request(headers_of(request(timestamp_ms=NOW_MS + offset_ms)))
    if fresh:
        check_headers(claim, me=BOB.ss58, now_ns=NOW_MS * MS, window=WINDOW)
    else:
        with pytest.raises(Stale):
            check_headers(claim, me=BOB.ss58, now_ns=NOW_MS * MS, window=WINDOW)


@pytest.mark.parametrize(("started_ns", "fresh"), [(999_999, True), (MS, False)])
def test_what_was_signed_in_the_millisecond_of_the_start_is_fresh(started_ns, fresh):
    claim = EpistulaClaim.from_request(headers_of(request()))
    check = {"me": BOB.ss58, "now_ns": NOW_MS * MS, "window": WINDOW, "started_ns": NOW_MS * MS + started_ns}
    if fresh:
        check_headers(claim, **check)
    else:
        with pytest.raises(Stale):
            check_headers(claim, **check)


@pytest.mark.parametrize("receiver", [None, "", ALICE.ss58])
def test_a_request_for_nobody_or_another_is_refused(receiver):
    claim = EpistulaClaim.from_request(headers_of(request(), signed_for=receiver))
    with pytest.raises(WrongReceiver):
        check_headers(claim, me=BOB.ss58, now_ns=NOW_MS * MS, window=WINDOW)


def test_a_uuid_is_used_once_whatever_its_timestamp():
    replay = Replay()
    for number, timestamp_ms in enumerate((NOW_MS, NOW_MS + 5)):
        claim = EpistulaClaim.from_request(headers_of(request(timestamp_ms=timestamp_ms)))
        accept = {"now_ns": NOW_MS * MS, "until_ns": WINDOW.last_fresh_ns(claim)}
        if number == 0:
            replay.accept(claim.replay_key, **accept)
        else:
            with pytest.raises(Replayed):
                replay.accept(claim.replay_key, **accept)


def test_interval_tokens_prove_three_slots_in_a_row_and_can_be_left_out():
    sent = dict(request().headers)
    tokens = [bytes.fromhex(sent[f"Epistula-Secret-Signature-{number}"][2:]) for number in range(3)]
    for number, token in enumerate(tokens):
        for slot in range(3):
            proven = proves_interval(
                token, slot, sender=ALICE.ss58, receiver=BOB.ss58, timestamp_ms=NOW_MS, verify=verify
            )
            assert proven == (slot == number)
    for slot, token in zip((179_520_000, 179_520_001, 179_520_002), tokens, strict=True):  # as the vectors name them
        assert verify(ALICE.ss58, f"{slot}.{BOB.ss58}".encode(), token)
    assert not [name for name, _ in request(tokens=False).headers if "Secret" in name]


def test_an_ed25519_key_cannot_sign_epistula():
    draft = EpistulaDraft.of(Echo(text="hi"))
    with pytest.raises(LocalError, match="sr25519"):
        draft.signed(DevSigner("//Alice", "ed25519"), receiver=BOB.ss58, nonce_ns=1, uuid="u")
