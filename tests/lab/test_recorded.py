import json
from pathlib import Path

import pytest

from taokit.lab.recorded import Recorded, row_of

STATE = {
    "block": 100,
    "last_update": [90, 91, 92],
    "block_at_registration": [0, 0, 0],
    "alpha_stake": ["18446744073709551615", "5", "6"],
    "tao_stake": ["1", "2", "3"],
    "validator_permit": [True, True, False],
    "weights": [[[1, 5], [2, 6]], [], [[1, 9]]],
    "bonds": [[[1, 7], [2, 8]], [], []],
    "owner_uid": None,
    "last_step_block": 40,
    "commit_block": [None, 80, None],
}


def subnet(*operations):
    found = Recorded.read({}, STATE)
    for operation in operations:
        found.apply(operation)
    return found


def test_a_file_is_read_as_the_chain_would_store_it():
    stored = subnet().stored(10)
    assert list(stored.alpha_stake) == [2**64 - 1, 5, 6]
    assert {uid: row.tolist() for uid, row in stored.weights.items()} == {0: [[1, 5], [2, 6]], 2: [[1, 9]]}
    assert (stored.commit_block, stored.last_step_block, stored.emission) == ({1: 80}, 40, 10)
    assert not stored.parameters.commit_reveal  # a file that says nothing of it has it off


def test_a_newcomer_takes_a_uid_and_weights_on_it_become_zero():
    found = subnet({"op": "register", "uid": 1, "block": 99, "alpha": "7", "tao": "0"})
    assert (found.last_update[1], found.registered[1], found.alpha[1], found.permit[1]) == (99, 99, 7, False)
    assert {uid: row.tolist() for uid, row in found.weights.items()} == {0: [[1, 0], [2, 6]], 2: [[1, 0]]}
    assert found.bonds[0].tolist() == [[1, 7], [2, 8]]
    assert found.commits == {}


def test_each_operation_changes_what_it_names():
    found = subnet(
        {"op": "set_weights", "uid": 1, "row": [[0, 65535]], "block": 95},
        {"op": "append", "block": 96, "alpha": "8", "tao": "9"},
        {"op": "set_stake", "uid": 2, "alpha": "1", "tao": "1"},
        {"op": "set_param", "name": "kappa", "value": 5},
        {"op": "commit", "uid": 0, "block": 97},
        {"op": "commit", "uid": 2, "block": 98, "touch": False},
        {"op": "commit", "uid": 1, "block": None},
        {"op": "reset_bonds", "uid": 1},
        {"op": "set_owner", "uid": 3},
    )
    assert found.weights[1].tolist() == [[0, 65535]]
    assert found.last_update == [97, 95, 92, 96]
    assert (found.alpha, found.tao) == ([2**64 - 1, 5, 1, 8], [1, 2, 1, 9])
    assert (found.parameters["kappa"], found.commits, found.owner_uid) == (5, {0: 97, 2: 98}, 3)
    assert found.bonds[0].tolist() == [[2, 8]]


def test_an_operation_that_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="there is no operation 'dance'"):
        subnet({"op": "dance"})


def test_the_recorded_files_use_only_operations_that_are_known():
    folder = Path(__file__).parents[1] / "vectors" / "yuma"
    found = {
        operation["op"]
        for path in folder.glob("*.json")
        for step in json.loads(path.read_text()).get("epochs", [])
        for operation in step["ops"]
    }
    assert found <= {
        "set_weights",
        "register",
        "append",
        "set_stake",
        "set_param",
        "commit",
        "reset_bonds",
        "set_owner",
    }
    assert row_of([]).shape == (0, 2)
