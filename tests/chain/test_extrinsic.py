import bittensor_core
import pytest

from taokit.chain import Head, calls
from taokit.chain.extrinsic import Terms, sign
from taokit.devnet import Devnet, account, codec_of
from taokit.devnet.runtime import State

GENESIS = bytes(range(32))


@pytest.fixture(scope="module")
def codec():
    return codec_of(Devnet(State(), genesis_ms=0).backend().runtime())


@pytest.mark.parametrize("scheme", ["sr25519", "ed25519"])
def test_what_is_signed_is_call_extra_and_what_both_sides_know(codec, scheme):
    signer = account("Alice", scheme=scheme)
    call = codec.compose(calls.start_call(3))
    birth = Head(1000, b"\x22" * 32, b"")
    told = codec.scale.decode_extrinsic(sign(codec, call, signer, Terms(GENESIS, birth, nonce=9)))
    assert (told["address"], told["nonce"], told["tip"]) == (signer.ss58, 9, 0)
    ((kind, signature),) = told["signature"].items()
    assert kind.lower() == scheme
    era = bytes.fromhex("8502")  # period 64, block 1000, as other libraries write it
    extra = era + bytes([9 << 2]) + b"\0" + b"\0"  # nonce, tip, no digest of the metadata
    known = (425).to_bytes(4, "little") + (1).to_bytes(4, "little") + GENESIS + birth.hash + b"\0"
    scheme_number = bittensor_core.CRYPTO_SR25519 if scheme == "sr25519" else bittensor_core.CRYPTO_ED25519
    assert bittensor_core.verify(
        call + extra + known, bytes.fromhex(signature.removeprefix("0x")), signer.ss58, scheme_number
    )


@pytest.mark.parametrize("period", [0, 3, 63, 8192])
def test_an_era_takes_a_power_of_two(period):
    with pytest.raises(ValueError, match="power of two"):
        Terms(GENESIS, Head(0, GENESIS, GENESIS), nonce=0, period=period)
