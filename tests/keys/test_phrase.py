"""Keys from words and seeds. The addresses are those that subkey prints for the public development phrase."""

import pytest

from taokit.errors import KeyFileError
from taokit.keys import from_mnemonic_file, from_secret, lies_open

WORDS = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"
ROOT = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV"
ALICE_SEED = "0xe5be9a5092b81bca64be81d212e7f2f9eba183bb7a90954f7b76361f6edb5c0a"
ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


@pytest.mark.parametrize(
    ("text", "address"), [(WORDS, ROOT), (f"\n{WORDS}\n\n", ROOT), (ALICE_SEED, ALICE), (ALICE_SEED[2:].upper(), ALICE)]
)
def test_a_key_from_its_words_or_its_seed(tmp_path, text, address):
    file = tmp_path / "words"
    file.write_text(text)
    assert from_secret(text, where="here").ss58 == from_mnemonic_file(file).ss58 == address


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b" \n", "is empty"),
        (b"one two three", "neither a mnemonic nor a seed"),
        (b"0x1234", "neither a mnemonic nor a seed"),
        (b"\xff\xfe", "is not text"),
        (b"x" * 5000, "too long"),
    ],
)
def test_what_is_no_key_is_named_by_its_file(tmp_path, data, said):
    file = tmp_path / "words"
    file.write_bytes(data)
    with pytest.raises(KeyFileError, match=said) as caught:
        from_mnemonic_file(file)
    assert str(file) in str(caught.value)
    assert caught.value.hint
    assert caught.value.__cause__ is None


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(KeyFileError, match="cannot read"):
        from_mnemonic_file(tmp_path / "absent")
    with pytest.raises(KeyFileError, match="cannot read"):
        from_mnemonic_file(tmp_path)


def test_who_else_can_read_a_file(tmp_path):
    file = tmp_path / "words"
    file.write_text(WORDS)
    file.chmod(0o600)
    assert not lies_open(file)
    file.chmod(0o640)
    assert lies_open(file)
    assert not lies_open(tmp_path / "absent")
