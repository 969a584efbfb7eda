import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.devnet.runtime.xxhash import twox128, xxh64


@pytest.mark.parametrize(
    ("data", "seed", "wanted"),
    [  # published test values of the algorithm
        (b"", 0, 0xEF46DB3751D8E999),
        (b"a", 0, 0xD24EC4F1A98C6E5B),
        (b"abc", 0, 0x44BC2CF5AD770999),
        (b"Nobody inspects the spammish repetition", 0, 0xFBCEA83C8A378BF1),
    ],
)
def test_known_values(data, seed, wanted):
    assert xxh64(data, seed) == wanted


def test_every_substrate_chain_keeps_accounts_under_these_bytes():
    assert (twox128(b"System") + twox128(b"Account")).hex() == (
        "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
    )


@given(number=st.integers(0, 2**32 - 1))
def test_hashed_keys_are_those_of_another_implementation(client, codec, number):
    from taokit.devnet.runtime.system import BLOCK_HASH

    assert codec.key(BLOCK_HASH, number) == client.storage_key("System", "BlockHash", [number])
