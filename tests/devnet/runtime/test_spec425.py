import re

import numpy as np
import pytest

from taokit.devnet.runtime import ERROR_CODES, TABLE, DispatchError, native_error
from taokit.devnet.runtime.dispatch import RULES
from taokit.devnet.runtime.table import Struct

KNOWN = {
    *("bool", "str", "AccountId", "H256", "Vec", "BoundedVec", "BTreeMap", "Option", "Compact"),
    *("RuntimeCall", "RuntimeEvent", "UncheckedExtrinsic"),
    *("I32F32", "I64F64", "I96F32", "U64F64", "U96F32"),
    *(f"{sign}{bits}" for sign in "ui" for bits in (8, 16, 32, 64, 128)),
}


def types_used():
    for pallet in TABLE.pallets:
        for item in pallet.storage:
            yield from (item.value, *(key.type for key in item.keys))
        for call in pallet.calls:
            yield from (kind for _, kind in call.args)
        for event in pallet.events:
            yield from (kind for _, kind in event.fields)
        yield from (constant.type for constant in pallet.constants)
    for made in TABLE.types:
        found = (
            made.fields if isinstance(made, Struct) else [field for _, _, inside in made.variants for field in inside]
        )
        yield from (kind for _, kind in found)
    for method in TABLE.methods:
        yield from (method.output, *(kind for _, kind in method.inputs))


def test_every_type_that_is_named_is_known():
    named = {made.name for made in TABLE.types} | KNOWN
    words = {word for kind in types_used() for word in re.findall(r"[A-Za-z]\w*", kind)}
    assert words <= named


@pytest.mark.parametrize("rows", ["calls", "events"])
def test_indexes_and_names_are_unique_within_a_pallet(rows):
    for pallet in TABLE.pallets:
        found = getattr(pallet, rows)
        assert len({row.index for row in found}) == len({row.name for row in found}) == len(found)


def test_storage_names_are_unique_within_a_pallet():
    for pallet in TABLE.pallets:
        names = [item.name for item in pallet.storage]
        assert len(set(names)) == len(names)


@pytest.mark.parametrize(
    ("pallet", "index"),
    [
        *(("System", 0), ("Timestamp", 2), ("Aura", 3), ("Balances", 5), ("SubtensorModule", 7), ("Utility", 11)),
        *(("Sudo", 12), ("Proxy", 16), ("Commitments", 18), ("AdminUtils", 19), ("Drand", 26), ("Swap", 28)),
        *(("MevShield", 30), ("AlphaAssets", 31)),
    ],
)
def test_pallets_stand_where_clients_with_fixed_tables_expect_them(pallet, index):
    assert {made.name: made.index for made in TABLE.pallets}[pallet] == index


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("set_weights", 0),
        ("add_stake", 2),
        ("serve_axon", 4),
        ("burned_register", 7),
        ("register_network", 59),
        ("root_register", 62),
        ("start_call", 92),
        ("commit_weights", 96),
        ("reveal_weights", 97),
        ("commit_timelocked_mechanism_weights", 118),
        ("set_mechanism_weights", 119),
        ("register_limit", 134),
        ("trigger_epoch", 141),
    ],
)
def test_calls_of_the_subnet_pallet_have_the_indexes_of_the_chain(name, index):
    (pallet,) = [made for made in TABLE.pallets if made.name == "SubtensorModule"]
    assert {call.name: call.index for call in pallet.calls}[name] == index


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("RootNetworkDoesNotExist", 0),
        ("InvalidIpType", 1),
        ("SettingWeightsTooFast", 29),
        ("CommitRevealEnabled", 53),
        ("CommitRevealDisabled", 54),
        ("AccountRejectsLockedAlpha", 146),
    ],
)
def test_errors_have_the_positions_of_the_chain(name, index):
    assert ERROR_CODES["SubtensorModule", name] == (7, index)


def test_the_metagraph_has_72_fields():
    (made,) = [made for made in TABLE.types if made.name == "Metagraph"]
    assert len(made.fields) == 72


def test_signed_extensions_stand_in_the_order_of_the_chain():
    names = [extension.name for extension in TABLE.extensions]
    assert names[4:8] == ["CheckMortality", "CheckNonce", "CheckWeight", "ChargeTransactionPayment"]
    assert names[-1] == "CheckMetadataHash"
    assert len(names) == 13


def test_every_rule_belongs_to_a_call_of_the_table():
    calls = {(pallet.name, call.name) for pallet in TABLE.pallets for call in pallet.calls}
    assert {(pallet, name) for pallet, rules in RULES.items() for name in rules} <= calls


def test_defaults_are_immutable():
    vectors = [item.default for pallet in TABLE.pallets for item in pallet.storage]
    assert not any(isinstance(default, list | dict | set) for default in vectors)
    assert not any(default.flags.writeable for default in vectors if isinstance(default, np.ndarray))


@pytest.mark.parametrize(
    ("error", "native"),
    [
        (DispatchError("SubtensorModule", "RevealTooEarly"), ("Module", (7, b"\x4f\0\0\0"))),
        (DispatchError(None, "BadOrigin"), "BadOrigin"),
        (DispatchError(None, "Token.FundsUnavailable"), ("Token", "FundsUnavailable")),
    ],
)
def test_errors_turn_into_values_of_their_type(error, native):
    assert native_error(error) == native
