import pytest

from chains import funded
from taokit.chain import reads
from taokit.devnet import Devnet, account, time
from taokit.errors import ConfigurationError


def balance(devnet, who):
    return devnet.chain().read(reads.balance(who.ss58)).rao


def test_travel_moves_the_clock_and_makes_blocks():
    devnet = funded()
    start = devnet.now_ms
    devnet.travel(seconds=3600)
    assert devnet.now_ms == start + 3_600_000 + 12_000
    assert devnet.travel(blocks=10).number == 11


def test_blocks_are_cheap_enough_to_run_epochs_one_by_one():
    assert funded().mine(1000).number == 1000


def test_the_next_epoch_is_one_tempo_away():
    devnet = Devnet.subnet(miners=1, validators=1, Tempo=10)
    before = devnet.chain().read(reads.schedule(1))
    assert devnet.next_epoch().number == before.next_epoch
    assert devnet.chain().read(reads.schedule(1)).epoch_index == before.epoch_index + 1
    for netuid in (0, 9):
        with pytest.raises(ConfigurationError, match="no epochs"):
            devnet.next_epoch(netuid)


def test_epochs_of_a_subnet_with_nobody_on_it_break_nothing():
    devnet = Devnet.empty()
    devnet.add_subnet(2, account("Alice").ss58)
    devnet.run_epochs(3, 2)
    assert devnet.chain().read(reads.schedule(2)).epoch_index == 3
    devnet.register_all(2, [account("Bob").ss58])
    devnet.run_epochs(1, 2)
    assert devnet.chain().read(reads.metagraph(2)).n == 1


def test_who_waits_for_an_epoch_is_told_when_none_comes_any_more(monkeypatch):
    devnet = Devnet.subnet(miners=1, validators=1, Tempo=10)
    done = devnet.epochs_later(1)
    devnet.set_hyperparameter(1, "Tempo", 0)
    with pytest.raises(ConfigurationError, match="no epochs"):
        done()
    devnet.set_hyperparameter(1, "Tempo", 10)
    assert not done()
    devnet.set_storage({"SubtensorModule": {"MaxEpochsPerBlock": 0}})
    with pytest.raises(ConfigurationError, match="MaxEpochsPerBlock"):
        devnet.next_epoch()
    devnet.set_storage({"SubtensorModule": {"MaxEpochsPerBlock": 1}})
    for netuid in (2, 3):  # due in every block, and before subnet 1 where the chain walks them
        devnet.add_subnet(netuid, account("Alice").ss58)
        devnet.set_hyperparameter(netuid, "Tempo", 1)
    monkeypatch.setattr(time, "PATIENCE", 50)
    with pytest.raises(ConfigurationError, match="in 50 blocks"):
        devnet.next_epoch(3)
