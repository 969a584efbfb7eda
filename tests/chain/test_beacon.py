import pytest

from taokit.chain import Schedule, Storage, run
from taokit.chain.beacon import QUICKNET, beacon, pulse, stored_rounds, terms, timelocked_commits
from taokit.devnet import Devnet, from_uri
from taokit.devnet.beacon import config_of
from taokit.devnet.runtime.drand import store
from taokit.devnet.runtime.subtensor.storage import TIMELOCKED_WEIGHT_COMMITS


@pytest.mark.parametrize(
    ("unix", "round"), [(0, 0), (1692803366, 0), (1692803367, 1), (1692803369.9, 1), (1692803370, 2)]
)
def test_rounds_count_from_the_beacons_beginning(unix, round):
    assert QUICKNET.round_at(unix) == round
    assert not round or QUICKNET.time_of(round) <= unix < QUICKNET.time_of(round + 1)


@pytest.fixture
def devnet():
    return Devnet.demo(seed="beacon", RevealPeriodEpochs=2)


def test_everything_that_a_commit_goes_by_comes_from_one_block(devnet):
    told = devnet.chain().read(terms(1))
    assert (told.version, told.now_ms, told.slot_ms) == (0, devnet.now_ms, 12_000)
    assert isinstance(told.schedule, Schedule)
    assert (told.schedule.block, told.schedule.reveal_period) == (devnet.head.number, 2)
    key, period, genesis, *_ = config_of("beacon")
    assert (told.beacon.public_key, told.beacon.period_s, told.beacon.genesis_s) == (key, period, genesis)


def test_the_real_beacon_is_read_as_it_is_known(devnet):
    devnet.drand.follow_quicknet()
    assert devnet.chain().read(beacon()) == QUICKNET


def test_pulses_are_read_by_their_round(devnet):
    assert devnet.chain().read(pulse(7)) is None
    store(devnet.state, 7, b"s" * 48)
    assert devnet.chain().read(pulse(7)) == b"s" * 48


def test_of_stored_commits_only_ones_own_are_told(devnet):
    mine, other = from_uri("//Alice"), from_uri("//Bob")
    devnet.state[TIMELOCKED_WEIGHT_COMMITS, 4097, 3] = (
        (mine.public_key, 30, b"a", 100),
        (other.public_key, 31, b"b", 101),
    )
    devnet.state[TIMELOCKED_WEIGHT_COMMITS, 4097, 4] = ((mine.public_key, 40, b"c", 102),)
    found = devnet.chain().read(timelocked_commits(1, mine.ss58, range(2, 5), 1))
    assert [(one.sealed, one.round, one.epoch, one.block) for one in found] == [(b"a", 100, 3, 30), (b"c", 102, 4, 40)]
    assert devnet.chain().read(timelocked_commits(1, mine.ss58, [3])) == ()


def test_the_rounds_that_the_chain_has():
    answers = {Storage("Drand", "OldestStoredRound"): 3, Storage("Drand", "LastStoredRound"): 9}
    assert run(stored_rounds(), answers.__getitem__) == (3, 9)
