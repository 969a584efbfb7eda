"""What every command takes alike, over a tree of commands that print what they were given."""

import json
import logging
from typing import Annotated

import pytest
import typer

from taokit.cli.app import app as real
from taokit.cli.config import call
from taokit.errors import ConfigurationError
from taokit.run import logs


@pytest.fixture(autouse=True)
def alone(monkeypatch, tmp_path):
    """No variables, no configuration file, and the log as it was."""
    for name in ("NETWORK", "WALLET", "WALLET_HOTKEY", "WALLET_NAME", "NETUID", "CHAIN_ENDPOINT"):
        monkeypatch.delenv(f"BT_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    yield
    logs._asked.clear()
    for logger in (logging.getLogger("taokit"), logging.getLogger()):
        for handler in [one for one in logger.handlers if one.get_name() == logs.NAME]:
            logger.removeHandler(handler)
    logging.getLogger("taokit").setLevel(logging.NOTSET)
    logging.getLogger().setLevel(logging.WARNING)


@pytest.fixture
def app():
    tree, below = typer.Typer(), typer.Typer(name="below")
    tree.add_typer(below)

    @below.command()
    def look(
        network: Annotated[str, typer.Option("--network", "-n", envvar="BT_NETWORK")] = "finney",
        netuid: Annotated[int | None, typer.Option("--netuid", envvar="BT_NETUID")] = None,
        wallet: Annotated[str | None, typer.Option("--wallet", "-w", envvar="BT_WALLET")] = None,
    ) -> None:
        typer.echo(json.dumps([network, netuid, wallet]))

    @tree.command()
    def other(port: Annotated[int, typer.Option("--port")] = 1) -> None:
        typer.echo(port)

    return tree


@pytest.fixture
def said(app, capsys):
    def run(*argv):
        call(app, ["below", "look", *argv])
        return json.loads(capsys.readouterr().out)

    return run


def written(tmp_path, **values):
    (tmp_path / ".bittensor").mkdir(exist_ok=True)
    (tmp_path / ".bittensor" / "btcli.json").write_text(json.dumps(values))


def test_a_flag_comes_before_a_variable_before_the_file_before_the_default(said, monkeypatch, tmp_path):
    assert said() == ["finney", None, None]
    written(tmp_path, network="test", netuid=3, wallet="me", hotkey="hot", port=9)
    assert said() == ["test", 3, "me/hot"]
    monkeypatch.setenv("BT_SUBTENSOR_NETWORK", "old")
    assert said()[0] == "old"
    monkeypatch.setenv("BT_NETWORK", "new")
    assert said()[0] == "new"
    assert said("-n", "flag", "--netuid", "5") == ["flag", 5, "me/hot"]


def test_the_file_decides_nothing_that_a_command_calls_the_same_by_chance(app, capsys, tmp_path):
    written(tmp_path, port=9)
    call(app, ["other"])
    assert capsys.readouterr().out == "1\n"


def test_a_file_that_does_not_read_is_an_error_but_for_the_doctor(app, tmp_path):
    written(tmp_path)
    (tmp_path / ".bittensor" / "btcli.json").write_text("{")
    with pytest.raises(ConfigurationError, match=r"btcli\.json"):
        call(app, ["other"])


def test_local_may_be_elsewhere(said, monkeypatch):
    monkeypatch.setenv("BT_CHAIN_ENDPOINT", "ws://here")
    assert said("-n", "local")[0] == "ws://here"
    assert said("-n", "test")[0] == "test"


def test_a_hotkey_may_be_named_by_itself(said, monkeypatch):
    assert said("-w", "me", "-H", "hot")[2] == "me/hot"
    monkeypatch.setenv("BT_WALLET_HOTKEY", "cool")
    assert said("-w", "me")[2] == "me/cool"
    assert said("-w", "me/hot")[2] == "me/hot"
    assert said("-w", "//Alice")[2] == "//Alice"
    with pytest.raises(ConfigurationError, match="two hotkeys"):
        said("-w", "me/hot", "-H", "warm")


def test_old_names_are_understood_with_one_line(app, capsys, monkeypatch):
    monkeypatch.setenv("BT_WALLET_NAME", "me")
    call(app, ["below", "look", "--subtensor.network", "test", "--wallet.hotkey=hot"])
    told = capsys.readouterr()
    assert json.loads(told.out) == ["test", None, "me/hot"]
    assert told.err.count("\n") == 1
    for old in ("--subtensor.network is now --network", "--wallet.hotkey is now", "BT_WALLET_NAME is now BT_WALLET"):
        assert old in told.err
    call(app, ["below", "look", "--subtensor.network", "test", "-q"])
    assert capsys.readouterr().err == ""


def test_a_slip_of_the_pen_in_a_variable_is_named(app, capsys, monkeypatch):
    monkeypatch.setenv("TAOKIT_STAET", "x")
    monkeypatch.setenv("TAOKIT_MY_OWN_SETTING", "x")
    call(app, ["other"])
    assert capsys.readouterr().err == (
        "warning: the variable TAOKIT_STAET means nothing here; did you mean TAOKIT_STATE?\n"
    )


@pytest.mark.parametrize(
    ("flag", "level"), [("-q", logging.WARNING), ("-v", logging.INFO), ("-vv", logging.DEBUG), ("-vvv", logging.DEBUG)]
)
def test_how_much_is_said(app, flag, level):
    call(app, ["other", flag])
    assert logging.getLogger("taokit").getEffectiveLevel() == level
    logs.log_to_stderr(as_json=False, verbosity=0)  # what a command wants by itself comes after
    assert logging.getLogger("taokit").getEffectiveLevel() == level


def leaves(command):
    for each in getattr(command, "commands", {}).values():
        yield from leaves(each) if hasattr(each, "commands") else [each]


def test_every_command_with_a_wallet_or_a_network_knows_their_variables():
    wanted = {"network": "BT_NETWORK", "wallet": "BT_WALLET", "wallet_path": "BT_WALLET_PATH"}
    seen = set()
    for command in leaves(typer.main.get_command(real)):
        for param in command.params:
            if param.name in wanted:
                assert param.envvar == wanted[param.name], command.name
                seen.add(param.name)
    assert seen == wanted.keys()
