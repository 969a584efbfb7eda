import pytest

from taokit.errors import ConfigurationError
from taokit.lab.catalogue import scenario, scenarios


def test_every_scenario_has_a_story_and_is_known_by_its_name():
    for name, told in scenarios().items():
        assert told.name == name
        assert told.story
        assert "\n" not in told.story


def test_a_name_that_nobody_has_is_refused_with_the_nearest():
    with pytest.raises(ConfigurationError, match="no scenario is called 'kappa-frist'") as refused:
        scenario("kappa-frist")
    assert refused.value.hint == "did you mean kappa-first?"
    with pytest.raises(ConfigurationError) as refused:
        scenario("xyz")
    assert refused.value.hint == "`taokit sim list` names them all"
