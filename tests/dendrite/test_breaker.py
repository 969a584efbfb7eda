import pytest

from taokit.dendrite import Breaker, Target
from taokit.dendrite.breaker import Circuits
from taokit.errors import BadAnswer, ConfigurationError, Disconnected, NotAsked, NotServed, TimedOut, Unreachable


def target(uid=1, ip="8.8.8.8"):
    return Target(uid=uid, hotkey=f"5Hot{uid}", ip=ip, port=8091)


def failing(circuits, times, at=0.0, who=None):
    for _ in range(times):
        circuits.check(who or target(), at)
        circuits.note(who or target(), TimedOut(), at)


def is_asked(circuits, at, who=None):
    try:
        circuits.check(who or target(), at)
    except NotAsked:
        return False
    return True


@pytest.mark.parametrize("error", [TimedOut(), Disconnected(), Unreachable()])
def test_failures_in_a_row_open_the_circuit_for_a_while(error):
    circuits = Circuits(Breaker(failures=2, seconds=10))
    circuits.note(target(), error, 0.0)
    assert is_asked(circuits, 0.0)
    circuits.note(target(), error, 1.0)
    assert [is_asked(circuits, at) for at in (1.0, 10.9)] == [False, False]
    assert is_asked(circuits, 11.0)
    assert is_asked(circuits, 1.0, target(2))


def test_half_open_lets_one_question_pass_and_it_decides():
    circuits = Circuits(Breaker(failures=1, seconds=10))
    failing(circuits, 1)
    assert [is_asked(circuits, 20.0), is_asked(circuits, 20.0)] == [True, False]
    circuits.note(target(), TimedOut(), 21.0)
    assert [is_asked(circuits, at) for at in (30.9, 31.0)] == [False, True]
    circuits.note(target(), None, 32.0)
    assert [is_asked(circuits, 32.0), is_asked(circuits, 32.0)] == [True, True]


def test_a_question_that_is_given_up_decides_nothing():
    circuits = Circuits(Breaker(failures=1, seconds=10))
    failing(circuits, 1)
    assert is_asked(circuits, 20.0)
    circuits.undecided(target())
    assert is_asked(circuits, 20.0)


@pytest.mark.parametrize("error", [None, NotServed("busy", status=503), BadAnswer()])
def test_whatever_answers_is_asked_again(error):
    circuits = Circuits(Breaker(failures=2))
    failing(circuits, 1)
    circuits.note(target(), error, 0.0)
    failing(circuits, 1)
    assert is_asked(circuits, 0.0)


def test_a_neuron_that_moves_begins_anew():
    circuits = Circuits(Breaker(failures=1))
    failing(circuits, 1)
    assert not is_asked(circuits, 0.0)
    assert is_asked(circuits, 0.0, target(ip="9.9.9.9"))


def test_the_table_is_bounded_and_forgets_what_failed_longest_ago():
    circuits = Circuits(Breaker(failures=1, remembered=2))
    for uid in (1, 2, 3):
        failing(circuits, 1, who=target(uid))
    assert [is_asked(circuits, 0.0, target(uid)) for uid in (1, 2, 3)] == [True, False, False]


@pytest.mark.parametrize("wrong", [{"failures": 0}, {"seconds": 0.0}, {"seconds": float("nan")}, {"remembered": 0}])
def test_a_breaker_that_cannot_work_is_refused(wrong):
    with pytest.raises(ConfigurationError):
        Breaker(**wrong)
