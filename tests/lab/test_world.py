import numpy as np
import pytest

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.behaviours import row
from taokit.lab.world import (
    Change,
    Flow,
    Register,
    ResetBonds,
    Reveal,
    Stake,
    Weigh,
    as_stored,
    founded,
    happened,
    opened,
)

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
    assert made.weights[0].tolist() == [[3, 32768], [2, 65535]]
    assert made.last_update == (700, 0, 0, 0)


def test_a_validator_without_a_permit_is_refused_by_the_chains_name():
    state, refused = happened(subnet(), Weigh(uid=2, row=row([1], first=3)), 700)
    assert refused.reason == "NeuronNoValidatorPermit"
    assert state.weights == {}


def test_a_newcomer_takes_the_uid_over_and_weights_on_it_become_zeros():
    rows = Weigh(uid=0, row=row([1, 1], first=2)), Weigh(uid=1, row=row([1, 1], first=2))
    made = after(subnet(), *rows, Register(uid=1, alpha=7 * TAO), Register(uid=3))
    assert {uid: one.tolist() for uid, one in made.weights.items()} == {0: [[2, 65535], [3, 0]]}
    assert made.alpha_stake == (5 * TAO, 7 * TAO, 0, 0)
    assert made.validator_permit == (True, False, False, False)
    assert made.block_at_registration == (0, 700, 0, 700)
    assert made.last_update == (700, 700, 0, 700)


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
    assert state.bonds == {}


def sealed(**acts):
    state = subnet()
    state = after(state, Change(name="commit_reveal", value=True))
    return after(state, Weigh(uid=0, row=row([1, 1], first=2), **acts))


def test_a_timelocked_row_opens_at_the_epoch_and_is_gone_from_storage():
    state = sealed()
    assert state.weights == {}
    assert as_stored(state).commit_block == {0: 700}
    made = opened(state, 1000)
    assert made.weights[0].tolist() == [[2, 65535], [3, 65535]]
    assert made.sealed == ()
    assert made.last_update[0] == 700


def test_a_hash_commit_needs_its_reveal_in_its_epoch():
    state = sealed(hashed=True)
    assert opened(state, 1000).weights == {}
    _, early = happened(state, Reveal(uid=0), 701)
    assert early.reason == "RevealTooEarly"
    made, refused = happened(state, Reveal(uid=0), 1000)  # due: extrinsics count as the coming epoch
    assert refused is None
    assert 0 in made.weights
    _, none = happened(made, Reveal(uid=0), 1000)
    assert none.reason == "NoWeightsCommitFound"


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
    ],
)
def test_what_cannot_be_is_told_by_name(act, told):
    with pytest.raises(ConfigurationError, match=told):
        happened(subnet(), act, 700)


def test_a_subnet_needs_somebody():
    with pytest.raises(ConfigurationError, match="the number of uids is 0"):
        founded([], validators=0)


def test_stake_above_the_largest_signed_number_is_taken():
    assert founded([2**64 - 1], validators=1).alpha_stake == (2**64 - 1,)
    with pytest.raises(ConfigurationError, match="the stake of uid 0"):
        founded([2**64], validators=1)
