from taokit.consensus import run_epoch
from taokit.lab.bench import ENTRIES, KINDS, UIDS, VALIDATORS, full_subnet, measure
from taokit.lab.engines import NUMPY


def test_the_drawn_subnet_is_full():
    stored = full_subnet(KINDS["Yuma 3"], seed=3)
    outcome = run_epoch(stored)
    assert len(outcome.active) == UIDS
    assert len(stored.weights) == len(stored.bonds) == VALIDATORS
    assert {len(row) for row in stored.weights.values()} == {ENTRIES}
    assert (outcome.dividends > 0).sum() == VALIDATORS
    assert (outcome.incentive > 0).mean() > 0.9


def test_a_timing_says_what_was_run():
    timing = measure(NUMPY, "Yuma 2", batch=2, repeats=1)
    assert (timing.kind, timing.batch) == ("Yuma 2", 2)
    assert timing.epoch_ms > 0
