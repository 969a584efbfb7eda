import pytest

from taokit.errors import ConfigurationError, OverBudget
from taokit.neuron import Budget
from taokit.neuron.budget import Spending


def test_what_is_under_way_is_bounded_and_comes_back():
    spending = Spending(Budget(at_once=3, per_minute=100), lambda: 0.0)
    with spending.taken(2):
        with pytest.raises(OverBudget, match="under way"), spending.taken(2):
            raise AssertionError
        with spending.taken(1):
            pass
    with spending.taken(3):
        pass


def test_a_minute_is_bounded_and_passes():
    now = [0.0]
    spending = Spending(Budget(at_once=10, per_minute=4), lambda: now[0])
    for at in (0.0, 30.0):
        now[0] = at
        with spending.taken(2):
            pass
    with pytest.raises(OverBudget) as caught, spending.taken(1):
        raise AssertionError
    assert caught.value.retry_after == 30.0
    with pytest.raises(OverBudget) as caught, spending.taken(5):
        raise AssertionError
    assert caught.value.retry_after is None  # never
    now[0] = 60.0
    with spending.taken(2):
        pass
    with pytest.raises(OverBudget), spending.taken(1):
        raise AssertionError


def test_a_failure_gives_back_its_place():
    spending = Spending(Budget(at_once=1), lambda: 0.0)
    for _ in range(3):
        with pytest.raises(OSError), spending.taken(1):
            raise OSError


def test_a_budget_below_nothing_is_refused():
    with pytest.raises(ConfigurationError):
        Budget(at_once=-1)
