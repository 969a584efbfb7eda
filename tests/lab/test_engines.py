import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consensus.worlds import drawn
from taokit.consensus import run_epoch
from taokit.consensus.subnet import load
from taokit.errors import ConfigurationError
from taokit.lab.batch import leaves, mapped, together
from taokit.lab.engines import NUMPY, engine, run_epochs


def told(outcome):
    columns = {name: getattr(outcome, name).tolist() for name in outcome.__slots__ if name != "bonds"}
    return columns | {"bonds": {uid: row.tolist() for uid, row in outcome.bonds.items()}}


@given(st.integers(0, 2**32), st.integers(0, 6))
@settings(max_examples=40, deadline=None)
def test_many_subnets_at_once_give_what_each_gives_alone(seed, number):
    subnets = [drawn(seed + at) for at in range(number)]
    assert [told(one) for one in run_epochs(subnets)] == [told(run_epoch(stored)) for stored in subnets]


@given(st.integers(0, 2**32))
@settings(max_examples=40, deadline=None)
def test_torch_gives_the_bits_of_numpy(seed):
    torch = pytest.importorskip("torch")
    assert torch.get_default_dtype() == torch.float32
    subnets = [drawn(seed + at) for at in range(4)]
    assert [told(one) for one in run_epochs(subnets, engine("torch"))] == [told(one) for one in run_epochs(subnets)]


def test_numpy_is_the_engine_of_a_plain_install():
    assert engine() is NUMPY
    assert engine("numpy").array(np.arange(3)).tolist() == [0, 1, 2]


def test_an_engine_takes_any_leading_dimensions():
    pytest.importorskip("torch")
    inputs = together([load(drawn(seed, yuma3=True)).inputs for seed in range(6)])
    wide = mapped(inputs, lambda values: values.reshape(2, 3, *values.shape[1:]))
    flat = NUMPY.run(inputs, yuma3=True, liquid_alpha=True)
    for on in (NUMPY, engine("torch")):
        found = on.run(wide, yuma3=True, liquid_alpha=True)
        for one, other in zip(leaves(flat), leaves(found), strict=True):
            assert np.array_equal(one.reshape(other.shape), other)


@pytest.mark.parametrize(
    ("name", "device", "message"),
    [
        ("jax", "cpu", "there is no engine 'jax'"),
        ("numpy", "cuda", "numpy has no device 'cuda'"),
    ],
)
def test_an_engine_that_is_not_there_is_refused_by_name(name, device, message):
    with pytest.raises(ConfigurationError, match=message):
        engine(name, device=device)


def test_without_torch_its_engine_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "taokit.lab.compiled", raising=False)
    with pytest.raises(ConfigurationError, match="torch is not installed") as caught:
        engine("torch")
    assert "taokit[torch]" in caught.value.hint
