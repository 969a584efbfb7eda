import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from taokit.consensus import Hyperparameters, Stored, activity_cutoff, run_epoch
from taokit.consensus.epoch import run
from taokit.consensus.subnet import load, unload
from taokit.errors import ConfigurationError

from . import reference
from .worlds import drawn, recorded, steps

EPOCHS = recorded("epochs")
COLUMNS = (
    "active",
    "stake_weight",
    "consensus",
    "incentive",
    "dividends",
    "validator_trust",
    "validator_permit",
    "emission",
    "server_emission",
    "validator_emission",
    "stake",
)


def figures(outcome):
    columns = {name: getattr(outcome, name).tolist() for name in COLUMNS}
    return columns | {"bonds": lists(outcome.bonds, len(outcome.active))}


def lists(rows, n):
    return [rows[uid].tolist() if uid in rows else [] for uid in range(n)]


def numbers(values):
    return [int(value) if isinstance(value, str) else value for value in values]


def asserted_value(outcome, name, index):
    if name != "bonds":
        return int(getattr(outcome, name)[index])
    validator, miner = index
    return dict(outcome.bonds.get(validator, np.zeros((0, 2))).tolist()).get(miner, 0)


@pytest.mark.parametrize("vector", EPOCHS, ids=lambda vector: vector["name"])
def test_every_recorded_epoch_agrees_to_the_last_bit(vector):
    for world, step in steps(vector):
        stored, expected = world.stored(step["emission"]), step["expected"]
        outcome = run_epoch(stored)
        for name in COLUMNS:
            assert getattr(outcome, name).tolist() == numbers(expected[name]), (name, step["block"])
        bonds = lists(outcome.bonds, len(world.last_update))
        assert expected["bonds"] is None or bonds == expected["bonds"]
        digest = hashlib.sha256(json.dumps(bonds, separators=(",", ":")).encode()).hexdigest()
        assert digest == expected["bonds_sha256"]
        world.carry_on(outcome, step)


@pytest.mark.parametrize("vector", EPOCHS, ids=lambda vector: vector["name"])
def test_the_shares_before_quantisation_agree_too(vector):
    for world, step in steps(vector):
        loaded = load(world.stored(step["emission"]))
        epoch = run(
            loaded.inputs, yuma3=world.params.get("yuma3", False), liquid_alpha=world.params.get("liquid_alpha", False)
        )
        for name, values in step["expected"].get("bits", {}).items():
            found = loaded.inputs.stake if name == "stake" else getattr(epoch, name)
            assert found.tolist() == numbers(values), name
        world.carry_on(unload(loaded, epoch), step)


@pytest.mark.parametrize("vector", [v for v in EPOCHS if v.get("asserted")], ids=lambda vector: vector["name"])
def test_the_numbers_that_the_chains_own_tests_assert(vector):
    outcomes = []
    for world, step in steps(vector):
        outcomes.append(run_epoch(world.stored(step["emission"])))
        world.carry_on(outcomes[-1], step)
    for step, name, index, value, tolerance in vector["asserted"]:
        found = asserted_value(outcomes[step], name, index)
        assert abs(found / 65535 - value) <= tolerance if tolerance else found == value


@given(st.integers(0, 2**32))
@settings(max_examples=400, deadline=None)
def test_any_small_subnet_agrees_with_the_slow_epoch(seed):
    stored = drawn(seed)
    expected = reference.run_epoch(stored)
    expected["bonds"] = [[list(entry) for entry in row] for row in expected["bonds"]]
    assert figures(run_epoch(stored)) == expected


def small(**changes):
    stored = Stored(
        block=100,
        emission=1000,
        last_update=[90, 90],
        block_at_registration=[0, 0],
        alpha_stake=[5, 0],
        tao_stake=[0, 0],
        validator_permit=[True, False],
        weights={0: np.array([[1, 65535]], dtype=np.uint16)},
    )
    return replace(stored, **changes)


def test_one_validator_pays_one_miner_half_each():
    outcome = run_epoch(small())
    assert outcome.incentive.tolist() == [0, 65535]
    assert outcome.dividends.tolist() == [65535, 0]
    assert outcome.emission.tolist() == [500, 500]


def test_columns_may_be_arrays_or_lists():
    arrays = small(alpha_stake=np.array([5, 0], dtype=np.uint64), last_update=np.array([90, 90], dtype=np.uint64))
    assert figures(run_epoch(arrays)) == figures(run_epoch(small()))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tao_stake": [0]}, "tao_stake has 1 entries for 2 uids"),
        ({"validator_permit": [True]}, "validator_permit has 1 entries for 2 uids"),
        (
            dict.fromkeys(("last_update", "block_at_registration", "alpha_stake", "tao_stake", "validator_permit"), ()),
            "a subnet without a uid",
        ),
        ({"alpha_stake": [-1, 0]}, "alpha_stake of uid 0 is -1, outside"),
        ({"alpha_stake": [0, 2**64]}, "alpha_stake of uid 1 is 18446744073709551616, outside"),
        ({"alpha_stake": [1.5, 0]}, "alpha_stake of uid 0 is 1.5, which is no whole number"),
        ({"alpha_stake": np.array([1.0, np.nan])}, "alpha_stake of uid 0 is .*, which is no whole number"),
        ({"emission": -1}, "emission is -1, outside 0 to 18446744073709551615"),
        ({"owner_uid": 2}, "owner_uid speaks of uid 2, but the subnet has only 2 uids"),
        ({"weights": {7: np.zeros((0, 2), dtype=np.uint16)}}, "weights speaks of uid 7"),
        ({"last_update": [90] * 4097}, "the number of uids is 4097, outside 0 to 4096"),
        ({"weights": {0: np.array([[1, -5]])}}, "the row of uid 0 is no array of"),
        ({"weights": {0: [(1, 5)]}}, "the row of uid 0 is no array of"),
        ({"weights": {0: np.array([[1, 5], [1, 6]], dtype=np.uint16)}}, "the row of uid 0 names uid 1 twice"),
    ],
)
def test_bad_input_is_refused_by_name(changes, message):
    with pytest.raises(ConfigurationError, match=message):
        run_epoch(small(**changes))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bonds_moving_average", 1_000_001),
        ("kappa", 65536),
        ("bonds_penalty", -1),
        ("alpha_low", 65536),
        ("alpha_high", -1),
        ("alpha_sigmoid_steepness", 32768),
        ("max_allowed_validators", -1),
        ("tao_weight", 2**64),
    ],
)
def test_a_parameter_out_of_bounds_is_refused_by_name(name, value):
    with pytest.raises(ConfigurationError, match=f"{name} is {value}, outside"):
        run_epoch(small(parameters=Hyperparameters(**{name: value})))


def test_returned_bonds_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        run_epoch(small()).bonds[0][0, 1] = 1


def test_the_default_cutoff_is_5000_blocks():
    assert activity_cutoff(13_889, 360) == 5000
    assert activity_cutoff(0, 360) == 1
