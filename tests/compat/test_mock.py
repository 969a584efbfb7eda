"""A subnet's own mocks run after one line is changed; what `bt.MockSubtensor` adds to a chain."""

import subprocess
import sys
from pathlib import Path

import pytest

import taokit.compat as bt
from taokit.cli.migrate import examine
from taokit.errors import ConfigurationError, KeyFileError

MOCKED = Path(__file__).parent / "neurons" / "mocked.py"


def test_mocks_of_a_subnet_run_with_one_line_changed(tmp_path):
    file = tmp_path / "test_mocked.py"
    text = MOCKED.read_text()
    assert text.count("bittensor") == 1
    file.write_text(text.replace("import bittensor as bt", "import taokit.compat as bt"))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    assert "14 passed" in done.stdout
    report = examine(MOCKED)
    assert (report.verdict, report.after.decode()) == ("rewritten", file.read_text())


@pytest.fixture
def mock():
    with bt.MockSubtensor() as made:
        made.create_subnet(5)
        yield made


def test_names_that_are_no_addresses_stand_for_keys(mock):
    with pytest.warns(bt.CompatWarning, match="mock-names"):
        assert mock.force_register_neuron(5, "one", "owner", stake=2.5, balance=bt.Balance.from_tao(7)) == 0
    one, owner = mock.address_of("one"), mock.address_of("owner")
    assert mock.force_register_neuron(netuid=5, hotkey="two", coldkey="owner") == 1
    assert mock.metagraph(5).hotkeys == [one, mock.address_of("two")]
    assert mock.get_stake(owner, one, 5) == bt.Balance.from_tao(2.5, 5)
    assert mock.get_hotkey_owner(one) == owner
    assert mock.get_balance(owner) == 0  # as it was said last
    assert mock.address_of(one) == one
    with pytest.raises(ConfigurationError, match="coldkey"):
        mock.force_register_neuron(5, "three")


def test_time_passes_by_blocks(mock):
    mock.run_to_block(7)
    assert mock.wait_for_block()
    assert mock.wait_for_block(10)
    assert mock.block == 10
    with pytest.raises(ConfigurationError, match="made already"):
        mock.run_to_block(3)


def test_no_two_share_a_chain(mock):
    bt.MockSubtensor.reset()
    assert bt.MockSubtensor().get_all_subnets_netuid() == [0]
    assert mock.get_all_subnets_netuid() == [0, 5]
    with pytest.raises(ConfigurationError, match="there already"):
        mock.create_subnet(5)


def test_the_rules_are_the_chains(mock):
    wallet = bt.MockWallet()
    assert "not registered" in mock.set_weights(wallet, 5, [0], [1.0]).message
    mock.force_set_balance(wallet.coldkey.ss58_address, 1_000.0)
    assert mock.burned_register(wallet, 5).success
    with pytest.warns(bt.CompatWarning):
        mock.force_register_neuron(5, "miner", "nobody")
    assert not mock.set_weights(wallet, 5, [1], [1.0]).success  # without stake nobody is a validator
    mock.devnet.run_epochs(1, 5)
    assert mock.metagraph(5).block == mock.block


def test_wallets_in_memory():
    wallet, hotkey = bt.MockWallet(), bt.get_mock_keypair(3)
    assert wallet.hotkey.verify(b"x", wallet.hotkey.sign(b"x"))
    assert wallet.create_if_non_existent() is wallet
    assert wallet.hotkeypub.ss58_address == wallet.hotkey.ss58_address != bt.MockWallet().hotkey.ss58_address
    with pytest.raises(KeyFileError):
        wallet.coldkeypub.sign(b"x")
    assert bt.get_mock_wallet(hotkey=hotkey).hotkey.ss58_address == bt.get_mock_keypair(3).ss58_address
    assert bt.get_mock_hotkey(1) != bt.get_mock_coldkey(1)
    assert bt.mock.MockWallet is bt.MockWallet
