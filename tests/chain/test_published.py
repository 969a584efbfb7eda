"""Keys and commitments of hotkeys: as the codec shows them, and as a chain keeps them."""

import pytest

from taokit.chain import calls, reads
from taokit.chain.drive import run
from taokit.chain.published import Certificate, Commitment, RevealedCommitment, Timelocked
from taokit.chain.requests import Storage
from taokit.devnet import Devnet, from_uri

MINER = from_uri("//miner/0")
KEYS = {
    "random": bytes(range(200, 232)),
    "text": b"abcdefghijklmnopqrstuvwxyz012345",
    "zero": bytes(32),
    "begins like hex": b"0x" + b"g" * 30,
}


@pytest.fixture
def chain():
    return Devnet.subnet().chain()


@pytest.mark.parametrize("name", KEYS)
def test_a_key_comes_back_whatever_its_bytes_look_like(chain, name):
    certificate = b"\x01" + KEYS[name]
    chain.submit(calls.serve_axon_tls(1, "1.2.3.4", 8091, certificate=certificate), MINER)
    stored = chain.read(reads.certificate(1, MINER.ss58))
    assert stored == Certificate(1, KEYS[name])
    assert stored.ed25519 == KEYS[name]
    assert chain.read(reads.certificates(1)) == {MINER.ss58: stored}
    assert chain.read(reads.axon(1, MINER.ss58)).port == 8091


def test_only_32_bytes_under_the_byte_one_are_an_ed25519_key():
    assert Certificate(2, bytes(32)).ed25519 is None
    assert Certificate(1, bytes(33)).ed25519 is None
    assert Certificate(0, b"").ed25519 is None


def test_who_published_nothing_has_nothing(chain):
    assert chain.read(reads.certificate(1, MINER.ss58)) is None
    assert chain.read(reads.commitment(1, MINER.ss58)) is None
    assert chain.read(reads.commitments(1)) == {}


def test_a_commitment_comes_back_with_what_is_not_bytes_as_it_is(chain):
    fields = [b"hello", bytes(range(101)), {"Sha256": bytes(32)}]
    chain.submit(calls.set_commitment(1, fields), MINER)
    stored = chain.read(reads.commitment(1, MINER.ss58))
    assert stored.fields[:2] == (b"hello", bytes(range(101)))
    chain.submit(calls.set_commitment(1, [stored.fields[2], b"new"]), MINER)
    again = chain.read(reads.commitment(1, MINER.ss58))
    assert again.fields == (stored.fields[2], b"new")
    assert again.block == stored.block + 1


@pytest.mark.parametrize("size", [0, 1, 128, 129, 512])
def test_bytes_of_every_size_have_a_form(chain, size):
    chain.submit(calls.set_commitment(1, [bytes(size)]), MINER)
    assert chain.read(reads.commitment(1, MINER.ss58)).fields == (bytes(size),)


def test_a_dict_is_a_chain():
    key = Storage("Commitments", "CommitmentOf", (3, "5F"))
    told = {key: {"deposit": 0, "block": 7, "info": {"fields": [{"Raw2": "0x6869"}, "ResetBondsFlag"]}}}
    assert run(reads.commitment(3, "5F"), told.__getitem__) == Commitment(7, (b"hi", "ResetBondsFlag"))


def test_timelocked_fields_and_what_they_held():
    field = {"TimelockEncrypted": {"encrypted": "0x0102ff", "reveal_round": 9}}
    stored = {"block": 7, "info": {"fields": [field, {"Raw3": "abc"}]}}
    answers = {
        Storage("Commitments", "CommitmentOf", (1, MINER.ss58)): stored,
        Storage("Commitments", "RevealedCommitments", (1, MINER.ss58)): [("0x0aff", 5), ("text", 6)],
        Storage("Commitments", "RevealedCommitments", (2, MINER.ss58)): None,
    }
    found = run(reads.commitment(1, MINER.ss58), answers.__getitem__)
    assert found.fields == (Timelocked(b"\x01\x02\xff", 9), b"abc")
    assert run(reads.revealed_commitments(1, MINER.ss58), answers.__getitem__) == (
        RevealedCommitment(b"\x0a\xff", 5),
        RevealedCommitment(b"text", 6),
    )
    assert run(reads.revealed_commitments(2, MINER.ss58), answers.__getitem__) == ()
