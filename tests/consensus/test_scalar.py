import pytest

from taokit.consensus import scalar
from taokit.errors import ConfigurationError

from .worlds import recorded

ROWS = [row for vector in recorded("primitives") for row in vector["rows"]]


@pytest.mark.parametrize("operation", ["exp", "ln", "sqrt", "mul"])
def test_functions_agree_with_the_chains_to_the_last_bit(operation):
    for name, arguments, result in ROWS:
        if name == operation and result is not None:
            assert getattr(scalar, operation)(*map(int, arguments)) == int(result), arguments


@pytest.mark.parametrize("operation", ["exp", "ln", "sqrt"])
def test_functions_fail_where_the_chains_fail(operation):
    for name, arguments, result in ROWS:
        if name == operation and result is None:
            with pytest.raises((ValueError, OverflowError)):
                getattr(scalar, operation)(*map(int, arguments))


def test_a_quotient_that_fails_is_zero():
    for name, arguments, result in ROWS:
        if name == "div":
            assert scalar.div(*map(int, arguments)) == int(result or 0), arguments
    assert scalar.div(5, 0) == 0


def test_a_bound_is_told_by_name():
    with pytest.raises(ConfigurationError, match="netuid is 70000, outside 0 to 65535"):
        scalar.whole("netuid", 70000, largest=65535)


def test_one_as_a_parameter_is_exactly_one():
    assert scalar.ratio(65535) == scalar.ONE
    assert scalar.u64_ratio(2**64 - 1) == scalar.ONE
