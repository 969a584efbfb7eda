import numpy as np
import pytest

from taokit.lab.catalogue import scenario
from taokit.lab.measures import bond_shares, burned_share, per_stake, returns, tao_share
from taokit.lab.scenarios import play, under


def last():
    return play(under(scenario("all-switch"), "3"), epochs=3)


def test_who_agrees_is_paid_by_stake():
    steps = last()
    assert returns(steps, range(3)) == pytest.approx([1, 1, 1], abs=2e-3)
    assert [per_stake(steps[-1], uid) for uid in range(3)] == pytest.approx([1, 1, 1], abs=2e-3)


def test_who_has_no_stake_has_no_return():
    assert returns(last(), [3]) == [0.0]


def test_bonds_are_shared():
    shares = bond_shares(last()[-1], 3, 5)
    assert shares.tolist() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0])
    assert np.array_equal(bond_shares(last()[-1], 0, 5), np.zeros(5))


def test_burning():
    assert burned_share(last()[-1], 4) == pytest.approx(1)
    assert tao_share(0.0, subnets=10) == 0.1
    assert tao_share(0.5, subnets=10) == pytest.approx(0.5 / 9.5)
