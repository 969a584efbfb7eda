"""Which key signs, and that no secret is told anywhere."""

import logging
import traceback

import bittensor_wallet
import pytest

from taokit.errors import ConfigurationError, KeyFileError
from taokit.run import signing
from taokit.run.signing import KeyChoice, coldkey_of, hotkey_address, hotkey_of, warn_of_open_coldkey
from wallet_files import PASSWORD, encrypted

WORDS = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"  # the development phrase
ROOT = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV"  # its address, by the documentation of subkey
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
ALICE_SEED = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
BOB = "5FHneW46xGXgs5mUiveU4sbTyGBzmstUspZC92UhjJM694ty"


@pytest.fixture
def words(tmp_path):
    file = tmp_path / "words"
    file.write_text(WORDS + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def wallets(tmp_path):
    wallet = bittensor_wallet.Wallet(name="me", hotkey="hot", path=str(tmp_path / "wallets"))
    wallet.create_coldkey_from_uri("//Alice", use_password=False, suppress=True)
    wallet.create_hotkey_from_uri("//Bob", use_password=False, suppress=True)
    return tmp_path / "wallets"


def choice(wallet=None, *, network="finney", **named):
    return KeyChoice(network, wallet, **named)


def test_words_in_a_file_and_in_a_variable(words):
    assert hotkey_of(choice(mnemonic_file=str(words)), {}).ss58 == ROOT
    assert hotkey_of(choice(), {"TAOKIT_MNEMONIC": f"  {WORDS.replace(' ', '  ')}\n"}).ss58 == ROOT
    assert hotkey_of(choice(), {"TAOKIT_MNEMONIC": ALICE_SEED}).ss58 == ALICE
    assert hotkey_of(choice(), {"TAOKIT_MNEMONIC": ALICE_SEED[2:]}).ss58 == ALICE


def test_a_file_comes_before_a_wallet_and_a_wallet_before_a_variable(words, wallets):
    environment = {"TAOKIT_MNEMONIC": ALICE_SEED}
    assert hotkey_of(choice("me/hot", path=str(wallets), mnemonic_file=str(words)), environment).ss58 == ROOT
    assert hotkey_of(choice("me/hot", path=str(wallets)), environment).ss58 == BOB
    assert hotkey_of(choice("me", hotkey="hot", path=str(wallets)), {}).ss58 == BOB
    assert coldkey_of(choice("me/hot", path=str(wallets)), {}).ss58 == ALICE


def test_development_keys_stay_on_this_machine():
    assert hotkey_of(choice("//Alice", network="devnet"), {}).ss58 == ALICE
    assert hotkey_of(choice("//Alice", network="devnet", hotkey="//Bob"), {}).ss58 == BOB
    assert coldkey_of(choice("//Alice", network="local", hotkey="//Bob"), {}).ss58 == ALICE
    for key_of in (hotkey_of, coldkey_of):
        with pytest.raises(ConfigurationError, match="anybody can use"):
            key_of(choice("//Alice"), {})


def test_a_key_must_be_named():
    with pytest.raises(ConfigurationError, match="--wallet is missing"):
        hotkey_of(choice(), {})


def test_others_who_can_read_the_words_are_warned_of(words, caplog):
    words.chmod(0o644)
    hotkey_of(choice(mnemonic_file=str(words)), {})
    assert "chmod 600" in caplog.text
    assert WORDS not in caplog.text


def test_an_open_coldkey_is_warned_of_and_not_opened(wallets, caplog):
    named = choice("me/hot", path=str(wallets))
    assert warn_of_open_coldkey(named)
    assert "unencrypted" in caplog.text
    (wallets / "me" / "coldkey").unlink()
    assert hotkey_of(named, {}).ss58 == BOB
    assert not warn_of_open_coldkey(named)
    assert not warn_of_open_coldkey(choice("//Alice", network="devnet"))


def test_an_address_needs_no_password(tmp_path):
    assert hotkey_address(choice("me/hot", path=str(encrypted(tmp_path))), {}) == BOB


def test_without_a_public_file_the_key_itself_must_open(tmp_path):
    encrypted(tmp_path)
    (tmp_path / "me/hotkeys/hotpub.txt").unlink()
    with pytest.raises(KeyFileError, match="encrypted"):
        hotkey_address(choice("me/hot", path=str(tmp_path)), {})


class Terminal:
    def __init__(self, there):
        self.there = there

    def isatty(self):
        return self.there


def test_a_password_is_asked_for_at_a_terminal_only(tmp_path, monkeypatch):
    named, asked = choice("me/hot", path=str(encrypted(tmp_path))), []
    monkeypatch.setattr(signing.getpass, "getpass", lambda prompt: asked.append(prompt) or PASSWORD)
    monkeypatch.setattr(signing.sys, "stdin", Terminal(False))
    with pytest.raises(KeyFileError, match="no password"):
        hotkey_of(named, {}, ask=True)
    monkeypatch.setattr(signing.sys, "stdin", Terminal(True))
    with pytest.raises(KeyFileError, match="no password"):
        hotkey_of(named, {})
    assert asked == []
    assert hotkey_of(named, {}, ask=True).ss58 == BOB
    assert len(asked) == 1


PLANTED = "zebra zebra secretword zebra zebra zebra zebra zebra zebra zebra zebra zebra"


@pytest.mark.parametrize("planted", [PLANTED, "0x" + "zz" * 32, "secretword", "secretword" * 1000, "\ud800secretword"])
def test_no_secret_is_in_an_error_a_log_or_a_traceback(tmp_path, planted, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    file = tmp_path / "words"
    file.write_bytes(planted.encode("utf-8", "surrogatepass"))
    for named, environment in (
        (choice(mnemonic_file=str(file)), {}),
        (choice(), {"TAOKIT_MNEMONIC": planted}),
    ):
        with pytest.raises(KeyFileError) as caught:
            hotkey_of(named, environment)
        said = "".join(traceback.format_exception(caught.value)) + str(caught.value.hint)
        assert "secretword" not in said
        assert "zz" not in said
    told = caplog.text + "".join(capfd.readouterr())
    assert "secretword" not in told


def test_a_signer_does_not_show_what_it_was_made_from(words):
    signer = hotkey_of(choice(mnemonic_file=str(words)), {})
    assert not set(WORDS.split()) & set(repr(signer).split())
