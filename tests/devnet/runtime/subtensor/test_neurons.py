from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.subtensor import neurons
from taokit.devnet.runtime.subtensor.storage import BONDS, KEYS, UIDS, WEIGHTS


def test_the_owner_s_hotkey_keeps_its_uid_whoever_asks(chain, named):
    made = chain()
    made.mine()
    neurons.replace(made.state, 1, 0, named("new"))
    assert made.state[KEYS, 1, 0] == named("owner")
    assert made.state[UIDS, 1, named("new")] is None
    neurons.replace(made.state, 1, 4, named("new"))
    assert (made.state[KEYS, 1, 4], made.state[UIDS, 1, named("m1")]) == (named("new"), None)


def test_a_uid_that_changes_hands_takes_its_rows_along_and_leaves_zeros_in_those_of_others(chain, named):
    made = chain()
    made.mine()
    for item in (WEIGHTS, BONDS):
        made.state[item, 1, 1] = pairs([(4, 7), (3, 8)])
        made.state[item, 1, 4] = pairs([(3, 9)])
    neurons.replace(made.state, 1, 4, named("new"))
    assert made.state[WEIGHTS, 1, 1].tolist() == [[4, 0], [3, 8]]
    assert made.state[BONDS, 1, 1].tolist() == [[4, 7], [3, 8]]  # the epoch masks them
    assert (WEIGHTS, 1, 4) not in made.state
    assert (BONDS, 1, 4) not in made.state
