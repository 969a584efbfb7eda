import bittensor_core
import pytest

from taokit.errors import Malformed
from taokit.protocol import decode_ss58, verify
from wire_vectors import ALICE, BOB, DevSigner

ED_ALICE = DevSigner("//Alice", "ed25519")


@pytest.mark.parametrize("signer", [ALICE, ED_ALICE], ids=["sr25519", "ed25519"])
def test_a_signature_verifies_for_its_key_message_and_scheme_alone(signer):
    signature = signer.sign(b"hello")
    other = {"sr25519": "ed25519", "ed25519": "sr25519"}[signer.scheme]
    assert verify(signer.ss58, b"hello", signature, signer.scheme)
    assert not verify(BOB.ss58, b"hello", signature, signer.scheme)
    assert not verify(signer.ss58, b"hullo", signature, signer.scheme)
    assert not verify(signer.ss58, b"hello", signature, other)
    assert not verify(signer.ss58, b"hello", signature, "ecdsa")


@pytest.mark.parametrize("signature", [b"", b"\0" * 64, b"\0" * 63])
def test_what_is_no_signature_is_not_believed(signature):
    assert not verify(ALICE.ss58, b"hello", signature)


def test_an_address_decodes_to_its_key():
    assert decode_ss58(ALICE.ss58) == ALICE.public_key


@pytest.mark.parametrize("address", ["", "abc", ALICE.ss58 + " ", ALICE.ss58[:-1] + "1", "0x" + "00" * 32, "ü"])
def test_what_is_no_address_is_malformed(address):
    with pytest.raises(Malformed):
        decode_ss58(address)


def test_an_address_of_another_network_is_malformed():
    with pytest.raises(Malformed, match="42"):
        decode_ss58(bittensor_core.encode_ss58(ALICE.public_key, 0))


def test_a_text_that_a_browser_wallet_signed_counts_as_signed_by_its_owner():
    wrapped = ALICE.sign(b"<Bytes>message</Bytes>")
    assert verify(ALICE.ss58, b"message", wrapped)
    assert not verify(ALICE.ss58, b"<Bytes>message</Bytes>", ALICE.sign(b"message"))
