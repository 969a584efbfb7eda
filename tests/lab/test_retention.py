"""The map at a reduced scale against the figures of the full one, and the chain's own arithmetic where it is copied."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import Hyperparameters, Stored, run_epoch, upscaled
from taokit.consensus.epoch import run
from taokit.errors import ConfigurationError
from taokit.lab.retention import (
    Ground,
    honest_emission,
    inputs,
    majority,
    required_utility,
    retention,
    upscaled_rows,
)
from taokit.lab.sweep import run_sweep

STEP = 0.0201


def required(**axes):
    return required_utility(run_sweep(retention(scale=0.25, **axes)))


def test_the_map_is_within_one_step_of_the_full_one_by_scatter():
    found = required(stakes=(0.6,), sigmas=(0.0, 0.2, 0.4))
    assert [found[sigma, 1.0, 0, 0.6] for sigma in (0.0, 0.2, 0.4)] == pytest.approx([0.60, 0.68, 0.74], abs=STEP)


def test_the_map_is_within_one_step_of_the_full_one_by_penalty():
    found = required(stakes=(0.6,), betas=(0.0, 0.5))
    assert [found[0.4, beta, 0, 0.6] for beta in (0.0, 0.5)] == pytest.approx([0.80, 0.78], abs=STEP)


def test_the_map_is_within_one_step_of_the_full_one_by_stake():
    found = required(stakes=(0.7, 0.8, 0.99))
    assert [found[0.4, 1.0, 0, share] for share in (0.7, 0.8, 0.99)] == pytest.approx([0.76, 0.82, 1.00], abs=STEP)


def test_yuma_3_needs_the_same_where_there_are_no_bonds_before():
    found = required(stakes=(0.6,), yuma3=True)
    assert found[0.4, 1.0, 0, 0.6] == pytest.approx(0.74, abs=STEP)


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=12))
def test_rows_are_upscaled_as_the_chain_does_it(values):
    assert upscaled_rows(np.array([values])).tolist() == [upscaled(values)]


def test_a_point_is_the_epoch_of_that_subnet():
    ground = Ground(validators=6, servers=9, share=0.6, sigma=0.4, seed=3)
    made = inputs(ground, [(0.7, 0.9), (0.4, 1.0)], beta=0.5)
    kept = honest_emission(ground, run(made, yuma3=False))
    for member in range(2):
        stored = Stored(
            block=1000,
            emission=10**9,
            last_update=[999] * 15,
            block_at_registration=[0] * 15,
            alpha_stake=[int(share) for share in made.stake[member]],
            tao_stake=[0] * 15,
            validator_permit=[uid < 6 for uid in range(15)],
            weights={uid: _row(made.weights[member, uid]) for uid in range(6)},
            parameters=Hyperparameters(bonds_penalty=32767, commit_reveal=False),
        )
        emission = run_epoch(stored).emission
        honest = emission[:3].sum() + emission[6:11].sum()
        assert kept[member] == pytest.approx(honest / emission.sum(), abs=0.00051)


def _row(line):
    return np.stack([np.arange(6, 15), line[6:]], axis=1).astype(np.uint16)


def test_each_side_has_somebody():
    assert (majority(64, 0.6), majority(4, 0.99), majority(4, 0.1)) == (38, 3, 1)


@pytest.mark.parametrize("scale", [0, -1, 1.5, 0.01])
def test_a_scale_that_is_none(scale):
    with pytest.raises(ConfigurationError, match="is no part of the full map"):
        retention(scale=scale)


def test_an_engine_of_torch_gives_the_same_map():
    pytest.importorskip("torch")
    axes = {"stakes": (0.6,), "scale": 0.125}
    small = {"utility": (0.5, 0.7), "claim": (0.9, 1.0)}
    maps = [_with(retention(on=on, **axes), small) for on in ("numpy", "torch")]
    assert run_sweep(maps[0]) == run_sweep(maps[1])


def _with(sweep, axes):
    from dataclasses import replace

    return replace(sweep, grid={**sweep.grid, **axes})
