import numpy as np
import pytest

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.acts import Change, Flow, Register, ResetBonds, Reveal, Stake, Weigh
from taokit.lab.behaviours import row
from taokit.lab.happening import happened
from taokit.lab.world import founded

TAO = 10**9


def subnet(**parameters):
    settings = Hyperparameters(commit_reveal=False, **parameters)
    return founded([5 * TAO, 3 * TAO, 0, 0], validators=2, parameters=settings)


def after(state, *acts, block=700):
    for act in acts:
        state, refused = happened(state, act, block)
        assert refused is None
    return state


def test_weights_are_stored_upscaled_and_count_as_an_update():
    made = after(subnet(), Weigh(uid=0, row=np.array([[3, 1], [2, 2]], dtype=np.uint16)))
    assert made.mechanisms[0].weights[0].tolist() == [[3, 32768], [2, 65535]]
    assert made.mechanisms[0].last_update == (700, 0, 0, 0)


def test_a_validator_without_a_permit_is_refused_by_the_chains_name():
    state, refused = happened(subnet(), Weigh(uid=2, row=row([1], first=3)), 700)
    assert refused.reason == "NeuronNoValidatorPermit"
    assert state.mechanisms[0].weights == {}


def test_a_newcomer_takes_the_uid_over_and_weights_on_it_become_zeros():
    rows = Weigh(uid=0, row=row([1, 1], first=2)), Weigh(uid=1, row=row([1, 1], first=2))
    made = after(subnet(), *rows, Register(uid=1, alpha=7 * TAO), Register(uid=3))
    assert {uid: one.tolist() for uid, one in made.mechanisms[0].weights.items()} == {0: [[2, 65535], [3, 0]]}
    assert made.alpha_stake == (5 * TAO, 7 * TAO, 0, 0)
    assert made.validator_permit == (True, False, False, False)
    assert made.block_at_registration == (0, 700, 0, 700)
    assert made.mechanisms[0].last_update == (700, 700, 0, 700)


def test_a_newcomer_without_a_uid_gets_a_free_one():
    made = after(subnet(), Register(alpha=1))
    assert (made.n, made.alpha_stake[4], made.block_at_registration[4]) == (5, 1, 700)


def test_stake_flows():
    made = after(subnet(), Flow(uid=0, alpha=-TAO), Stake(uid=1, tao=4))
    assert (made.alpha_stake[0], made.tao_stake[1], made.alpha_stake[1]) == (4 * TAO, 4, 3 * TAO)


def test_another_tempo_moves_the_next_epoch():
    state = subnet()
    assert state.next_epoch == 1000
    assert after(state, Change(name="tempo", value=400), block=700).next_epoch == 1100


def test_reset_bonds_forgets_a_miner():
    state = happened(subnet(), ResetBonds(uid=3), 700)[0]
    assert state.mechanisms[0].bonds == {}


def test_a_mechanism_keeps_its_own_weights_and_updates():
    made = after(subnet(), Change(name="mechanism_count", value=2), Weigh(uid=0, row=row([1], first=2), mechanism=1))
    assert [len(one.weights) for one in made.mechanisms] == [0, 1]
    assert [one.last_update[0] for one in made.mechanisms] == [0, 700]
    taken = after(made, Register(uid=2), block=800)
    assert [one.last_update[2] for one in taken.mechanisms] == [800, 800]
    assert taken.mechanisms[1].weights[0].tolist() == [[2, 0]]


def test_another_count_forgets_the_split_and_what_is_too_many():
    both = after(subnet(), Change(name="mechanism_count", value=2), Change(name="split", value=(1, 65534)))
    assert after(both, Change(name="mechanism_count", value=2)).split == (1, 65534)
    one = after(both, Weigh(uid=0, row=row([1], first=2), mechanism=1), Change(name="mechanism_count", value=1))
    assert (len(one.mechanisms), one.split) == (1, None)
    assert after(one, Change(name="mechanism_count", value=2)).mechanisms[1].weights == {}


def test_a_mechanism_that_is_not_there_is_refused_by_the_chains_name():
    _, refused = happened(subnet(), Weigh(uid=0, row=row([1], first=2), mechanism=1), 700)
    assert refused.reason == "MechanismDoesNotExist"
    _, refused = happened(subnet(), Reveal(uid=0, mechanism=1), 700)
    assert refused.reason == "NoWeightsCommitFound"


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (Weigh(uid=9, row=row([1])), "there is no uid 9"),
        (Weigh(uid=0, row=row([1], first=7)), "the weights of uid 0 name uid 7 of 4"),
        (Weigh(uid=0, row=np.array([[2, 1], [2, 1]], dtype=np.uint16)), "name a uid twice"),
        (Weigh(uid=0, row=np.array([[2.0, 1.0]])), "weights of uid 0 are no array of"),
        (Weigh(uid=0, row=np.array([2, 1], dtype=np.uint16)), "weights of uid 0 are no array of"),
        (Stake(uid=1, alpha=-1), "the stake of uid 1 is -1, outside 0 to 18446744073709551615"),
        (Stake(uid=1, alpha=2**64), "the stake of uid 1 is 18446744073709551616"),
        (Flow(uid=2, alpha=-1), "the stake of uid 2 is -1"),
        (Change(name="kapa", value=1), "there is no parameter kapa"),
        (Change(name="bonds_moving_average", value=1_000_001), "bonds_moving_average is 1000001, outside 0 to 1000000"),
        (Change(name="pot", value=-1), "pot is -1"),
        (Change(name="pot", value=None), "pot is None, which is no whole number"),
        (Change(name="mechanism_count", value=0), "mechanism_count is 0, outside 1 to 16"),
        (Change(name="split", value=(65535, 0)), "it needs up to 1 parts that sum to 65535"),
        (Change(name="split", value=7), "the split is 7"),
        (Weigh(uid=0, row=row([1], first=2), mechanism=-1), "there is no mechanism -1"),
    ],
)
def test_what_cannot_be_is_told_by_name(act, told):
    with pytest.raises(ConfigurationError, match=told):
        happened(subnet(), act, 700)
