"""Sealed bodies: HPKE as RFC 9180 has it, bound to one request in one direction."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hpke
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from hypothesis import given, settings
from hypothesis import strategies as st

from taokit.errors import BadAnswer, Malformed
from taokit.protocol import verify
from taokit.protocol.sealing import (
    OVERHEAD,
    Binding,
    Schedule,
    SealingKey,
    _kem_secret,
    is_key_record,
    is_sealed,
    key_record,
    open_question,
    read_key_record,
    seal_question,
)
from wire_vectors import ALICE, BOB

KEY, OTHER = SealingKey(bytes(range(32))), SealingKey(bytes(range(1, 33)))
BINDING = Binding("btauth", ALICE.ss58, BOB.ss58, "1795200000000000000")
EPHEMERAL, SALT = bytes(range(64, 96)), bytes(range(96, 128))
SUITE = hpke.Suite(hpke.KEM.X25519, hpke.KDF.HKDF_SHA256, hpke.AEAD.CHACHA20_POLY1305)

RFC_9180_A2 = {  # appendix A.2.1: base mode of this very suite
    "info": "4f6465206f6e2061204772656369616e2055726e",
    "skEm": "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
    "pkEm": "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
    "skRm": "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
    "pkRm": "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
    "shared_secret": "0bbe78490412b4bbea4812666f7916932b828bba79942424abb65244930d69a7",
    "key": "ad2744de8e17f4ebba575b3f5f5a8fa1f69c2a07f6e7500bc60ca6e3e3ec1c91",
    "base_nonce": "5c4d98150661b848853b547f",
    "exporter_secret": "a3b010d4994890e2c6968a36f64470d3c824c8f5029942feb11e7a74b2921922",
}


def test_the_schedule_is_that_of_the_rfc():
    known = {name: bytes.fromhex(text) for name, text in RFC_9180_A2.items()}
    private = X25519PrivateKey.from_private_bytes(known["skEm"])
    assert private.public_key().public_bytes_raw() == known["pkEm"]
    dh = private.exchange(X25519PublicKey.from_public_bytes(known["pkRm"]))
    assert SealingKey(known["skRm"]).shared(known["pkEm"]) == _kem_secret(dh, known["pkEm"] + known["pkRm"])
    assert _kem_secret(dh, known["pkEm"] + known["pkRm"]) == known["shared_secret"]
    schedule = Schedule.of(known["shared_secret"], known["info"])
    assert (schedule.key, schedule.nonce, schedule.exporter) == (
        known["key"],
        known["base_nonce"],
        known["exporter_secret"],
    )


@settings(max_examples=30, deadline=None)
@given(st.binary(max_size=300), st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_another_implementation_reads_what_we_seal_and_seals_what_we_read(body, private, ephemeral):
    key, info = SealingKey(private), BINDING.associated("question")
    sealed, _ = seal_question(body, key.public, BINDING, ephemeral=ephemeral)
    theirs = X25519PrivateKey.from_private_bytes(private)
    assert len(sealed) == len(body) + OVERHEAD
    assert SUITE.decrypt(sealed[12:], theirs, info) == body
    made = sealed[:12] + SUITE.encrypt(body, theirs.public_key(), info)
    assert open_question(made, [OTHER, key], BINDING)[0] == body


def exchanged(body=b'{"word": "a"}', answer=b'{"reply": "b"}'):
    sealed, ours = seal_question(body, KEY.public, BINDING, ephemeral=EPHEMERAL)
    plain, theirs = open_question(sealed, [KEY], BINDING)
    assert plain == body
    return sealed, ours, theirs.seal(answer, status=200, salt=SALT)


def test_a_question_and_its_answer_come_through():
    sealed, ours, answer = exchanged()
    assert is_sealed(sealed)
    assert is_sealed(answer)
    assert b"word" not in sealed
    assert b"reply" not in answer
    assert ours.open(answer, status=200) == b'{"reply": "b"}'


def test_every_altered_byte_of_a_question_is_refused():
    sealed, _, _ = exchanged()
    for at in range(4, len(sealed)):
        altered = bytearray(sealed)
        altered[at] ^= 0x40
        with pytest.raises(Malformed):
            open_question(bytes(altered), [KEY], BINDING)


def test_every_altered_byte_of_an_answer_is_refused():
    _, ours, answer = exchanged()
    for at in range(len(answer)):
        altered = bytearray(answer)
        altered[at] ^= 0x40
        with pytest.raises(BadAnswer):
            replace(ours).open(bytes(altered), status=200)
    assert ours.open(answer, status=200)


@pytest.mark.parametrize("size", [0, 3, 4, 12, 44, OVERHEAD - 1])
def test_a_cut_question_is_refused(size):
    sealed, _, _ = exchanged()
    with pytest.raises(Malformed):
        open_question(sealed[:size], [KEY], BINDING)


SWAPPED = [
    {"format": "epistula"},
    {"sender": BOB.ss58},
    {"receiver": ALICE.ss58},
    {"nonce": "1795200000000000001"},
]


@pytest.mark.parametrize("changed", SWAPPED)
def test_a_question_opens_in_its_own_request_only(changed):
    sealed, _, _ = exchanged()
    with pytest.raises(Malformed, match="altered, or sealed for another request"):
        open_question(sealed, [KEY], replace(BINDING, **changed))


@pytest.mark.parametrize("changed", SWAPPED)
def test_an_answer_opens_for_its_own_request_only(changed):
    _, ours, answer = exchanged()
    with pytest.raises(BadAnswer):
        replace(ours, binding=replace(BINDING, **changed)).open(answer, status=200)


def test_a_wrong_key_does_not_open_it():
    sealed, _, _ = exchanged()
    with pytest.raises(Malformed, match="a key that this axon does not have"):
        open_question(sealed, [OTHER], BINDING)
    pretended = sealed[:4] + OTHER.id + sealed[12:]
    with pytest.raises(Malformed, match="does not open"):
        open_question(pretended, [OTHER], BINDING)


def test_directions_do_not_mix():
    sealed, ours, _ = exchanged()
    with pytest.raises(BadAnswer):
        ours.open(sealed, status=200)


def test_a_status_belongs_to_its_answer():
    _, ours, answer = exchanged()
    with pytest.raises(BadAnswer):
        ours.open(answer, status=201)


def test_an_answer_to_one_question_is_none_to_another_of_the_same_request():
    sealed, _ = seal_question(b"{}", KEY.public, BINDING, ephemeral=EPHEMERAL)
    _, other = seal_question(b"{}", KEY.public, BINDING, ephemeral=SALT)
    _, theirs = open_question(sealed, [KEY], BINDING)
    with pytest.raises(BadAnswer):
        other.open(theirs.seal(b"{}", status=200, salt=SALT), status=200)


def test_a_point_of_small_order_is_refused():
    sealed, _, _ = exchanged()
    with pytest.raises(Malformed):
        open_question(sealed[:12] + bytes(32) + sealed[44:], [KEY], BINDING)


def stream(*records):
    sealed, ours = seal_question(b"{}", KEY.public, BINDING, ephemeral=EPHEMERAL)
    _, theirs = open_question(sealed, [KEY], BINDING)
    return ours, [theirs.seal(record, status=200, salt=SALT) for record in records]


def test_records_open_in_their_order_and_no_other():
    ours, pieces = stream(b"one", b"two", b"three")
    assert [ours.open(piece, status=200) for piece in pieces] == [b"one", b"two", b"three"]
    ours, pieces = stream(b"one", b"two", b"three")
    ours.open(pieces[0], status=200)
    for wrong in (pieces[0], pieces[2]):
        with pytest.raises(BadAnswer):
            ours.open(wrong, status=200)
    assert ours.open(pieces[1], status=200) == b"two"


def test_a_key_is_its_hotkeys_or_nobodys():
    record = key_record(ALICE, KEY.public)
    assert len(record) <= 128  # what one field of a commitment holds by a name of its own
    assert read_key_record(record, ALICE.ss58, verify=verify) == KEY.public
    assert read_key_record(record, BOB.ss58, verify=verify) is None
    for at in range(len(record)):
        altered = bytearray(record)
        altered[at] ^= 1
        assert read_key_record(bytes(altered), ALICE.ss58, verify=verify) is None
    assert read_key_record(record[:-1], ALICE.ss58, verify=verify) is None


def test_records_of_one_key_are_known_as_such():
    one, again, other = (key_record(ALICE, key.public) for key in (KEY, KEY, OTHER))
    assert one != again
    assert is_key_record(again, like=one)
    assert not is_key_record(other, like=one)
    assert not is_key_record(b"something else")
    assert not is_key_record({"Sha256": "0x00"})
