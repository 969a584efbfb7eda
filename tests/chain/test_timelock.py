"""The format, against bittensor-core's own: byte for byte, both ways, and with a real signature of quicknet."""

import hashlib
import subprocess
import sys

import bittensor_core
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from py_ecc.bls.point_compression import decompress_G1, decompress_G2
from py_ecc.optimized_bls12_381 import pairing

from taokit.chain.beacon import QUICKNET
from taokit.chain.timelock import seal, sign, target_bytes, verify
from taokit.errors import ConfigurationError

ROUND = 1000
SIGNATURE = bytes.fromhex(
    "b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39"
)
"""What the League of Entropy signed round 1000 of quicknet with."""

DRAWN = {"sigma": bytes(range(32)), "key": bytes(range(32, 64)), "nonce": bytes(range(12))}


def envelope(sealed):
    """What `decrypt_with_signature` takes: SCALE of the sealed bytes and a round."""
    return (len(sealed) << 2 | 1).to_bytes(2, "little") + sealed + bytes(8)


def drawn_for(sealed, signature):
    """The randomness and the message behind sealed bytes, for who has the signature. Slow and obvious."""
    fields, at = [sealed[:96]], 96
    while at < len(sealed):
        size = int.from_bytes(sealed[at : at + 8], "little")
        fields.append(sealed[at + 8 : at + 8 + size])
        at += 8 + size
    point, hidden_sigma, hidden_key, body, suite = fields
    halves = (int.from_bytes(point[:48], "big"), int.from_bytes(point[48:], "big"))
    shared = pairing(decompress_G2(halves), decompress_G1(int.from_bytes(signature, "big")))
    sigma = xor(hidden_sigma, hashlib.sha256(target_bytes(shared)).digest())
    key = xor(hidden_key, hashlib.sha256(sigma).digest())
    length = int.from_bytes(body[:8], "little")
    text, nonce = body[8 : 8 + length], body[16 + length :]
    assert suite == b"AES_GCM_"
    return {"sigma": sigma, "key": key, "nonce": nonce}, AESGCM(key).decrypt(nonce, text, b"")


def xor(one, other):
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def test_what_the_native_library_seals_is_sealed_again_to_the_same_bytes():
    theirs, _ = bittensor_core.encrypt_at_round(b"weights", ROUND)
    theirs = bittensor_core.inner_ciphertext(theirs)
    drawn, message = drawn_for(theirs, SIGNATURE)
    assert message == b"weights"
    assert seal(message, round=ROUND, public_key=QUICKNET.public_key, **drawn) == theirs


@pytest.mark.parametrize("message", [b"w", b"\0" * 700])
def test_the_native_library_opens_what_is_sealed_here_with_the_real_signature(message):
    sealed = seal(message, round=ROUND, public_key=QUICKNET.public_key, **DRAWN)
    assert bittensor_core.decrypt_with_signature(envelope(sealed), SIGNATURE.hex()) == message
    assert len(sealed) == 96 + 8 + 32 + 8 + 32 + 8 + (8 + len(message) + 16 + 8 + 12) + 8 + 8


def test_the_signature_of_another_round_opens_nothing():
    """A signature by the same unknown key of another message: here, any other point of the group."""
    sealed = seal(b"w", round=ROUND, public_key=QUICKNET.public_key, **DRAWN)
    with pytest.raises(ValueError, match=r"(?i)signature|decrypt|invalid"):
        bittensor_core.decrypt_with_signature(envelope(sealed), sign(5, ROUND).hex())


def test_signatures_are_believed_for_their_round_and_key_only():
    assert verify(ROUND, SIGNATURE, QUICKNET.public_key)
    assert not verify(ROUND + 1, SIGNATURE, QUICKNET.public_key)


@pytest.mark.parametrize("signature", [b"", bytes(48), b"\xff" * 48, SIGNATURE[:47], SIGNATURE + b"\0"])
def test_what_is_no_signature_is_not_believed(signature):
    assert not verify(ROUND, signature, QUICKNET.public_key)


@pytest.mark.parametrize("key", [b"", bytes(96), b"\xff" * 96])
def test_a_key_that_is_no_point_is_refused(key):
    with pytest.raises(ConfigurationError, match="no point"):
        seal(b"w", round=ROUND, public_key=key, **DRAWN)


def test_py_ecc_leaves_the_interpreter_its_guard_against_deep_recursion():
    said = "import sys; from taokit.chain import timelock; timelock.sign(7, 1); print(sys.getrecursionlimit())"
    assert subprocess.run([sys.executable, "-c", said], capture_output=True, check=True).stdout.strip() == b"1000"


def test_without_py_ecc_the_error_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "py_ecc", None)
    with pytest.raises(ConfigurationError, match="py_ecc") as caught:
        sign(1, ROUND)
    assert caught.value.hint == "pip install 'taokit[devnet]'"
