import argparse
import copy

import pytest

from taokit import compat as bt
from taokit.errors import ConfigurationError


def parser():
    made = argparse.ArgumentParser()
    made.add_argument("--netuid", type=int, default=1)
    made.add_argument("--neuron.epoch_length", type=int, default=100)
    for part in (bt.Wallet, bt.Subtensor, bt.logging, bt.Axon):
        part.add_args(made)
    return made


def test_dotted_flags_become_a_tree():
    config = bt.Config(parser(), args=["--netuid", "7", "--axon.port", "9000", "--wallet.name=me", "--logging.debug"])
    assert (config.netuid, config.axon.port, config.wallet.name, config.logging.debug) == (7, 9000, "me", True)
    assert config.neuron.epoch_length == 100
    assert config.neuron.nothing is None


def test_it_knows_what_was_typed():
    config = bt.Config(parser(), args=["--axon.port", "8091"])
    assert config.is_set("axon.port")
    assert not config.is_set("axon.ip")


def test_variables_stand_for_flags(monkeypatch):
    monkeypatch.setenv("BT_AXON_PORT", "9001")
    monkeypatch.setenv("BT_WALLET_NAME", "of-variable")
    config = bt.Config(parser(), args=["--wallet.hotkey", "h"])
    assert (config.axon.port, config.wallet.name, config.wallet.hotkey) == (9001, "of-variable", "h")


def test_a_variable_that_is_no_number_is_named(monkeypatch):
    monkeypatch.setenv("BT_AXON_PORT", "many")
    with pytest.raises(ConfigurationError, match="BT_AXON_PORT is 'many'"):
        bt.Config()


def test_the_command_line_is_left_alone_where_that_is_asked_for(monkeypatch):
    monkeypatch.setenv("BT_NO_PARSE_CLI_ARGS", "true")
    assert bt.Config(parser(), args=["--axon.port", "9000"]).axon.port == 8091


def test_copies_are_apart_and_merge():
    config = bt.Config(parser(), args=["--axon.port", "9000"])
    other = copy.deepcopy(config)
    other.axon.port = 1
    assert config.axon.port == 9000
    assert other.is_set("axon.port")
    config.merge(other)
    assert config.axon.port == 1
    assert config.to_dict()["axon"]["port"] == 1


def test_a_file_takes_the_place_of_defaults(tmp_path):
    file = tmp_path / "miner.yml"
    file.write_text("axon:\n  port: 9002\nnetuid: 4\n")
    config = bt.Config(parser(), args=["--config", str(file), "--netuid", "5"])
    assert (config.axon.port, config.netuid) == (9002, 5)


@pytest.mark.parametrize("content", ["- 1\n", "a: [", None])
def test_a_file_that_holds_no_settings_says_so(tmp_path, content):
    file = tmp_path / "miner.yml"
    if content is not None:
        file.write_text(content)
    with pytest.raises(ConfigurationError, match=r"miner\.yml"):
        bt.Config(parser(), args=["--config", str(file)])


def test_strict_refuses_unknown_flags(capsys):
    with pytest.raises(SystemExit):
        bt.Config(parser(), args=["--nonsense", "1"], strict=True)
    assert "--nonsense" in capsys.readouterr().err
