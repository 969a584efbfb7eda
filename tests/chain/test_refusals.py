import pytest

from taokit.chain.refusals import HINTS, custom_number, dispatch_failed, pool_refused
from taokit.devnet.runtime import TABLE
from taokit.errors import DispatchFailed, PoolRefused

ERRORS = {name for pallet in TABLE.pallets for name in pallet.errors}


def test_every_hint_is_for_a_name_that_the_chain_has():
    own = {"BadOrigin", "Other", "Token.FundsUnavailable", "Token.NotExpendable", "Token.BelowMinimum"}
    assert set(HINTS) - ERRORS - own == set()


@pytest.mark.parametrize("name", ["SettingWeightsTooFast", "CommitRevealEnabled", "NotEnoughStakeToSetWeights"])
def test_a_failed_call_says_what_to_do_next(name):
    error = dispatch_failed(name)
    assert isinstance(error, DispatchFailed)
    assert error.name == name
    assert name in str(error)
    assert error.hint == HINTS[name]


def test_a_name_that_nobody_foresaw_still_makes_an_error():
    error = dispatch_failed("BrandNew", "9")
    assert (error.name, error.hint) == ("BrandNew", None)
    assert "pallet 9" in str(error)


@pytest.mark.parametrize("number", [*range(14), *range(15, 28), 255])
def test_every_number_of_the_pool_has_a_name_and_a_hint(number):
    error = pool_refused(number)
    assert isinstance(error, PoolRefused)
    assert (error.custom, error.code) == (number, 1010)
    assert error.name
    assert error.hint


def test_numbers_to_come_and_the_pool_s_own_words():
    assert pool_refused(99).custom == 99
    error = pool_refused(None, name="Stale", message="Transaction is outdated")
    assert "outdated" in str(error)
    assert "nonce" in error.hint


@pytest.mark.parametrize(
    ("text", "number"), [("Invalid Transaction: Custom error: 6", 6), ("Custom error: 255", 255), ("no", None)]
)
def test_the_number_is_found_in_a_node_s_text(text, number):
    assert custom_number(text) == number
