import logging
import sys

import bittensor_core
import pytest

from taokit.chain.timelock import seal, verify
from taokit.devnet.beacon.key import config_of
from taokit.devnet.beacon.pulses import Beacon, Plan, clock_of, own
from taokit.devnet.runtime.drand import QUICKNET_CONFIG, Moment
from taokit.errors import ConfigurationError

CONFIG = config_of("pulses")
CLOCK = clock_of(CONFIG)
ROUND = 24_000_000


def at(round, config=CONFIG, *, early_ms=0):
    return Moment(CLOCK.time_of(round) * 1000 - early_ms, config)


def test_a_round_is_signed_from_its_time_on_and_every_key_holder_believes_it():
    beacon = Beacon()
    assert beacon.signature(ROUND, at(ROUND, early_ms=1)) is None
    signature = beacon.signature(ROUND, at(ROUND))
    assert signature == beacon.signature(ROUND, at(ROUND + 50))
    assert verify(ROUND, signature, CONFIG[0])


def test_skipped_rounds_never_come_and_late_ones_come_late():
    beacon = Beacon()
    beacon.plan = Plan().skipping(ROUND).later(2)
    assert beacon.signature(ROUND, at(ROUND + 100)) is None
    assert beacon.signature(ROUND + 1, at(ROUND + 2)) is None
    assert beacon.signature(ROUND + 1, at(ROUND + 3)) is not None


def test_of_a_beacon_whose_secret_nobody_knows_there_are_no_pulses():
    assert own(CONFIG)
    assert not own(QUICKNET_CONFIG)
    assert Beacon().signature(ROUND, at(ROUND, QUICKNET_CONFIG)) is None


def test_opened_is_what_was_sealed_or_nothing():
    beacon = Beacon()
    signature = beacon.signature(ROUND, at(ROUND))
    sealed = seal(b"row", round=ROUND, public_key=CONFIG[0], sigma=bytes(32), key=bytes(32), nonce=bytes(12))
    assert beacon.opened(sealed, signature) == b"row"
    quicknets = bittensor_core.inner_ciphertext(bittensor_core.encrypt_at_round(b"row", ROUND)[0])
    for bad in (b"", b"x", sealed[:-1], sealed[:100], bytes(len(sealed)), sealed + b"\0" * 5000, quicknets):
        assert beacon.opened(bad, signature) in (None, b"row" if bad[: len(sealed)] == sealed else None)
    for bad in (b"", b"\xff" * 48, signature[:20]):
        assert beacon.opened(sealed, bad) is None


def test_without_py_ecc_it_is_silent_and_says_so_once(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "py_ecc", None)
    beacon = Beacon()
    with caplog.at_level(logging.WARNING, "taokit"):
        assert [beacon.signature(ROUND + 7 + k, at(ROUND + 9)) for k in range(2)] == [None, None]
    assert [record.getMessage().count("taokit[devnet]") for record in caplog.records] == [1]


def test_plans_are_bounded():
    with pytest.raises(ConfigurationError, match="rounds late"):
        Plan().later(-1)
    plan = Plan(frozenset(range(4096)))
    with pytest.raises(ConfigurationError, match="4096"):
        plan.skipping(5000)
