"""Old names of flags and variables, and what is said about them."""

import pytest
from pydantic import BaseModel

from taokit import Miner, Synapse
from taokit.errors import ConfigurationError
from taokit.run.options import OPTIONS, parse
from taokit.run.precedence import outdated, renamed, unknown


class Ask(Synapse):
    word: str


class Answers(Miner):
    class Settings(BaseModel):
        depth: int = 3

    async def forward(self, synapse: Ask) -> Ask:
        return synapse


def parsed(*argv, environment=None):
    return parse(["--netuid", "1", *argv], environment or {}, cls=Answers)


@pytest.mark.parametrize(
    ("argv", "now"),
    [
        (["--wallet.name", "a"], ["--wallet", "a"]),
        (["--wallet.name=a"], ["--wallet", "a"]),
        (["--subtensor.network", "a", "--subtensor.chain_endpoint", "b"], ["--network", "b"]),
        (["--subtensor.chain_endpoint", "b", "--subtensor.network", "a"], ["--network", "b"]),
        (["--network", "c", "--subtensor.network", "a"], ["--network", "c"]),
        (["-n", "c", "--subtensor.network", "a"], ["-n", "c"]),
        (["--neuron.depth", "7"], ["--set", "depth=7"]),
        (["--neuron.epoch_length", "100", "--json"], ["--json"]),
        (["--neuron.disable_set_weights", "--json"], ["--json"]),
        (["--logging.debug", "--json"], ["-v", "--json"]),
        (["--logging.trace"], ["-vv"]),
        (["--logging.logging_dir", "/x"], []),
        (["--axon.prot", "1"], ["--axon.prot", "1"]),
        (["set", "w.csv", "--", "--wallet.name"], ["set", "w.csv", "--", "--wallet.name"]),
        (["--state-dir", "./a.b", "x.y"], ["--state-dir", "./a.b", "x.y"]),
    ],
)
def test_dotted_flags_in_todays_names(argv, now):
    assert list(renamed(argv, OPTIONS, settings=["depth"]).argv) == now


def test_a_setting_of_the_class_may_be_given_as_of_old():
    choices = parsed("--neuron.depth", "7", "--neuron.name", "x")
    assert choices.settings == {"depth": "7"}
    (note,) = choices.notes
    assert "--neuron.depth is now --set depth=VALUE" in note
    assert "--neuron.name means nothing here" in note


def test_a_slip_of_the_pen_in_a_dotted_flag_is_an_error():
    with pytest.raises(ConfigurationError, match=r"--axon\.prot"):
        parsed("--axon.prot", "1")


def test_old_variables_say_how_much_is_logged():
    assert parsed(environment={"BT_LOGGING_DEBUG": "1"}).verbosity == 1
    assert parsed(environment={"BT_LOGGING_DEBUG": "0"}).verbosity == 0
    assert parsed(environment={"BT_LOGGING_DEBUG": "true", "BT_LOGGING_TRACE": "1"}).verbosity == 2
    assert parsed("-q", environment={"BT_LOGGING_DEBUG": "1"}).verbosity == -1
    assert "BT_LOGGING_DEBUG is now -v" in outdated((), OPTIONS, {"BT_LOGGING_DEBUG": "1"})[0]


def test_a_script_may_be_told_not_to_read_its_command_line(monkeypatch):
    monkeypatch.setattr("sys.argv", ["miner.py", "--nonsense"])
    told = {"BT_NETUID": "3", "BT_NO_PARSE_CLI_ARGS": "1"}
    assert parse(None, told, cls=Answers).netuid == 3
    with pytest.raises(ConfigurationError, match="--nonsense"):
        parse(None, {"BT_NETUID": "3"}, cls=Answers)


def test_two_keys_on_one_command_line_are_one_too_many():
    assert parsed("--mnemonic-file", "/w").mnemonic_file == "/w"
    assert parsed("--wallet", "me", environment={"TAOKIT_MNEMONIC_FILE": "/w"}).mnemonic_file is None
    with pytest.raises(ConfigurationError, match="two keys"):
        parsed("--wallet", "me", "--mnemonic-file", "/w")


@pytest.mark.parametrize("text", ["0", "-1", "inf", "nan", "x", "1e9"])
def test_a_deadline_is_some_seconds(text):
    with pytest.raises(ConfigurationError, match="--deadline is"):
        parsed("--deadline", text)


def test_strange_variables_or_only_those_that_are_near_to_one():
    environment = {"TAOKIT_STAET": "x", "TAOKIT_ZZZZZ": "x", "OTHER": "x"}
    assert len(unknown(["TAOKIT_STATE"], environment)) == 2
    (said,) = unknown(["TAOKIT_STATE"], environment, near=True)
    assert said == "the variable TAOKIT_STAET means nothing here; did you mean TAOKIT_STATE?"
