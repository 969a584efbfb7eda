import pytest

from taokit import Validator
from taokit.errors import ConfigurationError


class Asks(Validator):
    async def query(self, round):
        return None

    def score(self, round, replies):
        return {}


class Feeds(Validator):
    async def run_round(self, round):
        return {}


def test_what_can_run_passes():
    Asks.check()
    Feeds.check()


@pytest.mark.parametrize("base", [Asks, Feeds])
@pytest.mark.parametrize(
    "wrong", [{"burn": 1.1}, {"burn": -0.1}, {"rounds_per_epoch": 0}, {"deadline": 0.0}, {"deadline": float("inf")}]
)
def test_a_number_out_of_range_is_named_however_the_rounds_are_run(base, wrong):
    with pytest.raises(ConfigurationError, match="Wrong: burn is") as caught:
        type("Wrong", (base,), wrong).check()
    assert caught.value.hint


def test_a_missing_method_is_named():
    class Half(Validator):
        async def query(self, round):
            return None

    with pytest.raises(ConfigurationError, match=r"Half has no score\(\)"):
        Half.check()


def test_a_score_to_be_awaited_is_refused():
    class Awaits(Asks):
        async def score(self, round, replies):
            return {}

    with pytest.raises(ConfigurationError, match=r"Awaits\.score is an async function"):
        Awaits.check()


class Said:
    def __init__(self, uid, error=None):
        self.uid, self.error = uid, error


async def test_a_failed_reply_is_0_whatever_score_says_and_others_stay_as_scored():
    class Kind(Asks):
        def score(self, round, replies):
            return {1: 5.0, 2: 7.0}

    class FakeRound:
        async def ask(self, question):
            return [Said(1), Said(2, OSError()), Said(3)]

    assert await Kind().run_round(FakeRound()) == {1: 5.0, 2: 0.0}
