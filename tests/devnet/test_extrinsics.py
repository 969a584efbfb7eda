import bittensor_core
import pytest

from taokit.chain import Head, calls
from taokit.chain.codec import Codec
from taokit.chain.extrinsic import Terms as Signing
from taokit.chain.extrinsic import sign
from taokit.devnet import account
from taokit.devnet.extrinsics import Terms, check, take_apart
from taokit.devnet.runtime import TABLE
from taokit.errors import PoolRefused

ALICE = account("Alice")
HASHES = [bytes([number]) * 32 for number in range(100)]


def terms(hashes):
    return Terms(HASHES[0], len(hashes), dict(enumerate(hashes)))


TERMS = terms(HASHES)


def signed(client, *, signer=ALICE, at=99, genesis=HASHES[0], call=None, period=64):
    birth = Head(at, HASHES[at], b"")
    codec = Codec(client)
    call = codec.compose(call or calls.transfer_keep_alive(account("Bob").ss58, 5))
    return sign(codec, call, signer, Signing(genesis, birth, nonce=3, period=period))


def refused(coders, data, terms=TERMS):
    with pytest.raises(PoolRefused) as caught:
        check(take_apart(data, TABLE, coders), TABLE, coders, terms)
    return caught.value.name


@pytest.mark.parametrize("scheme", ["sr25519", "ed25519"])
def test_what_a_client_signs_is_taken_apart_and_believed(client, coders, scheme):
    signer = account("Alice", scheme=scheme)
    found = take_apart(signed(client, signer=signer), TABLE, coders)
    assert (found.signer, found.nonce, found.call.name) == (signer.public_key, 3, "transfer_keep_alive")
    assert found.call.args["value"] == 5
    assert check(found, TABLE, coders, TERMS) == 99 + 64


def test_a_long_call_is_signed_by_its_hash(client, coders):
    data = signed(client, call=calls.Call("System", "remark", {"remark": b"\xff" * 400}))
    assert check(take_apart(data, TABLE, coders), TABLE, coders, TERMS) is not None


def test_an_immortal_one_never_expires(client, coders):
    call = Codec(client).compose(calls.transfer_keep_alive(account("Bob").ss58, 5))
    common = {"era": "00", "nonce": 0, "tip": 0, "tip_asset_id": None}
    payload = client.signature_payload(call, genesis_hash=HASHES[0], era_block_hash=HASHES[0], **common)
    data, digest = client.encode_signed_extrinsic(
        call, public_key=ALICE.public_key, signature=ALICE.sign(payload), signature_version=1, **common
    )
    found = take_apart(data, TABLE, coders)
    assert check(found, TABLE, coders, TERMS) is None
    assert found.hash == digest


def test_another_chain_s_signature(client, coders):
    assert refused(coders, signed(client, genesis=b"\xee" * 32)) == "BadProof"


def test_a_signature_from_before_a_fork(client, coders):
    assert refused(coders, signed(client), terms([*HASHES[:99], b"\xcc" * 32])) == "BadProof"


def test_an_era_that_is_over(client, coders):
    later = [*HASHES, *(bytes([number, 1]) * 16 for number in range(64))]
    assert refused(coders, signed(client, at=90), terms(later)) == "BadProof"


def test_a_spoiled_signature_and_a_spoiled_call(client, coders):
    data = signed(client)
    assert refused(coders, data[:60] + bytes([data[60] ^ 1]) + data[61:]) == "BadProof"
    assert refused(coders, data[:-1] + bytes([data[-1] ^ 4])) == "BadProof"


def test_a_signature_over_wrapped_bytes_is_none(client, coders):
    class Wrapping:
        ss58, public_key, scheme = ALICE.ss58, ALICE.public_key, ALICE.scheme

        def sign(self, message):
            return ALICE.sign(b"<Bytes>" + message + b"</Bytes>")

    assert refused(coders, signed(client, signer=Wrapping())) == "BadProof"


@pytest.mark.parametrize("digest", [bytes(32), None])
def test_the_metadata_s_digest_is_not_worked_out(client, coders, digest):
    call = Codec(client).compose(calls.transfer_keep_alive(account("Bob").ss58, 5))
    common = {"era": "00", "nonce": 0, "tip": 0, "tip_asset_id": None}
    payload = client.signature_payload(
        call, genesis_hash=HASHES[0], era_block_hash=HASHES[0], metadata_hash=digest, **common
    )
    data, _ = client.encode_signed_extrinsic(
        call,
        public_key=ALICE.public_key,
        signature=ALICE.sign(payload),
        signature_version=1,
        metadata_hash_enabled=True,
        **common,
    )
    assert refused(coders, data) == "BadProof"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "BadFormat"),
        (b"\0", "Malformed"),
        (b"\x10\x84\0\0\0", "Malformed"),
        (b"\xff" * 40, "BadFormat"),
        (bytes(2_000_000), "ExhaustsResources"),
    ],
)
def test_bytes_that_are_no_extrinsic(coders, data, name):
    assert refused(coders, data) == name


def test_the_era_of_an_extrinsic_has_its_phase_within_its_period(client, coders):
    data = signed(client, at=77, period=16)
    era = data.index(bytes(coders("Era").decode((77 % 16 << 4 | 3).to_bytes(2, "little"), 0)[0]), 99)
    spoiled = data[:era] + (16 << 4 | 3).to_bytes(2, "little") + data[era + 2 :]
    assert refused(coders, spoiled) == "Malformed"
    assert refused(coders, data[:era] + b"\x10\x00" + data[era + 2 :]) == "Malformed"


def test_a_birth_block_that_the_chain_has_forgotten(client, coders):
    data = signed(client, at=1, period=4096)
    known = [*HASHES, *(number.to_bytes(32, "big") for number in range(2301))]
    assert check(take_apart(data, TABLE, coders), TABLE, coders, terms(known)) == 4097
    assert refused(coders, data, terms([*known, bytes(32)])) == "AncientBirthBlock"


def test_the_era_is_read_as_other_libraries_write_it(client, coders):
    found = take_apart(signed(client, at=77, period=16), TABLE, coders)
    assert found.era == (16, 77 % 16)
    assert bittensor_core.era_birth(16, 77) == 77
