"""Extrinsics sealed for MevShield as a client seals them: the format, written down once more."""

import os

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from chains import ALICE
from taokit.chain import calls
from taokit.chain.extrinsic import Terms, sign
from taokit.devnet import codec_of
from taokit.devnet.runtime import shield
from taokit.devnet.runtime.xxhash import twox128
from taokit.devnet.shield.xchacha import hchacha20


def seal(key, plain):
    """What a client puts into `submit_encrypted`: key hash, length, encapsulated secret, nonce, ciphertext."""
    secret, hidden = MLKEM768PublicKey.from_public_bytes(key).encapsulate()
    nonce = os.urandom(24)
    text = ChaCha20Poly1305(hchacha20(secret, nonce[:16])).encrypt(bytes(4) + nonce[16:], plain, None)
    return twox128(key) + len(hidden).to_bytes(2, "little") + hidden + nonce + text


def signed(devnet, call, nonce, *, signer=ALICE, period=8):
    """The bytes of a signed extrinsic, whose era begins at the best block."""
    codec = codec_of(devnet.backend().runtime())
    terms = Terms(devnet.backend().block_hash(0), devnet.head, nonce, period)
    return sign(codec, codec.compose(call), signer, terms)


def carrier(devnet, ciphertext, nonce=0, **options):
    """The signed extrinsic that brings something sealed."""
    call = calls.Call("MevShield", "submit_encrypted", {"ciphertext": ciphertext})
    return signed(devnet, call, nonce, **options)


def next_key(devnet):
    """The key that clients are told to seal for."""
    return devnet.state[shield.NEXT_KEY]
