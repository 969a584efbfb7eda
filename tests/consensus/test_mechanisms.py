import pytest

from taokit.consensus import combine, of_storage_index, run_epoch, split_emission, storage_index
from taokit.errors import ConfigurationError

from .test_subnet import COLUMNS, lists, numbers
from .worlds import World, recorded


@pytest.mark.parametrize("vector", recorded("mechanisms"), ids=lambda vector: vector["name"])
def test_every_mechanism_and_their_sum_agree_to_the_last_bit(vector):
    parts = split_emission(int(vector["emission"]), len(vector["mechanisms"]), vector["split"])
    outcomes = []
    for state, part in zip(vector["mechanisms"], parts, strict=True):
        outcomes.append(run_epoch(World(vector["params"], vector["state"] | state).stored(part)))
    for outcome, expected in zip(outcomes, vector["expected"]["mechanisms"], strict=True):
        assert {name: getattr(outcome, name).tolist() for name in COLUMNS} == {n: numbers(expected[n]) for n in COLUMNS}
        assert lists(outcome.bonds, len(outcome.active)) == expected["bonds"]
    combined = combine(outcomes, parts)
    for name, values in vector["expected"]["combined"].items():
        assert getattr(combined, name).tolist() == numbers(values), name


def test_without_emission_the_first_mechanism_counts_alone():
    vector = recorded("mechanisms")[0]
    outcomes = [run_epoch(World(vector["params"], vector["state"] | state).stored(0)) for state in vector["mechanisms"]]
    combined = combine(outcomes, [0] * len(outcomes))
    assert combined.dividends.tolist() == outcomes[0].dividends.tolist()


def test_storage_indexes_tell_mechanisms_apart():
    assert storage_index(36, 1) == 4132
    assert of_storage_index(4132) == (36, 1)
    with pytest.raises(ConfigurationError, match="mechanism is 16, outside 0 to 15"):
        storage_index(1, 16)
