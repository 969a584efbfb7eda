import json
from functools import partial

import pytest

from taokit.errors import ConfigurationError
from taokit.lab.sweep import Sweep, run_sweep

CALLS = []


def product(points, at_once, *, offset=0):
    CALLS.append((len(points), at_once))
    return [{"product": point["a"] * point["b"] + offset} for point in points]


@pytest.fixture(autouse=True)
def _fresh():
    CALLS.clear()


def sweep(**changes):
    made = {"name": "product", "grid": {"a": (1, 2, 3), "b": (10, 20)}, "measure": product, "chunk": 2}
    return Sweep(**{**made, **changes})


EXPECTED = [{"a": a, "b": b, "product": a * b} for a in (1, 2, 3) for b in (10, 20)]


def test_every_point_gets_its_figures_in_the_order_of_the_grid():
    assert run_sweep(sweep()) == EXPECTED


def test_progress_is_told():
    seen = []
    run_sweep(sweep(), progress=lambda done, of: seen.append((done, of)))
    assert seen == [(0, 6), (2, 6), (4, 6), (6, 6)]


def test_workers_give_the_same():
    assert run_sweep(sweep(), workers=2) == EXPECTED


def test_the_memory_bounds_how_many_points_are_held():
    run_sweep(sweep(bytes_per_point=100), memory=350)
    assert {at_once for _, at_once in CALLS} == {3}
    with pytest.raises(ConfigurationError, match="one point for each worker takes 200 bytes and the budget is 199"):
        run_sweep(sweep(bytes_per_point=100), memory=199, workers=2)


def test_a_store_goes_on_where_it_ended(tmp_path):
    store = tmp_path / "done.jsonl"
    assert run_sweep(sweep(), store=store) == EXPECTED
    lines = store.read_text().splitlines()
    store.write_text("\n".join(lines[:2]) + "\n" + lines[2][:9])  # killed in the middle of a line
    CALLS.clear()
    assert run_sweep(sweep(), store=store) == EXPECTED
    assert len(CALLS) == 2
    CALLS.clear()
    assert run_sweep(sweep(), store=store) == EXPECTED
    assert CALLS == []
    assert all(json.loads(line) for line in store.read_text().splitlines())


def test_the_store_of_another_sweep_is_refused(tmp_path):
    store = tmp_path / "done.jsonl"
    run_sweep(sweep(), store=store)
    with pytest.raises(ConfigurationError, match="belongs to another sweep"):
        run_sweep(sweep(grid={"a": (1,), "b": (10,)}), store=store)
    other = sweep(settings={"offset": 1}, measure=partial(product, offset=1))
    with pytest.raises(ConfigurationError, match="belongs to another sweep"):
        run_sweep(other, store=store)


@pytest.mark.parametrize("grid", [{}, {"a": ()}])
def test_an_empty_grid(grid):
    with pytest.raises(ConfigurationError, match="has no values for"):
        run_sweep(sweep(grid=grid))


def test_a_store_that_cannot_be_written(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot write"):
        run_sweep(sweep(), store=tmp_path / "none" / "done.jsonl")
