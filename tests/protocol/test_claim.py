import pytest

from taokit.errors import BadSignature, Stale, WrongReceiver
from taokit.protocol import (
    BtauthClaim,
    BtauthDraft,
    LegacyClaim,
    LegacyDraft,
    Terminal,
    Windows,
    check_headers,
    check_signature,
    verify,
)
from wire_classes import Echo
from wire_vectors import ALICE, BOB, CHARLIE

SECOND = 1_000_000_000
NOW = 1_795_200_000 * SECOND


def lower(request):
    return {name.lower(): value for name, value in request.headers}


def legacy_claim(timeout=12.0):
    draft = LegacyDraft.of(Echo(text="x"), timeout=timeout)
    request = draft.signed(ALICE, receiver=Terminal(hotkey=BOB.ss58), nonce_ns=NOW, uuid="u")
    return LegacyClaim.from_request(lower(request), me=BOB.ss58)


def btauth_request():
    return BtauthDraft.of(Echo(text="x")).signed(ALICE, receiver=BOB.ss58, nonce_ns=NOW)


def btauth_claim():
    return BtauthClaim.from_request("POST", "/Echo", lower(btauth_request()))


def check(claim, *, now_ns, me=BOB.ss58, **options):
    check_headers(claim, me=me, now_ns=now_ns, window=Windows().of(claim.format), **options)


@pytest.mark.parametrize(
    ("claim", "oldest", "newest"),
    [
        (btauth_claim(), 10 * SECOND, 2 * SECOND),
        (legacy_claim(), 16 * SECOND - 1, 2 * SECOND),
        (legacy_claim(timeout=1.5), int(5.5 * SECOND) - 1, 2 * SECOND),
        (legacy_claim(timeout=300), 16 * SECOND - 1, 2 * SECOND),
    ],
    ids=["btauth", "legacy", "legacy-short", "legacy-long"],
)
def test_a_nonce_is_fresh_up_to_both_ends_of_its_window(claim, oldest, newest):
    check(claim, now_ns=NOW + oldest)
    check(claim, now_ns=NOW - newest)
    with pytest.raises(Stale):
        check(claim, now_ns=NOW + oldest + 1)
    with pytest.raises(Stale):
        check(claim, now_ns=NOW - newest - 1)


def test_a_stale_refusal_says_the_offset_and_the_window():
    with pytest.raises(Stale, match=r"-60000 ms.*-10000 to \+2000 ms"):
        check(btauth_claim(), now_ns=NOW + 60 * SECOND)


def test_what_was_signed_before_the_start_is_stale():
    check(btauth_claim(), now_ns=NOW + SECOND, started_ns=NOW)
    with pytest.raises(Stale, match="started"):
        check(btauth_claim(), now_ns=NOW + SECOND, started_ns=NOW + 1)


def test_another_receiver_is_refused():
    with pytest.raises(WrongReceiver):
        check(btauth_claim(), now_ns=NOW, me=CHARLIE.ss58)
    with pytest.raises(WrongReceiver):
        check(btauth_claim(), now_ns=NOW, me=CHARLIE.ss58, unbound_receiver=True)


def test_a_signature_holds_for_its_body_alone():
    request = btauth_request()
    check_signature(btauth_claim(), request.body, verify=verify)
    with pytest.raises(BadSignature):
        check_signature(btauth_claim(), request.body + b" ", verify=verify)
