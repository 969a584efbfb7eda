import bittensor_core
import pytest

from taokit.devnet import account, from_uri
from taokit.devnet.accounts import address, public_key
from taokit.signer import ED25519, Signer


def test_well_known_names_are_the_development_keys():
    assert (
        account("Alice").ss58 == "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
    )  # every Substrate chain's //Alice
    assert from_uri("//Bob") == account("Bob") or account("Bob").ss58 == from_uri("//Bob").ss58


def test_seeded_keys_follow_from_seed_and_name():
    assert account("miner/0", 1).ss58 == account("miner/0", 1).ss58
    assert len({account(name, seed).ss58 for name in ("a", "b") for seed in (1, 2, None)}) == 6


@pytest.mark.parametrize("scheme", ["sr25519", ED25519])
def test_signatures_verify(scheme):
    signer = account("Alice", scheme=scheme)
    assert isinstance(signer, Signer)
    kind = bittensor_core.CRYPTO_ED25519 if scheme == ED25519 else bittensor_core.CRYPTO_SR25519
    assert bittensor_core.verify(b"hello", signer.sign(b"hello"), signer.ss58, kind)


def test_addresses_and_keys_convert():
    alice = account("Alice")
    assert public_key(alice.ss58) == public_key(alice.public_key) == alice.public_key
    assert address(alice.public_key) == alice.ss58


def test_a_key_does_not_show_itself():
    assert "pair" not in repr(account("Alice"))
