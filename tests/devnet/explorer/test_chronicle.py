import pytest

from taokit.chain import calls
from taokit.devnet import Devnet
from taokit.devnet.explorer import Chronicle
from taokit.devnet.explorer.chronicle import EPOCHS, PRICES, ran_in
from taokit.devnet.runtime.subtensor import pool, storage

TEMPO = 5


@pytest.fixture
def devnet():
    devnet = Devnet.subnet(miners=2, validators=2)
    devnet.set_hyperparameter(1, "Tempo", TEMPO)
    devnet.next_epoch()
    return devnet


@pytest.fixture
def chronicle(devnet):
    chronicle = Chronicle(devnet.node)
    chronicle.follow()
    return chronicle


def test_it_begins_with_the_last_epoch_and_adds_every_later_one(devnet, chronicle):
    first = devnet.head.number
    devnet.mine(3 * TEMPO)
    told = chronicle.epochs(1)
    assert [one.head.number for one in told] == [first, first + TEMPO, first + 2 * TEMPO, first + 3 * TEMPO]
    assert [one.index - told[0].index for one in told] == [0, 1, 2, 3]
    assert told[-1].emission.tolist() == devnet.state[storage.EMISSION, 1].tolist()
    assert [list(ran_in(devnet.node.history.record(one.head.hash))) for one in told] == [[1]] * 4


def test_prices_are_those_after_each_block(devnet, chronicle):
    expected = []
    for _ in range(4):
        devnet.mine()
        expected.append((devnet.head.number, pool.price(devnet.state, 1), pool.moving_price(devnet.state, 1)))
    assert [(one.head.number, one.spot, one.moving) for one in chronicle.prices(1)] == expected
    assert len({spot for _, spot, _ in expected}) == 4


def test_what_was_reverted_or_reorganised_is_forgotten(devnet, chronicle):
    saved, start = devnet.snapshot(), devnet.head.number
    devnet.mine(2 * TEMPO)
    devnet.revert(saved)
    assert [one.head.number for one in chronicle.epochs(1)] == [start]
    assert chronicle.prices(1) == []
    devnet.mine(TEMPO)
    devnet.reorganise(2)
    assert [one.head.number for one in chronicle.epochs(1)] == [start, start + TEMPO]
    numbers = [one.head.number for one in chronicle.prices(1)]
    assert numbers == list(range(start + 1, devnet.head.number + 1))


def test_it_is_bounded(devnet, chronicle):
    devnet.set_hyperparameter(1, "Tempo", 1)
    devnet.mine(PRICES + 20)
    assert (len(chronicle.epochs(1)), len(chronicle.prices(1))) == (EPOCHS, PRICES)


def test_a_subnet_that_is_not_there_has_nothing_and_leaves_nothing(chronicle):
    assert (chronicle.epochs(9), chronicle.prices(9)) == ([], [])


def test_nothing_is_noted_once_it_has_stopped(devnet, chronicle):
    chronicle.stop()
    chronicle.stop()
    devnet.mine(TEMPO)
    assert (len(chronicle.epochs(1)), devnet.node.sealed) == (1, [])


def test_mechanisms_have_an_incentive_each(devnet, chronicle):
    devnet.set_hyperparameter(1, "MaxAllowedUids", 64)
    devnet.set_hyperparameter(1, "Tempo", 360)  # settings rest right before an epoch
    devnet.sudo(calls.admin("sudo_set_mechanism_count", netuid=1, mechanism_count=2))
    devnet.set_hyperparameter(1, "Tempo", TEMPO)
    devnet.next_epoch()
    told = chronicle.epochs(1)[-1]
    assert len(told.incentive) == 2
    assert list(ran_in(devnet.node.history.best)) == [1]
