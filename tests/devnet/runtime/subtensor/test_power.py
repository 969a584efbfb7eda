from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.devnet.runtime.subtensor.power import SCALE, ratio_power

AMOUNT = st.integers(1, 21 * 10**15)
WEIGHT = st.integers(10**16, 99 * 10**16)


def slow(numerator, denominator, over, under):
    with localcontext() as context:
        context.prec = 90
        return (Decimal(numerator) / denominator) ** (Decimal(over) / under) * SCALE


@given(reserve=AMOUNT, added=st.integers(0, 21 * 10**15), quote=WEIGHT)
def test_powers_agree_with_decimal_arithmetic_of_ninety_digits(reserve, added, quote):
    found = ratio_power(reserve, reserve + added, over=quote, under=10**18 - quote)
    exact = slow(reserve, reserve + added, quote, 10**18 - quote)
    assert -(10**-30) < exact - found < 1


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((1, 1000, 1, 3), 10**17),  # a whole result is not cut below itself
        ((4, 1, 1, 2), 2 * 10**18),
        ((1, 2, 1, 1), 5 * 10**17),
        ((7, 7, 3, 5), 10**18),
    ],
)
def test_powers_that_come_out_even(arguments, expected):
    numerator, denominator, over, under = arguments
    assert ratio_power(numerator, denominator, over=over, under=under) == expected
