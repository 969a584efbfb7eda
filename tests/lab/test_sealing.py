from taokit.consensus import Hyperparameters
from taokit.lab.acts import Change, Reveal, Weigh
from taokit.lab.behaviours import row
from taokit.lab.happening import happened
from taokit.lab.sealing import opened
from taokit.lab.world import as_stored, founded

TAO = 10**9


def subnet(**parameters):
    settings = Hyperparameters(commit_reveal=False, **parameters)
    return founded([5 * TAO, 3 * TAO, 0, 0], validators=2, parameters=settings)


def after(state, *acts, block=700):
    for act in acts:
        state, refused = happened(state, act, block)
        assert refused is None
    return state


def sealed(**acts):
    state = subnet()
    state = after(state, Change(name="commit_reveal", value=True))
    return after(state, Weigh(uid=0, row=row([1, 1], first=2), **acts))


def test_a_timelocked_row_opens_at_the_epoch_and_is_gone_from_storage():
    state = sealed()
    assert state.mechanisms[0].weights == {}
    assert as_stored(state).commit_block == {0: 700}
    made = opened(state, 1000)
    assert made.mechanisms[0].weights[0].tolist() == [[2, 65535], [3, 65535]]
    assert made.mechanisms[0].sealed == ()
    assert made.mechanisms[0].last_update[0] == 700


def test_a_hash_commit_needs_its_reveal_in_its_epoch():
    state = sealed(hashed=True)
    assert opened(state, 1000).mechanisms[0].weights == {}
    _, early = happened(state, Reveal(uid=0), 701)
    assert early.reason == "RevealTooEarly"
    made, refused = happened(state, Reveal(uid=0), 1000)  # due: extrinsics count as the coming epoch
    assert refused is None
    assert 0 in made.mechanisms[0].weights
    _, none = happened(made, Reveal(uid=0), 1000)
    assert none.reason == "NoWeightsCommitFound"
