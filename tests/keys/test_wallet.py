import os

import bittensor_wallet
import pytest

from taokit.errors import KeyFileError
from taokit.keys import coldkey_lies_open, coldkey_pub, hotkey
from taokit.keys.wallet import LONGEST
from wallet_files import PASSWORD, encrypted

COLD = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"  # //Alice
HOT = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"  # //Bob


@pytest.fixture
def wallets(tmp_path):
    """A folder with the wallet `alice` and its plain hotkey `miner`, as the usual library writes them."""
    wallet = bittensor_wallet.Wallet(name="alice", hotkey="miner", path=str(tmp_path))
    wallet.create_coldkey_from_uri("//Alice", use_password=False, suppress=True)
    wallet.create_hotkey_from_uri("//Bob", use_password=False, suppress=True)
    return tmp_path


def test_a_hotkey_by_either_spelling(wallets):
    assert hotkey("alice/miner", path=wallets).ss58 == HOT
    assert hotkey("alice", "miner", path=str(wallets)).ss58 == HOT
    (wallets / "alice/hotkeys/miner").rename(wallets / "alice/hotkeys/default")
    assert hotkey("alice", path=wallets).ss58 == HOT


def test_the_coldkeys_address_needs_its_public_file_alone(wallets):
    (wallets / "alice/coldkey").unlink()
    assert coldkey_pub("alice", path=wallets) == coldkey_pub("alice/miner", path=wallets) == COLD


def test_a_plain_coldkey_is_noticed(wallets):
    assert coldkey_lies_open("alice", path=wallets)
    (wallets / "alice/coldkey").write_bytes(b"$NACL" + bytes(80))
    assert not coldkey_lies_open("alice", path=wallets)
    assert not coldkey_lies_open("nobody", path=wallets)


def test_an_encrypted_hotkey_opens_with_its_password(tmp_path, capfd):
    encrypted(tmp_path)
    assert hotkey("me/hot", path=tmp_path, password=PASSWORD).ss58 == HOT
    with pytest.raises(KeyFileError, match="does not open") as caught:
        hotkey("me/hot", path=tmp_path, password="hunter2")
    assert "hunter2" not in str(caught.value) + str(caught.value.hint)
    with pytest.raises(KeyFileError, match="encrypted") as caught:
        hotkey("me/hot", path=tmp_path)
    assert "BT_WALLET_PASSWORD" in caught.value.hint
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not a wallet file"),
        (b"secretwords", "not a wallet file"),
        (b"{}", "not a wallet file"),
        (b"\xff\xfe\x00", "not a wallet file"),
        (b'{"secretSeed": "0x1234"}', "not a wallet file"),
        (b'{"secretPhrase": "secretwords"}', "not a wallet file"),
        (b"$NACL", "ends too early"),
        (b"$NACLsecretwords", "ends too early"),
        (b"gAAAAAsecretwords", "does not open"),
        (b"x" * (2 * LONGEST), "not a wallet file"),
        (b'{"ss58Address": "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"}', "no secret key"),
    ],
)
def test_garbage_is_named_with_a_way_out(wallets, content, says):
    (wallets / "alice/hotkeys/miner").write_bytes(content)
    with pytest.raises(KeyFileError, match=says) as caught:
        hotkey("alice/miner", path=wallets, password="p")
    assert caught.value.hint
    assert caught.value.__cause__ is None
    assert "secretwords" not in str(caught.value) + caught.value.hint


@pytest.mark.parametrize(
    ("wallet", "says", "hint"),
    [
        ("alce/miner", "no wallet `alce`", "did you mean `alice`?"),
        ("zzz/miner", "no wallet `zzz`", "there are: alice"),
        ("alice/mine", "no hotkey `mine`", "did you mean `miner`?"),
        ("alice/qqq", "no hotkey `qqq`", "there are: miner"),
        ("alice", "no hotkey `default`", "new-hotkey"),
        ("", "no wallet can be named", "wallet/hotkey"),
        ("../alice", "no wallet can be named", "wallet/hotkey"),
        ("alice/../../coldkey", "no wallet can be named", "wallet/hotkey"),
        ("alice/", "no wallet can be named", "wallet/hotkey"),
    ],
)
def test_what_is_absent_is_named_with_what_is_there(wallets, wallet, says, hint):
    with pytest.raises(KeyFileError) as caught:
        hotkey(wallet, path=wallets)
    assert says in str(caught.value)
    assert hint in caught.value.hint


def test_two_names_for_the_hotkey_must_agree(wallets):
    assert hotkey("alice/miner", "miner", path=wallets).ss58 == HOT
    with pytest.raises(KeyFileError, match="two hotkeys"):
        hotkey("alice/miner", "other", path=wallets)


def test_a_folder_in_place_of_the_key_is_unreadable(wallets):
    (wallets / "alice/hotkeys/folder").mkdir()
    with pytest.raises(KeyFileError, match="cannot read"):
        hotkey("alice/folder", path=wallets)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_a_file_without_permission_is_unreadable(wallets):
    (wallets / "alice/hotkeys/miner").chmod(0)
    with pytest.raises(KeyFileError, match="Permission denied") as caught:
        hotkey("alice/miner", path=wallets)
    assert "permissions" in caught.value.hint


def test_an_absent_public_file_says_so(wallets):
    (wallets / "alice/coldkeypub.txt").unlink()
    with pytest.raises(KeyFileError, match=r"coldkeypub\.txt"):
        coldkey_pub("alice", path=wallets)
