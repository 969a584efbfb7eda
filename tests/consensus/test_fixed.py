import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import fixed, scalar
from taokit.consensus.scalar import ONE

from .worlds import recorded

ROWS = [row for vector in recorded("primitives") for row in vector["rows"]]

shares = st.one_of(st.integers(0, ONE), st.sampled_from([0, 1, ONE - 1, ONE]))


def array(*numbers):
    return np.array(numbers, dtype=np.int64)


@given(st.integers(-(2**62), 2**62), st.integers(-ONE, ONE))
def test_a_product_is_the_integer_floor(a, b):
    assert fixed.mul(array(a), array(b)).tolist() == [a * b >> 32]


@given(st.integers(0, 2**57), st.integers(0, 20 * ONE))
def test_a_product_may_have_larger_factors_while_it_fits(a, b):
    if a * b >> 32 < 2**63:
        assert fixed.mul(array(a), array(b)).tolist() == [a * b >> 32]


@given(st.one_of(shares, shares.map(lambda share: -share)), shares)
def test_a_product_of_shares_is_the_integer_floor(a, share):
    assert fixed.mul_share(array(a), array(share)).tolist() == [a * share >> 32]


@given(st.data(), st.integers(1, 62))
def test_a_quotient_is_the_integer_floor(data, size):
    b = data.draw(st.integers(1, 2**size - 1))
    a = data.draw(st.one_of(st.integers(0, b), st.sampled_from([0, 1, b - 1, b])))
    assert fixed.div(array(a), array(b)).tolist() == [(a << 32) // b]


@given(st.integers(1, 2**30), st.integers(1, 2**30))
def test_a_quotient_on_the_edge_of_a_unit_is_exact(q, b):
    for a in (q * b >> 32, -(-q * b >> 32)):
        if a <= b:
            assert fixed.div(array(a), array(b)).tolist() == [(a << 32) // b]


def test_nothing_divided_by_nothing_is_nothing():
    assert fixed.div(array(0), array(0)).tolist() == [0]


@given(st.integers(-20 * ONE, 20 * ONE))
def test_the_power_of_e_agrees_with_single_integers(x):
    assert fixed.exp(array(x)).tolist() == [scalar.exp(x)]


def test_the_power_of_e_agrees_with_the_chains():
    for name, (x, *_), result in ROWS:
        if name == "exp" and abs(int(x)) <= 20 * ONE:
            assert fixed.exp(array(int(x))).tolist() == [int(result)], x


@given(shares, st.integers(0, 2**64 - 1))
def test_an_amount_may_have_64_bits(share, whole):
    found = fixed.amount(array(share), np.array([whole], dtype=np.uint64).view(np.int64))
    assert found.view(np.uint64).tolist() == [share * whole >> 32]


@given(st.lists(st.integers(0, 2**40), min_size=1, max_size=20))
def test_shares_are_parts_of_the_sum_rounded_down(values):
    whole = sum(values)
    assert fixed.share(array(*values)).tolist() == [(value << 32) // whole if whole else 0 for value in values]


def test_quantising_rounds_down_and_reads_back():
    stored = np.arange(65536, dtype=np.int64)
    assert fixed.ratio(stored).tolist() == [scalar.ratio(value) for value in range(65536)]
    assert fixed.to_u16(array(0, ONE - 1, ONE)).tolist() == [0, 65534, 65535]


def test_numpy_speaks_the_array_api_by_itself_and_others_through_a_layer():
    assert fixed.namespace(array(1), array(2)) is np
    assert fixed.namespace(array(1).sum()).__name__ == "array_api_compat.numpy"
