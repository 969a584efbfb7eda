import numpy as np
import pytest

from taokit.consensus import run_epoch
from taokit.errors import ConfigurationError
from taokit.lab.acts import Change, Stake, Weigh
from taokit.lab.behaviours import row, script, timetable
from taokit.lab.simulate import simulate
from taokit.lab.world import founded

TAO = 10**9


def start(**others):
    return founded([5 * TAO, 3 * TAO, 0, 0], validators=2, **others)


def test_epochs_follow_the_tempo_and_read_what_was_set_before_them():
    run = list(simulate(start(), [timetable(0, {0: row([1, 0], first=2)})], 3))
    assert [step.block for step in run] == [1000, 1360, 1720]
    assert [step.stored.last_update[0] for step in run] == [999, 1359, 1719]
    assert [step.stored.last_step_block for step in run] == [0, 1000, 1360]
    assert all(np.array_equal(run_epoch(step.stored).incentive, step.outcome.incentive) for step in run)


def test_an_act_at_the_epochs_own_block_comes_after_it():
    run = list(simulate(start(), [script([Weigh(uid=0, row=row([1, 0], first=2), block=1000)])], 2))
    assert run[0].stored.weights == {}
    assert 0 in run[1].stored.weights


def test_a_parameter_changes_at_its_block():
    acts = [Change(name="kappa", value=1, block=1100), Change(name="tempo", value=100, block=1101)]
    run = list(simulate(start(), [script(acts)], 3))
    assert [step.stored.parameters.kappa for step in run] == [32767, 1, 1]
    assert [step.block for step in run] == [1000, 1201, 1301]


def test_the_incentive_of_a_step_is_weighted_by_what_its_mechanisms_distribute():
    votes = [timetable(0, {0: row([1, 0], first=2)}), timetable(0, {0: row([0, 1], first=2)}, mechanism=1)]
    *_, last = simulate(start(mechanisms=2, split=(16384, 49151)), votes, 3)
    assert [turn.part for turn in last.turns] == [250_003_815, 749_996_185]  # the odd rao goes to the first
    assert [turn.outcome.incentive[2:].tolist() for turn in last.turns] == [[65535, 0], [0, 65535]]
    assert last.incentive.tolist() == [0, 0, 16384, 49150]
    assert last.combined.server_emission.sum() + last.combined.validator_emission.sum() == pytest.approx(10**9, abs=4)


def test_an_act_in_the_past_is_refused():
    with pytest.raises(ConfigurationError, match="Stake at block 5: the subnet is at block 640"):
        list(simulate(start(), [script([Stake(uid=0, alpha=1, block=5)])], 1))


def test_epochs_are_counted():
    with pytest.raises(ConfigurationError, match="epochs is -1"):
        list(simulate(start(), [], -1))
