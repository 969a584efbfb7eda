"""What is sent where the rounds gave no scores: never zeros, never an even row."""

from dataclasses import replace

import numpy as np
import pytest

from graphs import graph
from taokit.errors import ConfigurationError
from taokit.neuron import Validator
from taokit.neuron.fallback import POLICIES, fallback
from taokit.neuron.submission import View

SEEN = View(
    block=700, epoch=7, reveal_period=1, commits=(), row=((0, 0), (1, 65535), (2, 100), (9, 5)), last_update=600
)


def test_hold_sends_nothing_and_burn_everything_to_the_owner():
    net = graph("owner", "a", "b")
    assert fallback("hold", net, SEEN) == {}
    assert fallback("burn", net, SEEN) == {0: 1.0}
    assert fallback("burn", replace(net, owner_hotkey="gone"), SEEN) == {}


def test_copy_last_repeats_the_row_without_those_who_came_since():
    net = graph("owner", "a", "b")
    net = replace(net, block_at_registration=np.array([0, 600, 601], dtype=np.uint64))
    assert fallback("copy_last", net, SEEN) == {1: 65535.0}
    assert fallback("copy_last", net, replace(SEEN, row=())) == {}


@pytest.mark.parametrize("policy", POLICIES)
def test_nothing_even_or_zero_comes_of_an_empty_row(policy):
    weights = fallback(policy, graph("owner", "a", "b"), replace(SEEN, row=()))
    assert weights == {} or (policy == "burn" and weights == {0: 1.0})


@pytest.mark.parametrize(
    "attributes", [{"without_scores": "pray"}, {"weights_at": 1.0}, {"weights_at": 0.0}, {"weights_margin": 3}]
)
def test_settings_that_make_no_sense_fail_at_once(attributes):
    async def run_round(self, round):
        return {}

    kind = type("Kind", (Validator,), {"run_round": run_round, **attributes})
    with pytest.raises(ConfigurationError, match=next(iter(attributes))) as caught:
        kind.check()
    assert caught.value.hint
