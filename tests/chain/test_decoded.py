"""A runtime whose types change under a running client, and what does not fit."""

from dataclasses import replace

import pytest

from chains import ALICE
from taokit.chain import Chain, RuntimeCall, Storage, calls, reads, run
from taokit.chain.decoded import Told, name_of
from taokit.devnet import Devnet, codec_of, metadata
from taokit.devnet.runtime import TABLE
from taokit.errors import TypeMoved, UnknownName

WHERE = "SubtensorModule.Axons"


def told(value):
    return Told(WHERE, value)


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda: told({"ip": 1})["port"], "SubtensorModule.Axons no longer has the field port"),
        (lambda: told({"port": "x"})["port"].integer(), "Axons: port is no longer a whole number but a text"),
        (lambda: told({"port": True})["port"].integer(), "Axons: port is no longer a whole number but a flag"),
        (lambda: told(5)["port"], "Axons is no longer a struct but a number"),
        (lambda: told(1).flag(), "no longer a flag but a number"),
        (lambda: told(None).address(), "no longer an account but nothing"),
        (lambda: told({}).entries(), "no longer a list but a struct"),
        (lambda: told([1]).parts(2), "no longer a tuple of 2 but a list"),
        (lambda: told([300]).octets(), "no longer bytes but a list"),
        (lambda: told({"bits": "x"}).bits(), "Axons: bits is no longer a whole number"),
    ],
)
def test_what_does_not_fit_says_where(ask, said):
    with pytest.raises(TypeMoved) as caught:
        ask()
    assert said in str(caught.value)
    assert caught.value.where.startswith(WHERE)
    assert "taokit chain read" in caught.value.hint


def test_a_field_that_goes_by_another_name_now():
    with pytest.raises(TypeMoved) as caught:
        told({"ip": 1, "port_number": 2})["port"]
    assert (caught.value.field, caught.value.hint.partition(";")[0]) == ("port", "it has port_number")


@pytest.mark.parametrize("value", ["abc", "0x616263", b"abc", [97, 98, 99]])
def test_bytes_however_they_are_shown(value):
    assert told(value).octets() == b"abc"
    assert told(value).text() == "abc"


@pytest.mark.parametrize("value", [{1: "a"}, [(1, "a")]])
def test_a_map_however_it_is_shown(value):
    ((key, inside),) = told(value).pairs()
    assert (key.integer(), inside.address()) == (1, "a")


def test_requests_have_names():
    assert name_of(Storage("System", "Number")) == "System.Number"
    assert name_of(RuntimeCall("SwapRuntimeApi", "current_alpha_price", (1,))) == "SwapRuntimeApi.current_alpha_price"


class Upgraded:
    """A devnet's backend whose runtime is another one after an upgrade. Stored bytes stay as they are."""

    def __init__(self, devnet):
        self.devnet = devnet
        self._backend = devnet.backend()
        self.table = None

    def __getattr__(self, name):
        return getattr(self._backend, name)

    def runtime(self, at=None):
        runtime = self._backend.runtime(at)
        if self.table is None:
            return runtime
        return replace(runtime, metadata=metadata.encode(self.table), spec_version=runtime.spec_version + 1)


def renamed(kind, **names):
    """The devnet's table with other names for some fields of one type."""
    types = [
        replace(one, fields=tuple((names.get(name, name), of) for name, of in one.fields)) if one.name == kind else one
        for one in TABLE.types
    ]
    return replace(TABLE, types=tuple(types))


def without(item):
    """The devnet's table without a storage entry of the subnet pallet."""
    pallets = [
        replace(pallet, storage=tuple(one for one in pallet.storage if one.name != item)) for pallet in TABLE.pallets
    ]
    return replace(TABLE, pallets=tuple(pallets))


@pytest.fixture
def backend():
    return Upgraded(Devnet.subnet(miners=1, validators=1))


@pytest.fixture
def chain(backend):
    chain = Chain(backend, codec_of)
    chain.submit(calls.burned_register(1, ALICE.ss58), ALICE)
    chain.submit(calls.serve_axon(1, "1.2.3.4", 80), ALICE)
    return chain


def upgrade(backend, table):
    """The runtime is another one from the next block on."""
    backend.table = table
    backend.devnet.mine()


def test_a_field_renamed_while_connected_is_named(chain, backend):
    assert chain.read(reads.axon(1, ALICE.ss58)).port == 80
    upgrade(backend, renamed("AxonInfo", port="port_number"))
    with pytest.raises(TypeMoved, match=r"SubtensorModule\.Axons no longer has the field port") as caught:
        chain.read(reads.axon(1, ALICE.ss58))
    assert caught.value.hint.startswith("it has port_number")
    assert chain.read(reads.uid_of(1, ALICE.ss58)) == 3  # everything else goes on


def test_a_column_of_the_metagraph_that_moved_is_named(chain, backend):
    assert chain.read(reads.metagraph(1)).n == 4
    upgrade(backend, renamed("Metagraph", dividends="dividends_per_uid"))
    with pytest.raises(TypeMoved) as caught:
        chain.read(reads.metagraph(1))
    assert (caught.value.where, caught.value.field) == ("SubnetInfoRuntimeApi.get_metagraph", "dividends")


def test_a_storage_entry_that_vanished_is_an_unknown_name(chain, backend):
    assert chain.read(reads.burn(1)).rao
    upgrade(backend, without("Burn"))
    with pytest.raises(UnknownName, match=r"stores no SubtensorModule\.Burn"):
        chain.read(reads.burn(1))


def test_a_type_that_grew_is_read_as_the_metadata_says():
    wider = {Storage("SubtensorModule", "Axons", (1, ALICE.ss58)): {
        "block": 1, "version": 0, "ip": 1, "port": 80, "ip_type": 4, "protocol": 4, "brand_new": [1]
    }}  # fmt: skip
    assert run(reads.axon(1, ALICE.ss58), wider.__getitem__).port == 80
