import pytest

from taokit.devnet import Devnet, account
from taokit.devnet.runtime import TABLE, State
from taokit.devnet.runtime.system import ACCOUNT_INFO, NUMBER

ALICE = account("Alice").public_key
WEIGHTS = next(
    item
    for pallet in TABLE.pallets
    for item in pallet.storage
    if (pallet.name, item.name) == ("SubtensorModule", "Weights")
)


def test_the_key_of_an_account_is_the_one_of_every_substrate_chain(codec):
    assert codec.key(ACCOUNT_INFO, ALICE).hex() == (
        "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
        "de1e86a9a8c739864cf3cc5ec2bea59fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
    )


@pytest.mark.parametrize("spoil", [lambda raw: raw[:-1], lambda raw: raw + b"\0", lambda raw: b"\0" * len(raw)])
def test_a_raw_key_that_names_no_place(codec, spoil):
    assert codec.place(spoil(codec.key(ACCOUNT_INFO, ALICE))) is None


def test_a_key_whose_hash_is_not_that_of_what_follows_names_no_place(codec):
    raw = bytearray(codec.key(ACCOUNT_INFO, ALICE))
    raw[40] ^= 1
    assert codec.place(bytes(raw)) is None


def test_keys_come_in_raw_byte_order(codec):
    state = State()
    for netuid, uid in [(1, 256), (1, 1), (256, 0), (2, 0)]:
        state[WEIGHTS, netuid, uid] = ()
    listed = [codec.place(raw)[1] for raw in codec.keys(state, codec.key(WEIGHTS))]
    assert listed == [(256, 0), (1, 256), (1, 1), (2, 0)]  # little-endian numbers, unhashed
    assert [codec.place(raw)[1] for raw in codec.keys(state, codec.key(WEIGHTS, 1))] == [(1, 256), (1, 1)]


def test_a_short_prefix_lists_everything_below_it(codec):
    state = State()
    state[NUMBER] = 5
    state[ACCOUNT_INFO, ALICE] = ACCOUNT_INFO.default
    assert codec.keys(state, codec.key(NUMBER)[:16]) == sorted([codec.key(NUMBER), codec.key(ACCOUNT_INFO, ALICE)])
    assert len(codec.keys(state, b"")) == 2


def test_a_changed_value_is_encoded_anew(codec):
    assert codec.value(NUMBER, (), 5) == (5).to_bytes(4, "little")
    assert codec.value(NUMBER, (), 6) == (6).to_bytes(4, "little")
    assert codec.value(NUMBER, (), 5) == (5).to_bytes(4, "little")


def test_native_walks_go_in_the_order_of_the_raw_keys(codec):
    devnet = Devnet.subnet(miners=6, validators=3)
    for name, args in (("Account", ()), ("Uids", (1,)), ("Keys", (1,)), ("Owner", ()), ("AlphaV2", ())):
        item = next(item for pallet in TABLE.pallets for item in pallet.storage if item.name == name)
        raw = [codec.key(item, *keys) for keys, _ in devnet.state.items(item, *args)]
        assert len(raw) > 2
        assert raw == sorted(raw)
