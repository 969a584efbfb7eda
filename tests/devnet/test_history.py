import pytest

from taokit.devnet.blocks import ZEROS, Header, record
from taokit.devnet.history import BODIES, TOLD, History
from taokit.devnet.runtime import State
from taokit.devnet.runtime.system import NUMBER
from taokit.errors import UnknownBlock


def block(parent, number, branch=0):
    return record(Header(parent, number, ZEROS, ZEROS, number, branch), (), [], number)


@pytest.fixture
def state():
    return State()


@pytest.fixture
def history(state):
    state.commit_block()
    return History(state, block(ZEROS, 0))


def grow(history, state, blocks, branch=0):
    for _ in range(blocks):
        number = history.head.number + 1
        state.number = state[NUMBER] = number
        state.commit_block()
        history.append(block(history.head.hash, number, branch))


def test_each_block_has_its_own_state(history, state):
    grow(history, state, 3)
    assert [history.state_at(history.hash_of(number))[NUMBER] for number in range(4)] == [0, 1, 2, 3]


def test_what_is_unknown(history, state):
    grow(history, state, 1)
    assert history.hash_of(2) is None
    with pytest.raises(UnknownBlock):
        history.record(b"\7" * 32)
    with pytest.raises(UnknownBlock):
        history.state_at(b"\7" * 32)


def test_states_are_kept_for_256_blocks_and_hashes_for_good(history, state):
    grow(history, state, 300)
    assert history.state_at(history.hash_of(300 - 255))[NUMBER] == 45
    with pytest.raises(UnknownBlock):
        history.state_at(history.hash_of(300 - 256))
    assert history.record(history.hash_of(1)).head.number == 1


def test_bodies_are_bounded_but_for_the_first(history, state):
    grow(history, state, BODIES + 1)
    with pytest.raises(UnknownBlock):
        history.record(history.hash_of(1))
    assert history.record(history.hash_of(0)).head.number == 0


def test_an_abandoned_branch_stays_readable(history, state):
    grow(history, state, 1)
    mark = state.mark()
    grow(history, state, 1)
    abandoned = history.head.hash
    history.cut(1)
    state.rewind(mark)
    grow(history, state, 1, branch=1)
    assert history.head.hash != abandoned
    assert history.state_at(abandoned)[NUMBER] == 2
    assert history.record(abandoned).head.number == 2


def test_going_back_further_than_bodies_are_kept(history, state):
    grow(history, state, 300)
    mark, recent, wanted = state.mark(), history.recent(), history.head
    grow(history, state, BODIES + 1)
    with pytest.raises(UnknownBlock):
        history.record(wanted.hash)
    history.cut(300, recent)
    state.rewind(mark)
    assert history.head == wanted
    assert history.state_at(history.hash_of(100))[NUMBER] == 100


def test_the_blocks_before_a_fork_outlive_those_that_were_abandoned(history, state):
    grow(history, state, 10)
    mark = state.mark()
    for branch in range(1, 6):
        grow(history, state, BODIES // 4, branch)
        history.cut(10)
        state.rewind(mark)
    assert history.state_at(history.hash_of(3))[NUMBER] == 3


def test_what_was_abandoned_can_be_read_until_the_new_branch_is_long(history, state):
    grow(history, state, 1)
    mark = state.mark()
    grow(history, state, 20)
    last, early = history.head.hash, history.hash_of(2)
    history.cut(1)
    state.rewind(mark)
    grow(history, state, 64, branch=1)
    assert history.state_at(last)[NUMBER] == 21
    with pytest.raises(UnknownBlock):
        history.state_at(early)
    unread = history.hash_of(65)
    history.cut(64)
    state.return_to(state.at(64))
    grow(history, state, 65, branch=2)
    with pytest.raises(UnknownBlock):
        history.state_at(unread)


def test_states_that_a_client_was_told_of_are_kept_up_to_a_bound(history, state):
    told = []
    for _ in range(TOLD + 1):
        grow(history, state, 1)
        told.append(history.head.hash)
        history.tell(history.head.hash)
        history.tell(told[1 if len(told) > 1 else 0])  # told again, it is the newest
    grow(history, state, 400)
    assert history.state_at(told[-1])[NUMBER] == TOLD + 1
    assert history.state_at(told[1])[NUMBER] == 2
    with pytest.raises(UnknownBlock):
        history.state_at(told[0])
    history.tell(told[0])  # too late: nothing of it is there to be kept
    with pytest.raises(UnknownBlock):
        history.state_at(told[0])
