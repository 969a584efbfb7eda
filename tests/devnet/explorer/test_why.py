import pytest

from explorer_scene import TEMPO, lively
from taokit.chain.requests import Storage
from taokit.devnet.explorer.why import RULES, why
from taokit.errors import ConfigurationError

OF_A_UID = (
    "consensus",
    "incentive",
    "dividends",
    "validatorTrust",
    "emission",
    "weights",
    "bonds",
    "permit",
    "active",
    "lastUpdate",
)


def value_at(devnet, raw):
    return devnet.backend().storage([bytes.fromhex(raw[2:])])[0]


@pytest.mark.parametrize("what", RULES)
def test_every_value_lies_under_its_raw_key(scene, what):
    told = why(scene, what, netuid=1, uid=None, mechanism=0)
    assert told["text"].endswith(".")
    assert told["reads"]
    for one in told["reads"]:
        stored = value_at(scene, one["raw"])
        if one["type"] in ("u16", "u64") and stored is not None:
            assert int(one["value"]) == int.from_bytes(stored, "little"), one["entry"]


@pytest.mark.parametrize("what", OF_A_UID)
def test_the_last_epoch_is_laid_open(scene, what):
    told = why(scene, what, netuid=1, uid=6, mechanism=0)
    assert told["epoch"]["block"] == scene.chain().read(last_epoch())
    assert told["epoch"]["sentences"]


def last_epoch():
    return (yield Storage("SubtensorModule", "LastMechansimStepBlock", (1,)))


def test_what_is_said_of_incentive_is_what_is_stored(scene):
    told = why(scene, "incentive", netuid=1, uid=1, mechanism=0)
    share = told["reads"][0]["ofUid"] / 65535
    assert f"{share:.2%} of all incentive" in told["epoch"]["sentences"][0]


def test_a_validators_emission_follows_from_its_trust_and_a_miners_from_incentive(scene):
    of = {uid: why(scene, "emission", netuid=1, uid=uid, mechanism=0)["epoch"]["sentences"][0] for uid in (1, 6)}
    assert "incentive" in of[1]
    assert "trust" in of[6]


def test_a_setting_is_explained_by_its_entry(scene):
    told = why(scene, "Kappa", netuid=1, uid=None, mechanism=0)
    assert [(one["entry"], one["value"]) for one in told["reads"]] == [("SubtensorModule.Kappa", 32767)]


@pytest.mark.parametrize("what", ["", "nonsense", "Weights", "__class__"])
def test_what_nobody_knows(scene, what):
    with pytest.raises(ConfigurationError, match="nothing is known"):
        why(scene, what, netuid=1, uid=None, mechanism=0)


def test_a_uid_that_is_not_there(scene):
    with pytest.raises(ConfigurationError, match="no uid 99"):
        why(scene, "incentive", netuid=1, uid=99, mechanism=0)


def test_looking_changes_nothing_and_what_was_written_aside_counts():
    devnet = lively(epochs=1)
    devnet.set_hyperparameter(1, "Kappa", 20_000)  # without a block, and right before the epoch
    devnet.mine(TEMPO - devnet.head.number % TEMPO)
    devnet.next_epoch()
    root, head = devnet.state_root(), devnet.head
    told = why(devnet, "incentive", netuid=1, uid=1, mechanism=0)
    assert "30.52% must stand behind" in " ".join(told["epoch"]["sentences"])
    assert (devnet.state_root(), devnet.head) == (root, head)


def test_an_epoch_too_long_ago_is_not_laid_open():
    devnet = lively(epochs=1)
    devnet.set_hyperparameter(1, "Tempo", 1000)
    devnet.mine(300)
    assert why(devnet, "incentive", netuid=1, uid=1, mechanism=0)["epoch"] is None
