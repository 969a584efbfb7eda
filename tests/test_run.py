"""What one neuron is told on its command line, in variables and in files, and how it ends."""

import json
import logging
import sys

import pytest
from pydantic import BaseModel

from taokit import Miner, Synapse, Validator
from taokit.errors import (
    ConfigurationError,
    KeyFileError,
    NoSuchSubnet,
    NotRegistered,
    PoolRefused,
    StateCorrupt,
    TimedOut,
    Unreachable,
)
from taokit.run import exit_code, load_class, on_this_machine, pairs, parse, read_config, report, run, unknown_variables
from taokit.run.logs import JsonLines


class Ask(Synapse):
    word: str
    answer: str | None = None


class Answers(Miner):
    class Settings(BaseModel):
        depth: int = 3
        model: str = "small"

    async def forward(self, synapse: Ask) -> Ask:
        return synapse


def parsed(*argv, environment=None, config=None):
    return parse(["--netuid", "1", *argv], environment or {}, cls=Answers, config=config)


NETWORKS = [
    (["--network", "a"], {"BT_NETWORK": "b"}, {"network": "c"}, "a"),
    (["-n", "a"], {}, {}, "a"),
    ([], {"BT_NETWORK": "b", "BT_SUBTENSOR_NETWORK": "d"}, {"network": "c"}, "b"),
    ([], {"BT_SUBTENSOR_NETWORK": "d"}, {"network": "c"}, "d"),
    ([], {"BT_NETWORK": ""}, {"network": "c"}, "c"),
    ([], {}, {}, "finney"),
    (["--network", "local"], {"BT_CHAIN_ENDPOINT": "ws://here"}, {}, "ws://here"),
    (["--network", "test"], {"BT_CHAIN_ENDPOINT": "ws://here"}, {}, "test"),
]


@pytest.mark.parametrize(("argv", "environment", "config", "chosen"), NETWORKS)
def test_a_flag_comes_before_a_variable_before_the_file_before_the_default(argv, environment, config, chosen):
    assert parsed(*argv, environment=environment, config=config).network == chosen


def test_other_nodes_are_listed_with_commas():
    one, other = "ws://a:1", "wss://b"
    chosen = parsed("--fallback-endpoints", f"{one}, {other}", environment={"BT_ARCHIVE_ENDPOINTS": other})
    assert (chosen.fallback_endpoints, chosen.archive_endpoints) == ((one, other), (other,))
    assert parsed(config={"fallback_endpoints": one}).fallback_endpoints == (one,)
    assert parsed().fallback_endpoints == parsed().archive_endpoints == ()


@pytest.mark.parametrize(("text", "chosen"), [("yes", True), ("True", True), ("1", True), ("no", False), ("0", False)])
def test_retrying_forever_is_yes_or_no(text, chosen):
    assert parsed("--retry-forever", text).retry_forever is chosen
    assert parsed(environment={"BT_RETRY_FOREVER": text}).retry_forever is chosen
    assert not parsed().retry_forever
    with pytest.raises(ConfigurationError, match="neither yes nor no"):
        parsed("--retry-forever", "perhaps")


VARIABLES = {
    "BT_WALLET": ("wallet", "me/hot"),
    "BT_WALLET_HOTKEY": ("wallet_hotkey", "hot"),
    "BT_WALLET_PATH": ("wallet_path", "/w"),
    "BT_AXON_IP": ("host", "10.0.0.1"),
    "BT_AXON_PORT": ("port", 9000),
    "BT_AXON_EXTERNAL_IP": ("external_ip", "203.0.113.7"),
    "BT_AXON_EXTERNAL_PORT": ("external_port", 9001),
    "TAOKIT_STATE": ("state_dir", "/s"),
    "TAOKIT_PRIVATE_PORT": ("private_port", 9090),
    "TAOKIT_PRIVATE_HOST": ("private_host", "10.0.0.2"),
}


@pytest.mark.parametrize(("variable", "field", "value"), [(k, *v) for k, v in VARIABLES.items()])
def test_each_variable_is_read(variable, field, value):
    assert getattr(parsed(environment={variable: str(value)}), field) == value


OLD = {
    "--wallet.name": ("wallet", "me"),
    "--wallet.hotkey": ("wallet_hotkey", "hot"),
    "--wallet.path": ("wallet_path", "/w"),
    "--subtensor.network": ("network", "test"),
    "--subtensor.chain_endpoint": ("network", "ws://there"),
    "--axon.ip": ("host", "10.0.0.1"),
    "--axon.port": ("port", "9000"),
    "--axon.external_ip": ("external_ip", "203.0.113.7"),
    "--axon.external_port": ("external_port", "9001"),
}


@pytest.mark.parametrize("flag", OLD)
def test_a_dotted_flag_still_works_and_one_line_names_the_new_one(flag):
    field, value = OLD[flag]
    choices = parsed(flag, value)
    assert str(getattr(choices, field)) == value
    (note,) = choices.notes
    assert f"{flag} is now --" in note


def test_all_old_names_together_are_one_line():
    choices = parsed("--wallet.name", "a", "--axon.port", "1", environment={"BT_SUBTENSOR_NETWORK": "test"})
    (note,) = choices.notes
    assert "--wallet.name is now --wallet" in note
    assert "BT_SUBTENSOR_NETWORK is now BT_NETWORK" in note


def test_settings_come_from_variables_and_flags_win():
    environment = {"TAOKIT_DEPTH": "7", "TAOKIT_MODEL": "large", "DEPTH": "9"}
    assert parsed("--set", "depth=8", environment=environment).settings == {"depth": "8", "model": "large"}


def test_a_variable_that_means_nothing_is_named_with_the_nearest_one_that_does():
    environment = {"TAOKIT_DEPHT": "1", "TAOKIT_STATE": "/s", "TAOKIT_DEPTH": "2", "BT_WHATEVER": "x"}
    environment["TAOKIT_DEVNET_URL"] = "ws://127.0.0.1:9944"  # of `taokit devnet mine` and the like
    assert unknown_variables([Answers], environment) == [
        "the variable TAOKIT_DEPHT means nothing here; did you mean TAOKIT_DEPTH?"
    ]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--port", "x"], "--port is 'x'"),
        (["--port", "65536"], "--port is '65536'"),
        (["--port", "²"], "--port is '²'"),
        (["--netuid", "4096"], "--netuid is '4096'"),
        (["--netuid", "-1"], "--netuid"),
        (["--external-port", ""], "--external-port is ''"),
        (["--set", "depth"], "--set depth"),
        (["--set", "=3"], "--set =3"),
        (["--nonsense"], "--nonsense"),
        (["--net", "test"], "--net"),
        (["stray"], "stray"),
    ],
)
def test_a_command_line_that_does_not_read_is_one_sentence_and_one_hint(argv, said):
    with pytest.raises(ConfigurationError, match=r"\A[^\n]*\Z") as caught:
        parsed(*argv)
    assert said in str(caught.value)
    assert caught.value.hint


def test_the_netuid_is_asked_for():
    with pytest.raises(ConfigurationError, match="--netuid is missing"):
        parse([], {}, cls=Answers)
    assert parse([], {"BT_NETUID": "7"}, cls=Answers).netuid == 7


def test_how_much_is_logged():
    told = {(): 0, ("-q",): -1, ("-v",): 1, ("-vv",): 2, ("--logging.debug",): 1}
    assert {flags: parsed(*flags).verbosity for flags in told} == told


def test_the_configuration_file_of_btcli_is_read(tmp_path):
    assert read_config({}, tmp_path) == {}
    file = tmp_path / ".bittensor" / "btcli.json"
    file.parent.mkdir()
    file.write_text(json.dumps({"network": "test", "wallet": "me", "hotkey": "hot", "theme": "dark", "netuid": 3}))
    assert read_config({}, tmp_path) == {"network": "test", "wallet": "me", "wallet_hotkey": "hot", "netuid": "3"}
    elsewhere = tmp_path / "other.json"
    elsewhere.write_text('{"network": "local"}')
    assert read_config({"BTCLI_CONFIG": str(elsewhere)}, tmp_path) == {"network": "local"}
    for content in ("{", "[]"):
        file.write_text(content)
        with pytest.raises(ConfigurationError, match=r"btcli\.json"):
            read_config({}, tmp_path)


def test_pairs():
    assert pairs(["a=1", "b=x=y", "c="]) == {"a": "1", "b": "x=y", "c": ""}


@pytest.fixture
def modules(tmp_path, monkeypatch):
    """A folder to write modules in, which is the current one."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in sys.modules[name].__file__:
            del sys.modules[name]


GOOD = """
from taokit import Miner, Synapse

class Ask(Synapse):
    word: str

class Mine(Miner):
    async def forward(self, synapse: Ask) -> Ask:
        return synapse
"""


def test_a_class_is_found_by_its_name(modules):
    (modules / "good_one.py").write_text(GOOD)
    assert load_class("good_one:Mine", Miner).__name__ == "Mine"


@pytest.mark.parametrize(
    ("spec", "content", "said", "hint"),
    [
        ("no_colon", None, "does not name a class", "package.module:Class"),
        (":Mine", None, "does not name a class", "package.module:Class"),
        ("absent:Mine", None, "no module 'absent'", "install"),
        ("one:Yours", GOOD, "one has no Miner named 'Yours'", "it has: Mine"),
        ("one:Ask", GOOD, "one has no Miner named 'Ask'", "it has: Mine"),
        ("one:Miner", GOOD, "one has no Miner named 'Miner'", "it has: Mine"),
        ("one:Mine", "import nothing_at_all\n", "no module 'nothing_at_all'", "install"),
        ("one:Mine", "x = 1\ny = undefined\n", r"NameError: .*one.py, line 2\)$", "mend it"),
        ("one:Mine", "x = (\n", r"SyntaxError: .*one.py, line 1\)$", "mend it"),
        ("one:Mine", GOOD.replace(": Ask)", ")"), r"no message type.*one.py, line 7\)$", "YourMessage"),
    ],
)
def test_a_class_that_cannot_be_had_is_named_with_what_is_there(modules, spec, content, said, hint):
    if content is not None:
        (modules / "one.py").write_text(content)
    with pytest.raises(ConfigurationError, match=said) as caught:
        load_class(spec, Miner)
    assert hint in caught.value.hint


def test_a_validator_is_no_miner(modules):
    (modules / "one.py").write_text(GOOD)
    with pytest.raises(ConfigurationError, match="one has no Validator named 'Mine'"):
        load_class("one:Mine", Validator)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError("x"), 2),
        (KeyFileError("x"), 2),
        (StateCorrupt("x"), 2),
        (NotRegistered("5Hot", 1), 4),
        (NoSuchSubnet("x"), 2),
        (Unreachable("x"), 3),
        (TimedOut("x"), 3),
        (PoolRefused("x"), 1),
    ],
)
def test_each_error_has_its_exit_code(error, code, capsys):
    assert exit_code(error) == report(error, as_json=False) == code
    assert capsys.readouterr().err.startswith("error: ")


def test_an_error_for_programs_is_one_object(capsys):
    report(ConfigurationError("what", hint="do"), as_json=True)
    assert json.loads(capsys.readouterr().err) == {"error": "what", "hint": "do", "kind": "ConfigurationError"}


def test_run_ends_the_process_with_the_code_of_the_error(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(SystemExit) as ended:
        run(Answers, ["--netuid", "x"])
    assert ended.value.code == 2
    assert "--netuid is 'x'" in capsys.readouterr().err


def test_a_password_may_be_in_a_file(tmp_path):
    from taokit.run import wallet_password

    file = tmp_path / "password"
    file.write_text("secret\nnot this\n")
    assert wallet_password({}) is None
    assert wallet_password({"BT_WALLET_PASSWORD_FILE": str(file)}) == "secret"
    assert wallet_password({"BT_WALLET_PASSWORD": "first", "BT_WALLET_PASSWORD_FILE": str(file)}) == "first"
    with pytest.raises(ConfigurationError, match="cannot read"):
        wallet_password({"BT_WALLET_PASSWORD_FILE": str(tmp_path)})


def test_a_log_record_for_programs_is_one_line():
    try:
        raise ValueError("a\nb")
    except ValueError:
        record = logging.LogRecord("taokit.x", 40, "f", 1, "said %s", ("it\n",), sys.exc_info())
    line = JsonLines().format(record)
    assert "\n" not in line
    said = json.loads(line)
    assert (said["level"], said["logger"], said["message"]) == ("ERROR", "taokit.x", "said it\n")
    assert "ValueError" in said["traceback"]


@pytest.mark.parametrize(
    ("network", "here"),
    [
        ("devnet", True),
        ("local", True),
        ("ws://127.0.0.1:9944", True),
        ("ws://[::1]:9944", True),
        ("ws://localhost:9944", True),
        ("finney", False),
        ("wss://localhost.example.org:443", False),
        ("ws://10.0.0.1:9944", False),
    ],
)
def test_development_keys_are_for_chains_of_this_machine(network, here):
    assert on_this_machine(network) is here
