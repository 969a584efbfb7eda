import pytest

from taokit.errors import ConfigurationError
from taokit.lab.catalogue import scenario
from taokit.lab.measures import returns
from taokit.lab.scenarios import play, under, with_burn, with_copiers


def test_copiers_and_an_owner_join_any_story():
    told = with_burn(with_copiers(scenario("kappa-first"), 2), 0.25)
    assert told.names == ("A", "B", "C", "M1", "M2", "copier 1", "copier 2", "owner")
    steps = play(under(told, "3"))
    assert steps[-1].outcome.incentive[7] == pytest.approx(0.25 * 65535, abs=2)
    assert returns(steps, [5])[0] > 0.9


@pytest.mark.parametrize(
    ("do", "told"),
    [
        (lambda: scenario("merge").uid("M9"), "merge has nobody called M9"),
        (lambda: under(scenario("merge"), "2", kapa=1), "no parameter kapa"),
        (lambda: under(scenario("merge"), "2", kappa=65536), "kappa is 65536, outside 0 to 65535"),
        (lambda: with_burn(scenario("merge"), 1.5), "a share of 1.5 cannot be burned"),
    ],
)
def test_what_cannot_be_is_told_by_name(do, told):
    with pytest.raises(ConfigurationError, match=told):
        do()
