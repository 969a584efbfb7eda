from hashlib import blake2b

import pytest

from taokit.devnet.runtime import DecodedCall, State, dispatch, shield
from taokit.errors import PoolRefused

A, B, C, D = (bytes([number]) * 1184 for number in range(4))
HASHES = [shield.key_hash(key) for key in (A, B, C, D)]
SHOWN = (shield.CURRENT_KEY, shield.PENDING_KEY, shield.NEXT_KEY)


def announced(*keys):
    """A state in whose blocks, from 1 on, these were announced."""
    state = State()
    for number, key in enumerate(keys, 1):
        state.number = number
        shield.announce(state, key)
    return state


def brings(key_hash, length=1088):
    data = key_hash + length.to_bytes(2, "little") + bytes(length) + bytes(24) + b"what was sealed"
    return DecodedCall("MevShield", "submit_encrypted", {"ciphertext": data})


@pytest.mark.parametrize(
    ("keys", "wanted"),
    [  # of one author: what it announces in a block is NextKey in the one after
        ([A], (None, None, None)),
        ([A, B], (None, None, A)),
        ([A, B, C], (None, A, B)),
        ([A, B, C, D], (A, B, C)),
        ([A, B, None, None], (A, B, None)),
        ([A, B, None, None, None], (B, None, None)),
        ([A, None, None, None, None, None], (None, None, None)),
    ],
)
def test_keys_move_on_by_a_block_each(keys, wanted):
    state = announced(*keys)
    assert tuple(state[item] for item in SHOWN) == wanted
    assert state[shield.AUTHOR_KEYS, shield.AUTHOR] == keys[-1]
    number = len(keys)
    assert state[shield.PENDING_KEY_EXPIRES_AT] == (number + 2 if wanted[1] else None)
    assert state[shield.NEXT_KEY_EXPIRES_AT] == (number + 3 if wanted[2] else None)


def test_what_is_sealed_is_taken_apart_where_it_is_not_cut():
    data = HASHES[0] + (5).to_bytes(2, "little") + b"12345" + bytes(range(24)) + b"text"
    assert shield.parse(data) == shield.Sealed(HASHES[0], b"12345", bytes(range(24)), b"text")
    assert shield.parse(data[:-4]) == shield.Sealed(HASHES[0], b"12345", bytes(range(24)), b"")
    assert [shield.parse(data[:length]) for length in range(len(data) - 4)] == [None] * (len(data) - 4)


def test_only_the_key_whose_turn_it_is_goes_into_a_block():
    state = announced(A, B, C, D)
    assert [shield.due(state, brings(one)) for one in HASHES] == [True, False, False, None]
    assert shield.due(state, DecodedCall("System", "remark", {"remark": b""})) is True
    assert [shield.is_turn(state, one) for one in HASHES] == [False, True, False, False]


def test_the_pool_takes_what_has_its_turn_to_come():
    state = announced(A, B, C, D)
    for one in (HASHES[1], HASHES[2]):
        shield.refuse_late(state, brings(one))
    for one in (HASHES[0], HASHES[3], bytes(16)):
        with pytest.raises(PoolRefused) as caught:
            shield.refuse_late(state, brings(one))
        assert (caught.value.custom, caught.value.name) == (24, "InvalidShieldedTxPubKeyHash")
    with pytest.raises(PoolRefused) as caught:
        shield.refuse_late(state, DecodedCall("MevShield", "submit_encrypted", {"ciphertext": bytes(17)}))
    assert (caught.value.custom, caught.value.name) == (23, "FailedShieldedTxParsing")


@pytest.mark.parametrize("length", [0, 63, 64, 8192])
def test_the_event_names_who_and_what(coders, length):
    state, who, data = State(), b"\7" * 32, bytes(length)
    dispatch(state, who, DecodedCall("MevShield", "submit_encrypted", {"ciphertext": data}))
    named = blake2b(who + coders("Vec<u8>").encode(data), digest_size=32).digest()
    assert state.events == [("Initialization", "MevShield", "EncryptedSubmitted", (named, who))]
