import numpy as np
import pytest

from taokit.errors import ConfigurationError
from taokit.lab.acts import Register, Weigh
from taokit.lab.behaviours import at_epoch, copier, every_epoch, row, timetable
from taokit.lab.simulate import simulate
from taokit.lab.world import founded

TAO = 10**9


def active_rows(behaviours, epochs=3, **others):
    initial = founded([3 * TAO, TAO, 0, 0], validators=2, **others)
    return [step.stored.weights for step in simulate(initial, behaviours, epochs)]


def test_scores_become_a_row_rounded_half_to_even():
    assert row([0.0, 1.5, 3.0], first=4).tolist() == [[4, 0], [5, 32768], [6, 65535]]
    assert row([0.0, 1.0], zeros=False).tolist() == [[1, 65535]]


@pytest.mark.parametrize(
    ("scores", "told"),
    [([1, -1], "the score of uid 6 is -1.0"), ([np.nan, 1], "the score of uid 5 is nan"), ([0, 0], "no uid has any")],
)
def test_scores_that_are_no_shares(scores, told):
    with pytest.raises(ConfigurationError, match=told):
        row(scores, first=5)


def test_a_timetable_holds_until_its_next_line():
    seen = active_rows([timetable(0, {1: row([1, 0], first=2), 2: row([0, 1], first=2)})])
    assert [rows[0].tolist() if 0 in rows else None for rows in seen] == [
        None,
        [[2, 65535], [3, 0]],
        [[2, 0], [3, 65535]],
    ]


def test_a_copier_sums_rows_by_stake():
    rows = {0: row([1, 0], first=2), 1: row([0, 1], first=2)}
    behaviours = [*(timetable(uid, {0: given}) for uid, given in rows.items()), copier(1, (0, 1))]
    assert active_rows(behaviours, epochs=1)[0][1].tolist() == [[2, 65535], [3, 21845]]


def test_a_row_beyond_the_last_repeats_it():
    seen = active_rows([every_epoch(0, [row([1, 0], first=2)])])
    assert all(rows[0].tolist() == [[2, 65535], [3, 0]] for rows in seen)


def test_an_act_at_one_epoch():
    initial = founded([3 * TAO, TAO, 0, 0], validators=2)
    steps = list(simulate(initial, [at_epoch(1, Register())], 3))
    assert [len(step.stored.last_update) for step in steps] == [4, 5, 5]
    assert Weigh(uid=0, row=row([1])).block is None
