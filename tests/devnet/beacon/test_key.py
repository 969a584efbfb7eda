import pytest
from py_ecc.bls.point_compression import compress_G2
from py_ecc.optimized_bls12_381 import G2, curve_order, multiply

from taokit.chain.timelock import ORDER
from taokit.devnet.beacon.key import config_of, public_key, secret_of


@pytest.mark.parametrize("secret", [1, 2, 3, 77, ORDER - 1, secret_of(b"x" * 32)])
def test_public_keys_are_what_py_ecc_says(secret):
    halves = compress_G2(multiply(G2, secret))
    assert public_key(secret) == b"".join(int(half).to_bytes(48, "big") for half in halves)


def test_the_order_is_the_curves():
    assert curve_order == ORDER


def test_keys_follow_from_the_seed_and_the_secret_from_what_the_chain_says():
    configs = [config_of(seed) for seed in (None, 1, "1", b"2", "two")]
    assert configs[1] == configs[2]
    assert len({config[0] for config in configs}) == 4
    for key, _, _, chain_hash, group_hash, *_ in configs:
        assert public_key(secret_of(chain_hash)) == key
        assert len(key) == 96
        assert len(chain_hash) == len(group_hash) == 32
