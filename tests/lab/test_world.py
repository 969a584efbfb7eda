import pytest

from taokit.errors import ConfigurationError
from taokit.lab.world import founded

TAO = 10**9


def test_a_subnet_needs_somebody():
    with pytest.raises(ConfigurationError, match="the number of uids is 0"):
        founded([], validators=0)


def test_stake_above_the_largest_signed_number_is_taken():
    assert founded([2**64 - 1], validators=1).alpha_stake == (2**64 - 1,)
    with pytest.raises(ConfigurationError, match="the stake of uid 0"):
        founded([2**64], validators=1)
