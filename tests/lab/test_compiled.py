import ast
import traceback
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402
from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

import taokit.consensus  # noqa: E402
from consensus.worlds import drawn  # noqa: E402
from taokit.consensus.bonds import Order  # noqa: E402
from taokit.consensus.epoch import run  # noqa: E402
from taokit.consensus.subnet import load  # noqa: E402
from taokit.errors import ConfigurationError  # noqa: E402
from taokit.lab.batch import leaves, mapped, together  # noqa: E402
from taokit.lab.compiled import Programs, TorchEngine, compiler, usable  # noqa: E402
from taokit.lab.engines import NUMPY, engine  # noqa: E402

KINDS = [(False, False), (True, False), (True, True)]
needs_compiler = pytest.mark.skipif(compiler() is None, reason="no C++ compiler")
needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


def batch(number, seed=0, **parameters):
    return together([load(drawn(seed + at, **parameters)).inputs for at in range(number)])


def same(one, other):
    return all(np.array_equal(left, right) for left, right in zip(leaves(one), leaves(other), strict=True))


@given(st.integers(0, 2**32), st.sampled_from(KINDS), st.integers(1, 3))
@settings(max_examples=40, deadline=None)
def test_chunks_give_what_the_whole_batch_gives(seed, kind, at_once):
    inputs, (yuma3, liquid_alpha) = batch(5, seed), kind
    found = TorchEngine(at_once=at_once).run(inputs, yuma3=yuma3, liquid_alpha=liquid_alpha)
    assert same(found, NUMPY.run(inputs, yuma3=yuma3, liquid_alpha=liquid_alpha))


def shuffled(inputs, lines, uids):
    """The same subnet under other numbers: lines and uids in another order."""
    back = np.append(np.argsort(lines), len(lines))
    return replace(
        inputs,
        stake=inputs.stake[uids],
        votes=inputs.votes[lines],
        line=back[inputs.line[uids]],
        weights=inputs.weights[lines][:, uids],
        has_weight=inputs.has_weight[lines][:, uids],
        bonds=inputs.bonds[lines][:, uids],
    )


@given(st.integers(0, 2**32), st.sampled_from(KINDS), st.randoms())
@settings(max_examples=60, deadline=None)
def test_other_numbers_for_the_same_neurons_change_nothing_where_every_row_ascends(seed, kind, random):
    """Order counts only where rows do not ascend, and in the ties of permits, which stand outside the arrays."""
    inputs = replace(load(drawn(seed)).inputs, order=None)
    lines, uids = (np.array(random.sample(range(size), size)) for size in inputs.weights.shape)
    flags = {"yuma3": kind[0], "liquid_alpha": kind[1]}
    before, after = run(inputs, **flags), run(shuffled(inputs, lines, uids), **flags)
    for name in ("active_stake", "consensus", "validator_trust", "incentive", "dividends"):
        assert np.array_equal(getattr(before, name)[uids], getattr(after, name)), name
    assert np.array_equal(before.bonds.values[lines][:, uids], after.bonds.values)
    assert np.array_equal(before.bonds.present[lines][:, uids], after.bonds.present)
    assert np.array_equal(before.emission.both[uids], after.emission.both)


class Floats(TorchDispatchMode):
    """Notes which function of consensus makes tensors that are not whole numbers or masks."""

    def __init__(self):
        super().__init__()
        self.makers = {}

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if isinstance(result, torch.Tensor) and result.dtype not in (torch.int64, torch.bool):
            frames = [frame for frame in traceback.extract_stack() if "taokit/consensus" in frame.filename]
            self.makers.setdefault(frames[-1].name, set()).add(result.dtype)
        return result


@pytest.mark.parametrize("kind", KINDS)
def test_only_the_quotient_is_ever_estimated_in_floats(kind):
    inputs = mapped(batch(6), lambda values: torch.tensor(values))
    with Floats() as floats:
        epoch = run(inputs, yuma3=kind[0], liquid_alpha=kind[1])
    assert floats.makers == {"div": {torch.float64}}
    assert {leaf.dtype for leaf in leaves(epoch)} == {torch.int64, torch.bool}


def test_the_arithmetic_of_an_epoch_names_floats_in_one_function():
    folder = Path(taokit.consensus.__file__).parent
    named = set()
    for path in (folder / name for name in ("fixed.py", "bonds.py", "epoch.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef):
                words = {node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)}
                named |= {function.name} if words & {"float16", "float32", "float64", "bfloat16"} else set()
    assert named == {"div"}


@pytest.mark.parametrize(
    ("device", "message"),
    [
        ("mps", "device 'mps' has no 64-bit floats"),
        ("abacus", "torch knows no device 'abacus'"),
        ("cuda:99", "device 'cuda:99' cannot hold 64-bit floats here"),
    ],
)
def test_a_device_that_cannot_divide_exactly_is_refused_by_name(device, message):
    with pytest.raises(ConfigurationError, match=message):
        usable(device)


def test_without_a_compiler_the_engine_stays_eager(monkeypatch):
    monkeypatch.setenv("CXX", "no-such-compiler")
    assert compiler() is None
    programs = Programs()
    on = TorchEngine(compiled=True, programs=programs)
    assert same(on.run(batch(3), yuma3=True, liquid_alpha=False), NUMPY.run(batch(3), yuma3=True, liquid_alpha=False))
    assert programs.count == 0


def with_order(inputs):
    """Every batch in one form, so that one program fits them all."""
    if inputs.order is not None:
        return inputs
    uids = np.broadcast_to(np.arange(inputs.stake.shape[-1]), inputs.weights.shape)
    return replace(inputs, order=Order(weights=uids, bonds=uids, has_bond=inputs.bonds > 0))


def widest(seed, number):
    """So many drawn subnets, of which the largest has all the lines and uids that there are."""
    members = [load(drawn(seed + at)).inputs for at in range(400)]
    large = max(members, key=lambda one: one.weights.shape[0] * 100 + one.weights.shape[1])
    return with_order(together([*members[: number - 1], large]))


def check_compiled(kind, programs):
    on, flags = TorchEngine(compiled=True, programs=programs), {"yuma3": kind[0], "liquid_alpha": kind[1]}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the compiler's own
        for seed in (0, 1000, 2000):
            inputs = widest(seed, number=6)
            assert same(on.run(inputs, **flags), NUMPY.run(inputs, **flags))
        few = mapped(inputs, lambda values: values[:5])  # padded to the batch that is there already
        assert same(on.run(few, **flags), NUMPY.run(few, **flags))
    assert programs.count == 1


@needs_compiler
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_traced_for_one_batch_serves_every_other_of_its_sizes(kind):
    check_compiled(kind, Programs(backend="aot_eager"))


@needs_compiler
def test_machine_code_has_the_bits_of_numpy():
    """Of Yuma 2, which compiles in seconds; the benchmark checks the others."""
    check_compiled(KINDS[0], Programs())


@needs_cuda
@pytest.mark.parametrize("kind", KINDS)
def test_a_gpu_gives_the_bits_of_numpy(kind):
    inputs, flags = batch(64), {"yuma3": kind[0], "liquid_alpha": kind[1]}
    for compiled in (False, True):
        on = engine("torch", device="cuda", compiled=compiled)
        assert same(on.run(inputs, **flags), NUMPY.run(inputs, **flags))
