import bittensor_wallet
import pytest

from taokit import compat as bt
from taokit.compat.wallets import signer_of
from taokit.errors import KeyFileError
from taokit.keys import from_uri

BOB = from_uri("//Bob")


@pytest.fixture
def wallets(tmp_path):
    made = bittensor_wallet.Wallet(name="alice", hotkey="miner", path=str(tmp_path))
    made.create_coldkey_from_uri("//Alice", use_password=False, suppress=True)
    made.create_hotkey_from_uri("//Bob", use_password=False, suppress=True)
    return str(tmp_path)


def test_a_wallet_signs_and_verifies(wallets):
    wallet = bt.wallet(name="alice", hotkey="miner", path=wallets)
    assert wallet.hotkey.ss58_address == BOB.ss58
    assert wallet.hotkey.public_key == BOB.public_key
    signature = wallet.hotkey.sign("a text")
    assert wallet.hotkey.verify(b"a text", "0x" + signature.hex())
    assert not wallet.hotkey.verify("another", signature)
    assert wallet.hotkey.verify("0x6162", wallet.hotkey.sign(b"ab"))
    assert signer_of(wallet).ss58 == BOB.ss58


def test_the_owner_is_read_from_its_public_file(wallets):
    wallet = bt.Wallet(name="alice", hotkey="miner", path=wallets)
    assert wallet.coldkeypub.ss58_address == wallet.coldkey.ss58_address == from_uri("//Alice").ss58
    with pytest.raises(KeyFileError, match="public half"):
        wallet.coldkeypub.sign(b"")


def test_the_configuration_names_it(wallets):
    config = bt.Config()
    config.merge({"wallet": {"name": "alice", "hotkey": "miner", "path": wallets}})
    wallet = bt.Wallet(config=config)
    assert (wallet.name, wallet.hotkey_str) == ("alice", "miner")
    assert wallet.hotkey.ss58_address == BOB.ss58


def test_a_key_pair_of_the_wallet_library_signs_too():
    assert signer_of(bittensor_wallet.Keypair.create_from_uri("//Bob")).ss58 == BOB.ss58


def test_no_secret_is_shown(wallets):
    wallet = bt.Wallet(name="alice", hotkey="miner", path=wallets)
    assert "//" not in repr(wallet.hotkey)
    assert repr(wallet.hotkey) == f"<Key {BOB.ss58}>"


def test_a_missing_hotkey_is_named(wallets):
    with pytest.raises(KeyFileError, match="minor"):
        bt.Wallet(name="alice", hotkey="minor", path=wallets).hotkey  # noqa: B018
