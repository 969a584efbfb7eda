import json
from pathlib import Path

import pytest

from taokit.chain.refusals import HINTS, custom_number, dispatch_failed, pool_gave_up, pool_refused
from taokit.devnet.runtime import TABLE
from taokit.errors import DispatchFailed, PoolRefused

ERRORS = {name for pallet in TABLE.pallets for name in pallet.errors}
RUNTIME = {f"{kind}.{name}" for kind in ("Token", "Arithmetic") for name in ("Frozen", "Underflow", "Overflow")} | {
    *("BadOrigin", "CannotLookup", "ConsumerRemaining", "Exhausted", "NoProviders", "Other", "RootNotAllowed"),
    *("Token.FundsUnavailable", "Token.NotExpendable", "Token.BelowMinimum"),
}
"""Errors that are the runtime's own, not a pallet's."""
SUMMARY = Path(__file__).parents[3] / "shared" / "fixtures" / "metadata" / "subtensor-424.summary.json"


def test_every_hint_is_for_a_name_that_the_chain_has():
    known = ERRORS | RUNTIME
    if SUMMARY.is_file():
        known |= {name for pallet in json.loads(SUMMARY.read_text())["pallets"].values() for name in names(pallet)}
    unknown = [hint for hint in HINTS if hint not in known and hint.rpartition(".")[2] not in known]
    assert unknown == [] or not SUMMARY.is_file()


def names(pallet):
    return [name for _, name in pallet["errors"]]


@pytest.mark.skipif(not SUMMARY.is_file(), reason="no metadata of real runtimes here")
@pytest.mark.parametrize(
    "pallet", ["SubtensorModule", "AdminUtils", "Balances", "Commitments", "Utility", "Sudo", "Proxy", "Swap"]
)
def test_every_error_of_these_pallets_has_a_hint(pallet):
    told = names(json.loads(SUMMARY.read_text())["pallets"][pallet])
    assert [name for name in told if dispatch_failed(name, pallet).hint is None] == []


def test_a_name_of_several_pallets_has_the_hint_of_its_own():
    assert "proxy" in dispatch_failed("NotFound", "Proxy").hint
    assert dispatch_failed("NotFound", "Multisig").hint is None


@pytest.mark.parametrize("kind", ["dropped", "usurped", "invalid"])
def test_what_the_pool_let_go_of_says_what_to_do_next(kind):
    error = pool_gave_up(kind)
    assert (error.name, kind in str(error)) == (kind.capitalize(), True)
    assert error.hint


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
    "name",
    [
        *("Call", "Payment", "Future", "Stale", "BadProof", "AncientBirthBlock", "ExhaustsResources", "BadSigner"),
        *("CannotLookup", "TemporarilyBanned", "AlreadyImported", "TooLowPriority", "ImmediatelyDropped"),
    ],
)
def test_the_pool_s_own_names_have_hints(name):
    assert pool_refused(None, name=name).hint


@pytest.mark.parametrize(
    ("text", "number"), [("Invalid Transaction: Custom error: 6", 6), ("Custom error: 255", 255), ("no", None)]
)
def test_the_number_is_found_in_a_node_s_text(text, number):
    assert custom_number(text) == number
