import pytest

from chains import ALICE, funded
from taokit.chain import Call, RuntimeCall, reads
from taokit.devnet import Devnet
from taokit.devnet.runtime import TABLE
from taokit.devnet.runtime.table import DecodedCall
from taokit.devnet.runtime.unruled import answers
from taokit.errors import ChainError, UnknownName

REMARK = b"\x84\0" + bytes(32) + b"\1" + bytes(64) + bytes(4) + bytes(3)
"""An extrinsic without its length: `System.remark` of nothing, with a signature of zeros."""


@pytest.fixture
def backend():
    return funded().backend()


def test_metadata_is_offered_in_14_and_15_and_16_is_declined(backend):
    def at(version):
        return backend.call("Metadata_metadata_at_version", version.to_bytes(4, "little"))

    assert backend.call("Metadata_metadata_versions", b"") == bytes([2 << 2, 14, 0, 0, 0, 15, 0, 0, 0])
    assert at(16) == b"\0"
    for version in (14, 15):
        assert b"meta" + bytes([version]) in at(version)[:10]
    assert backend.runtime().metadata[:5] == b"meta\x0f"
    assert backend.call("Metadata_metadata", b"").endswith(at(14)[-1000:])


def test_the_runtime_s_version_is_listed_and_decodes(backend):
    version = funded().chain().read(reads.value(RuntimeCall("Core", "version")))
    assert (version["spec_name"], version["spec_version"], version["transaction_version"]) == ("node-subtensor", 425, 1)
    raw = backend.call("Core_version", b"")
    # sp_api names an API by the first eight bytes of the hash of its name; Core's is known from every substrate chain
    assert bytes.fromhex("df6acb689907609b") + (5).to_bytes(4, "little") in raw
    assert bytes.fromhex("37e397fc7c91f5e4") + (2).to_bytes(4, "little") in raw  # Metadata
    assert bytes.fromhex("bc9d89904f5b923f") + (1).to_bytes(4, "little") in raw  # AccountNonceApi


def test_metadata_is_listed_among_the_apis_and_decodes(backend):
    chain = funded().chain()
    assert chain.read(reads.value(RuntimeCall("Metadata", "metadata_versions"))) == [14, 15]
    assert chain.read(reads.value(RuntimeCall("Metadata", "metadata_at_version", (16,)))) is None
    told = chain.read(reads.value(RuntimeCall("Metadata", "metadata_at_version", (15,))))
    assert (
        bytes.fromhex(told.removeprefix("0x")) if isinstance(told, str) else bytes(told) == (backend.runtime().metadata)
    )


ANSWERED = [row for row in TABLE.methods if row.name != "convert_transaction"]


@pytest.mark.parametrize("method", ANSWERED, ids=lambda method: f"{method.api}_{method.name}")
def test_every_api_that_is_listed_is_answered(method, coders):
    backend = Devnet.subnet(miners=1, validators=1).backend()
    values = {"netuid": 1, "version": 15, "metagraph_indexes": (0, 3, 72, 73), "netuids": (0, 1), "weight": (1, 1)}
    values |= {
        "uxt": REMARK,
        "extrinsic": REMARK,
        "call": DecodedCall("System", "remark", {"remark": b""}),
        "origin": None,
    }
    values |= {"destination": (bytes(32), 1), "coldkey_accounts": (bytes(32),)}
    values = {} if method.api in answers.ANSWERS and method.name != "apply_extrinsic" else values
    zeros = {kind: coders(kind).decode(bytes(4096), 0)[0] for _, kind in method.inputs}
    data = b"".join(coders(kind).encode(values.get(name, zeros[kind])) for name, kind in method.inputs)
    answer = backend.call(f"{method.api}_{method.name}", data)
    assert coders(method.output).encode(coders(method.output).decode_all(answer)) == answer


def test_events_are_those_of_the_block_asked_for(client):
    devnet = funded()
    chain = devnet.chain()
    key = client.storage_key("System", "Events", [])
    kind = client.storage_entry("System", "Events").value_type
    receipt = chain.submit(Call("System", "remark", {"remark": b"hi"}), ALICE)
    devnet.mine(5)
    then, now = (client.decode(kind, devnet.backend().storage([key], at)[0]) for at in (receipt.block_hash, None))
    assert [one["extrinsic_idx"] for one in then if one["event_id"] == "ExtrinsicSuccess"] == [0, 1]
    assert [one["extrinsic_idx"] for one in now if one["event_id"] == "ExtrinsicSuccess"] == [0]


def test_pages_of_keys(client):
    devnet = funded()
    prefix = client.storage_prefix("SubtensorModule", "NetworksAdded")
    for netuid in range(10):
        devnet.set_hyperparameter(netuid, "NetworksAdded", True)
    backend = devnet.backend()
    pages, start = [], None
    while page := backend.keys(prefix, start=start, count=3):
        pages.append(page)
        start = page[-1]
    assert list(map(len, pages)) == [3, 3, 3, 1]
    assert [key for page in pages for key in page] == backend.keys(prefix) == backend.keys(prefix, start=prefix)


def test_keys_that_nobody_knows_have_no_value(backend):
    assert backend.storage([b"", b"\1" * 32, bytes(90)]) == [None, None, None]


def test_an_unknown_method_and_arguments_that_do_not_decode(backend):
    with pytest.raises(UnknownName, match="Nope_nope"):
        backend.call("Nope_nope", b"")
    with pytest.raises(ChainError, match="do not decode"):
        backend.call("AccountNonceApi_account_nonce", b"\0")
