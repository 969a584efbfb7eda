import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.chain.extrinsic import Terms, sign
from taokit.devnet import codec_of

APPLY = "BlockBuilder_apply_extrinsic"


def signed(devnet, call, *, nonce=0, signer=ALICE):
    chain = devnet.chain()
    codec = codec_of(devnet.backend().runtime())
    return sign(codec, codec.compose(call), signer, Terms(chain.genesis(), chain.head(), nonce))


@pytest.mark.parametrize(
    ("call", "options", "answer"),
    [
        (calls.transfer_keep_alive(BOB.ss58, TAO), {}, "0000"),  # Ok(Ok(()))
        (calls.admin("sudo_set_kappa", netuid=1, kappa=1), {}, "000102"),  # Ok(Err(BadOrigin))
        (calls.transfer_keep_alive(BOB.ss58, TAO), {"signer": BOB}, "010001"),  # Err(Invalid(Payment))
        (calls.transfer_keep_alive(BOB.ss58, TAO), {"nonce": 5}, "010002"),  # Err(Invalid(Future))
        (calls.serve_axon(1, "1.2.3.4", 80), {}, "0100070a"),  # Err(Invalid(Custom(10)))
    ],
)
def test_an_extrinsic_is_applied_and_taken_back(call, options, answer):
    devnet = funded()
    before = devnet.chain().read(reads.balance(ALICE.ss58))
    assert devnet.backend().call(APPLY, signed(devnet, call, **options)).hex() == answer
    assert devnet.chain().read(reads.balance(ALICE.ss58)) == before
    assert devnet.chain().read(reads.nonce(ALICE.ss58)) == 0


def test_a_nonce_that_is_used_and_a_signature_that_is_not_one():
    devnet = funded()
    call = calls.transfer_keep_alive(BOB.ss58, TAO)
    data = signed(devnet, call)
    devnet.chain().submit(call, ALICE)
    assert devnet.backend().call(APPLY, data).hex() == "010003"  # Err(Invalid(Stale))
    spoiled = bytearray(signed(devnet, call, nonce=1))
    spoiled[50] ^= 1
    assert devnet.backend().call(APPLY, bytes(spoiled)).hex() == "010004"  # Err(Invalid(BadProof))


VALIDATE = "TaggedTransactionQueue_validate_transaction"


def validity(devnet, data):
    return devnet.backend().call(VALIDATE, b"\2" + data + bytes(32)).hex()


def test_the_pool_says_whether_it_would_take_an_extrinsic():
    devnet = funded()
    call = calls.transfer_keep_alive(BOB.ss58, TAO)
    who = ALICE.public_key.hex()
    once, period, told = "01" + "00" * 7, "40" + "00" * 7, "01"  # it was signed for 64 blocks
    tags = ("04" + "90" + who + f"{nonce:02x}000000" for nonce in (0, 4, 5))  # one tag: signer and nonce
    first, fourth, fifth = tags
    assert validity(devnet, signed(devnet, call)) == "00" + once + "00" + first + period + told
    assert validity(devnet, signed(devnet, call, nonce=5)) == "00" + once + fourth + fifth + period + told
    assert validity(devnet, signed(devnet, call, signer=BOB)) == "010001"  # Err(Invalid(Payment))
    assert validity(devnet, signed(devnet, calls.serve_axon(1, "1.2.3.4", 80))) == "0100070a"
    devnet.chain().submit(call, ALICE)
    assert validity(devnet, signed(devnet, call)) == "010003"  # Err(Invalid(Stale))
