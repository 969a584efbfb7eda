"""The metadata, read by another implementation: it must agree with our own coders about every name and every byte."""

import bittensor_core
import pytest
from hypothesis import given, settings

from taokit.devnet import metadata
from taokit.devnet.runtime import TABLE

ITEMS = [
    pytest.param(pallet, item, id=f"{pallet.name}.{item.name}") for pallet in TABLE.pallets for item in pallet.storage
]
CALLS = [
    pytest.param(pallet, row, id=f"{pallet.name}.{row.name}")
    for pallet in TABLE.pallets
    for row in pallet.calls
    if "Void" not in [kind for _, kind in row.args]  # of which there is no value
]
EVENTS = [
    pytest.param(pallet, row, id=f"{pallet.name}.{row.name}") for pallet in TABLE.pallets for row in pallet.events
]
METHODS = [
    pytest.param(method, id=f"{method.api}.{method.name}")
    for method in TABLE.methods
    if method.output not in ("ContractCallResult", "ContractInstantiateResult")  # they hold events, as above
]
FEW = settings(max_examples=10, deadline=None)


@pytest.mark.parametrize(("pallet", "item"), ITEMS)
def test_storage(pallet, item, client, coders, values):
    entry = client.storage_entry(pallet.name, item.name)
    assert list(entry.param_hashers) == [key.hasher for key in item.keys]
    assert entry.modifier == ("Optional" if item.optional else "Default")
    if not item.optional:
        assert entry.default_bytes == coders(item.value).encode(item.default)
        assert client.encode(entry.value_type, client.decode(entry.value_type, entry.default_bytes)) == (
            entry.default_bytes
        )

    @FEW
    @given(value=values(item.value))
    def check(value):
        raw = coders(item.value).encode(value)
        assert client.encode(entry.value_type, client.decode(entry.value_type, raw)) == raw

    if item.name != "Events":  # decoded event records are not made to be encoded again; see test_events
        check()


@pytest.mark.parametrize(("pallet", "item"), [param for param in ITEMS if param.values[1].keys])
def test_keys(pallet, item, client, codec, coders, values):
    kinds = client.storage_entry(pallet.name, item.name).param_types

    @FEW
    @given(keys=values(f"({', '.join(key.type for key in item.keys)})"))
    def check(keys):
        raw = codec.key(item, *keys)
        theirs = [
            client.decode(kind, coders(key.type).encode(value))
            for kind, key, value in zip(kinds, item.keys, keys, strict=True)
        ]
        assert raw == client.storage_key(pallet.name, item.name, theirs)
        assert codec.place(raw) == (item, keys)

    check()


@pytest.mark.parametrize(("pallet", "row"), CALLS)
def test_calls(pallet, row, client, coders, values):
    @FEW
    @given(call=values.calls(pallet.name, row.name))
    def check(call):
        raw = coders("RuntimeCall").encode(call)
        told = client.decode_call(raw)
        assert (told["call_module"], told["call_function"]) == (pallet.name, row.name)
        assert [arg["name"] for arg in told["call_args"]] == [name for name, _ in row.args]
        if not any("RuntimeCall" in kind for _, kind in row.args):
            theirs = {arg["name"]: arg["value"] for arg in told["call_args"]}
            assert client.compose_call(pallet.name, row.name, theirs) == raw

    check()


@pytest.mark.parametrize(("pallet", "row"), EVENTS)
def test_events(pallet, row, client, coders, values):
    kind = client.storage_entry("System", "Events").value_type

    @FEW
    @given(event=values.events(pallet.name, row))
    def check(event):
        raw = coders("Vec<EventRecord>").encode(((("ApplyExtrinsic", 3), event, ()),))
        (told,) = client.decode(kind, raw)
        assert (told["module_id"], told["event_id"], told["extrinsic_idx"]) == (pallet.name, row.name, 3)

    check()


@pytest.mark.parametrize("method", METHODS)
def test_runtime_apis(method, client, coders, values):
    told = client.runtime_api_map()[method.api][method.name]
    assert [name for name, _ in told["inputs"]] == [name for name, _ in method.inputs]

    @FEW
    @given(value=values(method.output))
    def check(value):
        raw = coders(method.output).encode(value)
        assert client.encode(told["output"], client.decode(told["output"], raw)) == raw

    check()


def test_errors_and_constants(client, coders):
    for pallet in TABLE.pallets:
        for name, number in pallet.errors.items():
            assert client.module_error(pallet.index, number)[0] == name
        for one in pallet.constants:
            assert one.value is None or client.constant(pallet.name, one.name) is not None


def test_extensions_are_the_live_ones_in_order(client):
    assert client.signed_extension_identifiers() == [one.name for one in TABLE.extensions]
    assert client.extrinsic_version == 4


def test_version_14_says_the_same_of_pallets_and_nothing_of_apis(client):
    old = bittensor_core.Runtime(metadata.encode(TABLE, 14), TABLE.spec_version, TABLE.transaction_version)
    assert not old.runtime_api_map()
    for pallet in TABLE.pallets:
        for item in pallet.storage:
            assert old.storage_entry(pallet.name, item.name).default_bytes == (
                client.storage_entry(pallet.name, item.name).default_bytes
            )
    call = {"netuid": 1, "dests": [1], "weights": [65535], "version_key": 0}
    assert old.compose_call("SubtensorModule", "set_weights", call) == (
        client.compose_call("SubtensorModule", "set_weights", call)
    )
