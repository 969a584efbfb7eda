import json
import signal
import socket
import subprocess
import sys
import time

import pytest
from bittensor_wallet import Keypair, Wallet
from typer.testing import CliRunner

from taokit.cli.app import app
from taokit.cli.wire.loading import Load, quantiles
from taokit.errors import ConfigurationError, KeyFileError
from taokit.testing.samples import SAMPLES
from wire_vectors import ALICE, BOB

KEY = "ab" * 32


def started(*arguments):
    """A test miner in a process of its own, and what it said when it began."""
    command = [sys.executable, "-m", "taokit", "wire", "serve", "--port", "0", "--json", *arguments]
    miner = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    line = miner.stdout.readline()
    if not line:
        pytest.fail(miner.communicate()[1])
    return miner, json.loads(line)


@pytest.fixture(scope="module")
def miner():
    process, told = started()
    yield told
    process.kill()
    process.communicate()


def wire(*arguments, raises=None):
    """Exit code and lines of a command; or what it raised."""
    result = CliRunner().invoke(app, ["wire", *map(str, arguments)])
    if raises is not None:
        assert isinstance(result.exception, raises), result.output
        return str(result.exception), result.exception.hint
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output.splitlines()


def test_a_test_miner_tells_where_it_serves(miner):
    assert miner["hotkey"] == BOB.ss58
    assert set(miner["formats"]) == {"btauth", "legacy", "epistula"}
    assert miner["kinds"] == list(SAMPLES)


@pytest.mark.parametrize("format", ["btauth", "legacy", "epistula/2"])
def test_a_test_validator_asks_it_everything(miner, format):
    code, lines = wire("ask", miner["url"], "--kind", "all", "--format", format, "--json")
    told = [json.loads(line) for line in lines]
    assert code == 0
    assert [one["kind"] for one in told] == list(SAMPLES)
    assert all(one["right"] and one["problem"] is None for one in told)
    assert {one["format"].partition("/")[0] for one in told} == {format.partition("/")[0]}
    assert "".join(next(one for one in told if one["kind"] == "stream")["pieces"]) == "the quick brown fox"


def test_all_kinds_are_asked_but_torch_where_it_is_not_installed(miner, monkeypatch):
    monkeypatch.setattr("taokit.cli.wire.options.find_spec", lambda name: None)
    result = CliRunner().invoke(app, ["wire", "ask", miner["url"], "--kind", "all", "--json"])
    assert result.exit_code == 0
    assert [json.loads(line)["kind"] for line in result.stdout.splitlines()] == [k for k in SAMPLES if k != "torch"]
    assert "taokit[torch]" in result.stderr


def test_pieces_are_shown_before_the_outcome(miner):
    code, lines = wire("ask", miner["url"], "-k", "stream")
    assert code == 0
    assert [line.strip() for line in lines[:4]] == ["'the'", "' quick'", "' brown'", "' fox'"]
    assert lines[4].startswith("ok")


def test_a_question_for_another_hotkey_fails_with_a_hint(miner):
    code, lines = wire("ask", miner["url"], "--hotkey", "//Charlie")
    assert code == 1
    assert lines[0].startswith("FAIL")
    assert "401" in lines[1]
    assert "--hotkey" in lines[2]


def test_nobody_there_fails_with_a_hint():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    code, lines = wire("ask", f"localhost:{port}", "--json")
    told = json.loads(lines[0])
    assert (code, told["outcome"], told["status"]) == (1, "unreachable", 503)
    assert "port" in told["hint"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["ask", "ftp://127.0.0.1"], "no address of a miner"),
        (["ask", "https://127.0.0.1"], "https needs the key"),
        (["ask", "http://127.0.0.1", "--insecure"], "TLS for a URL of plain HTTP"),
        (["ask", "https://127.0.0.1", "--tls-key", "ab"], "no key"),
        (["ask", "https://127.0.0.1", "--tls-key", KEY, "--insecure"], "at once"),
        (["ask", "127.0.0.1", "--sealing-key", KEY[2:]], "no key"),
        (["ask", "127.0.0.1", "--sealed"], "no key to seal a body with"),
        (["ask", "127.0.0.1", "--sealing-key", KEY, "--format", "legacy"], "does not exist in legacy"),
        (["load", "127.0.0.1", "--binary", "--format", "legacy"], "does not exist in legacy"),
        (["ask"], "no miner"),
        (["ask", "127.0.0.1", "--uid", 3], "--uid without --netuid"),
        (["ask", "--netuid", 1], "names a subnet and no miner"),
        (["ask", "--netuid", 1, "--uid", 0, "--hotkey", "//Bob"], "names a subnet and no miner"),
        (["serve", "--tls", "yes"], "--tls is 'yes'"),
        (["ask", "http://127.0.0.1:x"], "no address of a miner"),
        (["ask", "http://127.0.0.1:8091/Echo"], "no address of a miner"),
        (["ask", "http://no.such.host.invalid"], "has no address"),
        (["ask", "127.0.0.1", "--kind", "odd"], "no kind 'odd'"),
        (["ask", "127.0.0.1", "--format", "smoke"], "no format 'smoke'"),
        (["ask", "127.0.0.1", "--hotkey", "5Bad"], "is not an ss58 address"),
        (["load", "127.0.0.1", "--kind", "refusal"], "is no load"),
        (["load", "127.0.0.1", "--kind", "all"], "is no load"),
        (["load", "127.0.0.1", "--rate", 1000, "--seconds", 3000], "3000000 questions"),
        (["serve", "--format", "smoke"], "no format 'smoke'"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_sent(arguments, said):
    message, hint = wire(*arguments, raises=ConfigurationError)
    assert said in message
    assert hint or "has no address" in message


def test_a_wallet_signs(miner, tmp_path):
    wallet = Wallet("me", "hot", str(tmp_path))
    wallet.set_hotkey(Keypair.create_from_uri("//Dave"), encrypt=False, overwrite=True)
    code, lines = wire("ask", miner["url"], "--wallet", "me/hot", "--wallet-path", tmp_path)
    assert (code, lines[0][:2]) == (0, "ok")
    wire("ask", miner["url"], "--wallet", "me/cold", "--wallet-path", tmp_path, raises=KeyFileError)


def test_formats_that_are_off_are_not_answered_and_answers_are_signed_when_asked():
    process, told = started("--format", "btauth", "--sign-answers", "--wallet", "//Alice")
    try:
        code, lines = wire("ask", told["url"], "--hotkey", ALICE.ss58, "--json")
        assert (code, json.loads(lines[0])["signed"]) == (0, True)
        code, lines = wire("ask", told["url"], "--hotkey", ALICE.ss58, "--format", "legacy", "--json")
        off = json.loads(lines[0])
        assert wire("ask", told["url"], "--hotkey", ALICE.ss58, "-k", "stream")[0] == 0
        assert (code, off["status"]) == (1, 400)
        assert "btauth/1" in off["hint"]
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=20)
    assert process.returncode == 0
    assert {(one["route"], one["outcome"]) for one in map(json.loads, log.splitlines()) if "route" in one} >= {
        ("Echo", "ok"),
        ("Tokens", "ok"),
    }


def test_a_miner_stops_when_its_time_is_over():
    process, _ = started("--seconds", "0.1")
    assert process.wait(timeout=20) == 0
    process.communicate()


MESSAGES = "taokit.testing.conformance.messages"


def test_a_message_of_ones_own_is_asked_with_its_fields(miner):
    code, lines = wire("ask", miner["url"], "--message", f"{MESSAGES}:Echo", "--set", "text=17")
    assert (code, lines[1].strip()) == (0, '{"reply": "17"}')
    code, lines = wire("ask", miner["url"], "-m", f"{MESSAGES}:Slow", "--set", "seconds=0.01", "--json")
    told = json.loads(lines[0])
    assert (code, told["kind"], told["answer"]) == (0, "Slow", {"done": True})
    code, lines = wire("ask", miner["url"], "-m", f"{MESSAGES}:Tokens", "--set", "prompt=a b", "--stream")
    assert (code, [line.strip() for line in lines[:2]]) == (0, ["'a'", "' b'"])
    code, lines = wire("load", miner["url"], "-m", f"{MESSAGES}:Blob", "--rate", 100, "--seconds", 0.1, "--json")
    assert (code, json.loads(lines[0])["ok"]) == (0, 10)


def test_a_message_that_cannot_be_asked_so_says_what_is_wrong():
    spec = f"{MESSAGES}:Nested"
    message, hint = wire("ask", "127.0.0.1", "-m", spec, "--set", "total=1", raises=ConfigurationError)
    assert ("total" in message, hint) == (True, "it asks points, origin, options, flags")
    message, _ = wire("ask", "127.0.0.1", "-m", spec, "--set", "flags=[7]", raises=ConfigurationError)
    assert "flags" in message
    wire("ask", "127.0.0.1", "-m", spec, "--kind", "plain", raises=ConfigurationError)
    wire("ask", "127.0.0.1", "--set", "text=x", raises=ConfigurationError)
    wire("load", "127.0.0.1", "--set", "text=x", raises=ConfigurationError)


def test_a_load_tells_what_was_served_and_how_long_it_took(miner):
    code, lines = wire("load", miner["url"], "--rate", 100, "--seconds", 0.5, "--json")
    told = json.loads(lines[0])
    assert code == 0
    assert (told["planned"], told["sent"], told["ok"], told["unsent"], told["refusals"]) == (50, 50, 50, 0, [])
    assert 0 < told["latency_seconds"]["p50"] <= told["latency_seconds"]["p99"] <= told["latency_seconds"]["max"]
    assert told["seconds"] >= 49 / 100
    assert told["rate"] == pytest.approx(50 / told["seconds"])


def test_a_load_that_is_refused_says_how(miner):
    code, lines = wire("load", miner["url"], "--rate", 100, "--seconds", 0.1, "--hotkey", "//Charlie")
    assert code == 1
    assert "served 0" in lines[1]
    assert lines[2].split(maxsplit=1) == ["10", "not served, status 401: not verified"]
    assert "hint: is --hotkey the one that it serves as" in lines[3]


def test_quantiles_are_of_the_nearest_rank():
    assert quantiles([]) == {}
    assert quantiles([3.0]) == {"p50": 3.0, "p90": 3.0, "p99": 3.0, "max": 3.0}
    assert quantiles([float(i) for i in range(1000, 0, -1)]) == {
        "p50": 500.0,
        "p90": 900.0,
        "p99": 990.0,
        "max": 1000.0,
    }


def test_a_load_that_is_interrupted_tells_what_there_is(miner):
    with subprocess.Popen(
        [sys.executable, "-m", "taokit", "wire", "load", miner["url"], "--rate", "50", "--seconds", "600", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        time.sleep(3)  # no sign says that it has begun to ask
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=20)
    told = json.loads(said)
    assert (process.returncode, errors, told["interrupted"]) == (0, "", True)
    assert 0 < told["ok"] <= told["sent"] < told["planned"] == 30_000


def test_a_miner_behind_tls_takes_sealed_bodies_from_who_has_its_keys(tmp_path):
    process, told = started(
        "--tls", "only", "--sealing", "require", "--keys", str(tmp_path), "-k", "numpy", "-k", "stream"
    )
    try:
        url, keys = told["url"], ("--tls-key", told["tls_key"], "--sealing-key", told["sealing_key"])
        assert (url[:8], told["kinds"]) == ("https://", ["numpy", "stream"])
        code, lines = wire("ask", url, *keys, "-k", "numpy", "-k", "stream", "--binary", "--json")
        assert (code, [json.loads(line)["right"] for line in lines]) == (0, [True, True])
        code, lines = wire("ask", url, *keys, "-k", "list")
        assert (code, "unknown message" in lines[1]) == (1, True)
        code, lines = wire("ask", url, "--insecure", "--sealing-key", told["sealing_key"], "-k", "numpy")
        assert (code, told["tls_key"] in lines[0], lines[1][:2]) == (0, True, "ok")
        code, lines = wire("ask", url, "--tls-key", "01" + told["sealing_key"], "-k", "numpy")
        assert (code, "another TLS key" in lines[1]) == (1, True)
        code, lines = wire("ask", url, "--tls-key", told["tls_key"], "-k", "numpy")
        assert (code, "status 400" in lines[1]) == (1, True)  # a plain body
        code, lines = wire("ask", url.replace("https", "http"), "-k", "numpy")
        assert (code, "https://" in lines[2]) == (1, True)
        code, lines = wire("load", url, *keys, "-k", "stream", "--rate", 50, "--seconds", 0.2, "--json")
        assert (code, json.loads(lines[0])["ok"]) == (0, 10)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=20)
    assert process.returncode == 0
    again, told_again = started("--tls", "both", "--sealing", "offer", "--keys", str(tmp_path))
    again.kill()
    again.communicate()
    assert (told_again["tls_key"], told_again["sealing_key"]) == (told["tls_key"], told["sealing_key"])


def test_a_load_says_when_this_machine_is_its_limit(miner):
    code, lines = wire("load", miner["url"], "--rate", 10_000, "--seconds", 0.1, "--timeout", 1)
    assert code in (0, 1)
    assert "this machine is the limit" in lines[-1]


def test_latency_counts_from_when_a_question_was_due():
    found = Load(planned=2)
    found.late.extend([0.0, 0.2])
    assert found.client_limits() == ["it sent 200 ms late (p99)"]
    assert Load(planned=1).client_limits() == []
