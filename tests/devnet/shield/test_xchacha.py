import pytest

from taokit.devnet.shield.xchacha import hchacha20, opened

# draft-irtf-cfrg-xchacha-03, sections 2.2.1 and A.3.1
SUBKEY = "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc"
KEY, NONCE = bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58))
BESIDE = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
PLAIN = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    b"sunscreen would be it."
)
SEALED = bytes.fromhex(
    "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
    "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
    "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
    "21f9664c97637da9768812f615c68b13b52e"
    "c0875924c1c7987947deafd8780acf49"
)


def test_the_drafts_subkey():
    assert hchacha20(bytes(range(32)), bytes.fromhex("000000090000004a0000000031415927")).hex() == SUBKEY


def test_the_drafts_sealed_text():
    assert opened(KEY, NONCE, SEALED, beside=BESIDE) == PLAIN


@pytest.mark.parametrize("place", [0, 100, -1])
def test_a_changed_byte_opens_nothing(place):
    changed = bytearray(SEALED)
    changed[place] ^= 1
    assert opened(KEY, NONCE, bytes(changed), beside=BESIDE) is None


@pytest.mark.parametrize("length", [0, 15, 16])
def test_too_few_bytes_open_nothing(length):
    assert opened(KEY, NONCE, SEALED[:length]) is None
