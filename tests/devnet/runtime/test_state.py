from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.devnet.runtime.rows import ACCOUNT, NETUID, item, option
from taokit.devnet.runtime.state import State
from taokit.errors import UnknownBlock

PLAIN = item("Plain", "u64")
MAP = item("Map", "u64", NETUID, default=7)
MAYBE = option("Maybe", "u64", NETUID)
DOUBLE = item("Double", "u64", ACCOUNT, NETUID)


def everything(state):
    return {(made.name, keys): value for made, keys, value in state.stored()}


def test_absent_entries_read_as_their_default_and_are_not_in():
    state = State()
    assert (state[PLAIN], state[MAP, 3], state[MAYBE, 3]) == (0, 7, None)
    assert (MAP, 3) not in state
    state[MAP, 3] = 7
    assert (MAP, 3) in state
    del state[MAP, 3]
    assert (MAP, 3) not in state


def test_two_entries_of_one_name_are_two_entries():
    state = State()
    state[PLAIN] = 1
    assert state[item("Plain", "u64")] == 0


def test_a_walk_follows_the_raw_keys_so_256_comes_before_1():
    state = State()
    for netuid in (1, 2, 256, 257, 0):
        state[MAP, netuid] = netuid
    assert [keys[0] for keys, _ in state.items(MAP)] == [0, 256, 1, 257, 2]


def test_a_walk_below_a_prefix_sees_nothing_else():
    state = State()
    for account in (b"a" * 32, b"b" * 32):
        for netuid in (1, 2):
            state[DOUBLE, account, netuid] = netuid
    assert [keys for keys, _ in state.items(DOUBLE, b"b" * 32)] == [(b"b" * 32, 1), (b"b" * 32, 2)]
    assert sorted(state.keys(DOUBLE, b"b" * 32)) == [(b"b" * 32, 1), (b"b" * 32, 2)]


def test_a_failed_transaction_leaves_nothing_behind():
    state = State()
    state[MAP, 1] = 10
    with suppress(ValueError), state.transaction():
        state[MAP, 1] = 11
        state[MAP, 2] = 12
        del state[MAP, 1]
        state.deposit("Pallet", "Event")
        raise ValueError
    assert everything(state) == {("Map", (1,)): 10}
    assert state.events == []


def test_transactions_nest():
    state = State()
    with state.transaction():
        state[MAP, 1] = 1
        with suppress(ValueError), state.transaction():
            state[MAP, 1] = 2
            raise ValueError
        state[MAP, 2] = 2
    assert everything(state) == {("Map", (1,)): 1, ("Map", (2,)): 2}


def seal(state, number, **values):
    state.number = number
    for name, value in values.items():
        state[{"plain": PLAIN, "one": (MAP, 1)}[name]] = value
    state.deposit("Pallet", "Sealed", number)
    state.commit_block()


def test_sealed_blocks_are_seen_as_they_were():
    state = State()
    seal(state, 1, plain=1)
    seal(state, 2, plain=2, one=20)
    view = state.at(1)
    seal(state, 3, plain=3)
    state[PLAIN] = 4  # not sealed yet
    assert [state.at(number)[PLAIN] for number in (1, 2, 3)] == [1, 2, 3]
    assert (view[PLAIN], (MAP, 1) in view, view.number) == (1, False, 1)
    assert [event[3] for event in state.at(2).events] == [(2,)]
    assert state[PLAIN] == 4


def test_only_so_many_blocks_are_kept():
    state = State()
    for number in range(1, 260):
        seal(state, number, plain=number)
    assert state.at(4)[PLAIN] == 4
    with pytest.raises(UnknownBlock):
        state.at(3)
    with pytest.raises(UnknownBlock):
        state.at(260)


def test_a_rewind_restores_everything_any_number_of_times():
    state = State()
    seal(state, 1, plain=1)
    state[MAP, 1] = 5
    state.deposit("Pallet", "Open")
    mark, before = state.mark(), everything(state)
    for _ in range(2):
        seal(state, 2, plain=2, one=50)
        del state[PLAIN]
        state.rewind(mark)
        assert (everything(state), state.number) == (before, 1)
        assert [event[2] for event in state.events] == ["Open"]
        assert state.at(1)[PLAIN] == 1
        with pytest.raises(UnknownBlock):
            state.at(2)


def test_a_view_outlives_a_rewind():
    state = State()
    seal(state, 1, plain=1)
    mark = state.mark()
    seal(state, 2, plain=2)
    abandoned = state.at(2)
    state.rewind(mark)
    seal(state, 2, plain=22)
    assert (abandoned[PLAIN], state.at(2)[PLAIN]) == (2, 22)


STEPS = st.lists(
    st.tuples(st.sampled_from(["set", "del", "seal", "fail"]), st.integers(0, 5), st.integers(0, 99)), max_size=40
)


@given(steps=STEPS, marked=st.integers(0, 40))
def test_a_state_behaves_as_a_plain_dict_that_is_copied_at_every_seal(steps, marked):
    state, model, sealed, number = State(), {}, {}, 0
    mark = kept = None
    for at, (what, netuid, value) in enumerate(steps):
        if at == marked:
            mark, kept = state.mark(), dict(model)
        if what == "set":
            state[MAP, netuid] = model[netuid] = value
        elif what == "del":
            del state[MAP, netuid]
            model.pop(netuid, None)
        elif what == "seal":
            number += 1
            state.number = number
            state.commit_block()
            sealed[number] = dict(model)
        else:
            with suppress(KeyError), state.transaction():
                state[MAP, netuid] = value
                del state[MAP, (netuid + 1) % 6]
                raise KeyError
    assert {keys[0]: found for keys, found in state.items(MAP)} == model
    for block, before in sealed.items():
        assert {keys[0]: found for keys, found in state.at(block).items(MAP)} == before
    if mark is not None:
        state.rewind(mark)
        assert {keys[0]: found for keys, found in state.items(MAP)} == kept


@given(steps=STEPS, marked=st.integers(0, 40))
def test_a_walk_by_the_first_key_finds_what_a_search_of_all_finds(steps, marked):
    state, mark = State(), None

    def check():
        for first in (b"a", b"b", b"c"):
            wanted = {keys for keys in state.keys(DOUBLE) if keys[0] == first}
            assert set(state.keys(DOUBLE, first)) == wanted
            assert {keys for keys, _ in state.items(DOUBLE, first)} == wanted

    for at, (what, number, value) in enumerate(steps):
        place = (DOUBLE, (b"a", b"b")[number % 2], number)
        if at == marked:
            mark = state.mark()
        if what == "set":
            state[place] = value
        elif what == "del":
            del state[place]
        elif what == "seal":
            state.number += 1
            state.commit_block()
        else:
            with suppress(KeyError), state.transaction():
                state[place] = value
                del state[DOUBLE, b"a", (number + 2) % 6]
                state[DOUBLE, b"c", 1] = value
                raise KeyError
        check()
    for number in range(1, state.number + 1):
        view = state.at(number)
        assert set(view.keys(DOUBLE, b"a")) == {keys for keys in view.keys(DOUBLE) if keys[0] == b"a"}
    if mark is not None:
        state.rewind(mark)
        check()
    if state.number > 1:
        state.return_to(state.at(state.number))
        check()


def test_what_was_written_since_some_write():
    state = State()
    state[PLAIN], state[MAP, 1], state[MAP, 2] = 1, 2, 3
    del state[MAP, 1]
    assert state.written() == [(PLAIN, (), 1), (MAP, (1,), None), (MAP, (2,), 3)]
    assert state.written(3) == [(MAP, (1,), None)]
    assert state.written(4) == []
