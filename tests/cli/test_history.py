import numpy as np
import pytest

from graphs import graph
from taokit.cli.dev.cast import Part
from taokit.cli.dev.history import Standing, epoch_row
from taokit.cli.dev.squeeze import CheatMiner, CopyingValidator, LzmaMiner, SqueezeValidator
from taokit.cli.dev.table import per_stake
from taokit.cli.dev.verdict import verdict

CAST = (
    Part("lzma", LzmaMiner),
    Part("cheat", CheatMiner),
    Part("honest-a", SqueezeValidator, 30),
    Part("honest-b", SqueezeValidator, 20),
    Part("copier", CopyingValidator, 10, scores=False),
)
KEYS = {part.name: f"key of {part.name}" for part in CAST}


def rows(pairs_by_uid):
    return {uid: np.array(pairs, dtype=np.uint16) for uid, pairs in pairs_by_uid.items()}


def played(dividends, *, cheat=0, epoch=3):
    """A subnet of the owner and the five parts in order, uids 1 to 5."""
    net = graph(
        "owner", *KEYS.values(),
        stake=[0, 0, 0, 30, 20, 10],
        permits=[True, False, False, True, True, True],
        weights=rows({3: [[1, 65535], [2, 0]], 4: [[1, 40000], [2, 40000]]}),
        incentive=np.array([0, 65535 - cheat, cheat, 0, 0, 0], dtype=np.uint16),
        dividends=np.array([0, 0, 0, *dividends], dtype=np.uint16),
    )  # fmt: skip
    standings = {
        "honest-a": Standing({KEYS["lzma"]: 0.8, KEYS["cheat"]: 0.0}, 900, ""),
        "honest-b": Standing({KEYS["lzma"]: 0.6}, None, "epoch 4"),
        "copier": Standing({KEYS["lzma"]: 99.0}, 901, ""),
    }
    return epoch_row(epoch, net, CAST, KEYS, standings)


def test_score_is_the_mean_over_those_that_score_and_weight_the_mean_by_stake():
    lzma, cheat = played([30000, 20000, 10000]).miners
    assert lzma.score == pytest.approx(0.7)
    assert cheat.score == 0.0
    assert lzma.weight == pytest.approx((30 * 1.0 + 20 * 0.5) / 50)
    assert cheat.weight == pytest.approx(20 * 0.5 / 50)


def test_bonds_are_each_validators_share_of_a_miners_column():
    net = graph(
        "owner", *KEYS.values(), stake=[0, 0, 0, 30, 20, 10], bonds=rows({3: [[1, 300]], 4: [[1, 100], [2, 7]]})
    )
    assert epoch_row(3, net, CAST, KEYS, {}).bonds == {
        "honest-a": {"lzma": 0.75, "cheat": 0.0},
        "honest-b": {"lzma": 0.25, "cheat": 1.0},
        "copier": {"lzma": 0.0, "cheat": 0.0},
    }


def test_a_row_without_a_permit_is_not_counted():
    net = graph(
        "owner", *KEYS.values(),
        stake=[0, 0, 0, 30, 20, 10],
        permits=[True, False, False, True, False, True],
        weights=rows({3: [[1, 65535]], 4: [[2, 65535]]}),
    )  # fmt: skip
    lzma, cheat = epoch_row(3, net, CAST, KEYS, {}).miners
    assert (lzma.weight, cheat.weight) == (1.0, 0.0)


def test_the_json_object_has_the_promised_keys_and_nothing_of_the_clock():
    said = played([30000, 20000, 10000]).to_json()
    assert list(said) == ["epoch", "block", "miners", "validators"]
    assert list(said["miners"][0]) == ["uid", "name", "score", "weight", "incentive", "emission"]
    assert list(said["validators"][0]) == ["uid", "name", "stake", "validator_trust", "dividends", "weights_block"]


def test_dividends_per_stake_are_one_where_they_follow_the_stake():
    validators = played([30000, 20000, 10000]).validators
    assert [per_stake(row, validators) for row in validators] == pytest.approx([1.0, 1.0, 1.0])


def test_the_last_words_follow_the_figures():
    told = " ".join(verdict([played([33000, 22000, 5500])]))
    assert "The cheat earned nothing" in told
    assert "50.0% less than honest-a, 50.0% less than honest-b" in told
    told = " ".join(verdict([played([30000, 20000, 11000], cheat=655)]))
    assert "The cheat ends with incentive 0.010" in told
    assert "does not get less per stake than honest-a, honest-b" in told
    assert "No dividends were paid yet" in " ".join(verdict([played([0, 0, 0])]))
