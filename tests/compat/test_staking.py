import pytest

import taokit.compat as bt
from taokit.errors import ChainRefused, ConfigurationError


def tao(amount, netuid=0):
    return bt.Balance.from_tao(amount, netuid)


@pytest.fixture
def mock():
    with bt.MockSubtensor() as made:
        made.create_subnet(1)
        made.create_subnet(2)
        yield made


@pytest.fixture
def wallet(mock):
    made = bt.MockWallet()
    hotkey, coldkey = made.hotkey.ss58_address, made.coldkey.ss58_address
    mock.force_register_neuron(1, hotkey, coldkey, balance=tao(100))
    mock.force_register_neuron(2, hotkey, coldkey, balance=tao(100))
    return made


def held(mock, wallet, netuid=1):
    return mock.get_stake(wallet.coldkey.ss58_address, wallet.hotkey.ss58_address, netuid)


def test_tao_is_sent(mock, wallet):
    other = bt.get_mock_coldkey(1)
    assert mock.transfer(wallet, other, tao(10)).success
    assert mock.get_balance(other) == tao(10)
    assert mock.get_balances(other, wallet.coldkey.ss58_address)[wallet.coldkey.ss58_address] < tao(90)
    answer = mock.transfer(wallet, other, tao(500))
    assert not answer
    with pytest.raises(ChainRefused):
        mock.transfer(wallet, other, tao(500), raise_error=True)
    assert mock.transfer(wallet, other, None, transfer_all=True, keep_alive=False).success
    assert mock.get_balance(wallet.coldkey.ss58_address) == 0


def test_stake_goes_in_and_out(mock, wallet):
    hotkey, coldkey = wallet.hotkey.ss58_address, wallet.coldkey.ss58_address
    with pytest.warns(bt.CompatWarning, match=r"#trades"):
        assert mock.add_stake(wallet, 1, hotkey, tao(1)).success
    bought = held(mock, wallet)
    assert tao(0.99, 1) < bought < tao(1, 1)  # at a price of 1, less fee and slippage
    assert [(one.netuid, one.stake) for one in mock.get_stake_info_for_coldkey(coldkey)] == [(1, bought)]
    assert mock.get_stake_for_coldkey_and_hotkey(coldkey, hotkey)[1].is_registered
    assert mock.get_stake_for_coldkey_and_hotkey(coldkey, hotkey, netuids=[2]) == {}
    assert mock.get_hotkey_stake(hotkey, 1) == bought
    with pytest.warns(bt.CompatWarning, match=r"#trades"):
        assert mock.unstake(wallet, 1, hotkey, tao(0.5, 1)).success
    assert held(mock, wallet) == bought - tao(0.5, 1)
    assert mock.unstake_all(wallet, 1, hotkey).success
    assert held(mock, wallet) == 0


def test_a_trade_that_moves_the_price_too_far_is_refused_unless_it_is_wanted(mock, wallet):
    hotkey = wallet.hotkey.ss58_address
    answer = mock.add_stake(wallet, 1, hotkey, tao(90), safe_staking=True)
    assert not answer.success
    assert held(mock, wallet) == 0
    assert mock.add_stake(wallet, 1, hotkey, tao(90), safe_staking=False).success
    refused = mock.unstake(wallet, 1, hotkey, tao(80, 1), safe_unstaking=True)
    assert not refused.success
    assert mock.unstake(wallet, 1, hotkey, tao(80, 1), safe_unstaking=True, rate_tolerance=0.5).success


def test_stake_moves(mock, wallet):
    hotkey, coldkey = wallet.hotkey.ss58_address, wallet.coldkey.ss58_address
    other, child = bt.MockWallet(), bt.get_mock_hotkey(3)
    mock.force_register_neuron(1, other.hotkey.ss58_address, other.coldkey.ss58_address)
    mock.force_register_neuron(1, child, coldkey, balance=tao(100))
    assert mock.add_stake(wallet, 1, hotkey, tao(10), safe_staking=False).success
    assert mock.move_stake(wallet, 1, hotkey, 1, other.hotkey.ss58_address, tao(2, 1)).success
    assert mock.get_stake(coldkey, other.hotkey.ss58_address, 1).tao == pytest.approx(2, abs=1e-6)
    assert mock.transfer_stake(wallet, other.coldkey.ss58_address, hotkey, 1, 1, tao(1, 1)).success
    assert mock.get_stake(other.coldkey.ss58_address, hotkey, 1).tao == pytest.approx(1, abs=1e-6)
    answer = mock.swap_stake(wallet, hotkey, 1, 2, tao(1, 1), safe_swapping=True, rate_tolerance=0.1)
    assert answer.success, answer.message
    assert held(mock, wallet, 2).tao == pytest.approx(1, rel=0.03)
    assert mock.move_stake(wallet, 1, hotkey, 1, other.hotkey.ss58_address, move_all_stake=True).success
    assert held(mock, wallet) == 0
    assert mock.set_children(wallet, 1, hotkey, [(0.25, child)]).success
    assert mock.get_children(hotkey, 1) == (True, [], "")  # they wait for an epoch
    assert mock.get_parents(child, 1) == []


@pytest.mark.parametrize("amount", [1, 1.5, None, bt.Balance(5, 7)])
def test_what_is_no_amount_of_that_currency_is_refused_before_it_is_sent(mock, wallet, amount):
    with pytest.raises(ConfigurationError):
        mock.add_stake(wallet, 1, wallet.hotkey.ss58_address, amount)


@pytest.mark.parametrize("parts", [[1.5], [-0.1], [float("nan")], [0.2, 0.3]])
def test_parts_that_are_none_and_a_child_twice_are_refused_before_they_are_sent(mock, wallet, parts):
    child = bt.get_mock_hotkey(3)
    with pytest.raises(ConfigurationError):
        mock.set_children(wallet, 1, wallet.hotkey.ss58_address, [(part, child) for part in parts])


@pytest.mark.parametrize("tolerance", [float("nan"), -0.1, 2.0])
def test_a_tolerance_that_is_none_is_refused_before_it_is_sent(mock, wallet, tolerance):
    hotkey = wallet.hotkey.ss58_address
    with pytest.raises(ConfigurationError, match="rate_tolerance"):
        mock.add_stake(wallet, 1, hotkey, tao(1), safe_staking=True, rate_tolerance=tolerance)
    with pytest.raises(ConfigurationError, match="rate_tolerance"):
        mock.swap_stake(wallet, hotkey, 1, 2, tao(1, 1), safe_swapping=True, rate_tolerance=tolerance)


def test_a_limit_is_an_amount(mock, wallet):
    with pytest.raises(ConfigurationError, match="no amount"):
        mock.register(wallet, 1, 5)


def test_a_registration_may_have_a_limit(mock):
    wallet = bt.MockWallet()
    mock.force_set_balance(wallet.coldkey.ss58_address, tao(100))
    assert not mock.register(wallet, 1, limit_price=tao(0.0001)).success
    assert mock.register(wallet, 1, limit_price=tao(50)).success
    assert mock.register(wallet, 2).success
    assert mock.get_netuids_for_hotkey(wallet.hotkey.ss58_address) == [1, 2]
    assert mock.root_register(wallet).success
