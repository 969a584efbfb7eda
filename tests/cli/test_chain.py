"""`taokit chain`, over a real socket to a devnet, and what is wrong with a command line."""

import json

import pytest
from typer.testing import CliRunner

from chains import ALICE, BOB
from taokit.blocking import Portal
from taokit.chain import reads
from taokit.cli.app import app
from taokit.cli.chain.forms import argument, line, plain
from taokit.connect import connect
from taokit.devnet import Devnet
from taokit.devnet.rpc import Server
from taokit.errors import ConfigurationError, DispatchFailed, UnknownBlock, UnknownName
from taokit.units import Rao


@pytest.fixture(scope="module")
def node():
    """The address of a devnet behind a socket."""
    with Portal("node") as portal:
        server, port = portal.call(started())
        yield f"ws://127.0.0.1:{port}"
        portal.call(server.stop())


async def started():
    server = Server(Devnet.subnet(miners=2, validators=1), port=0)
    return server, await server.start()


def run(*args, node, code=0):
    """What a command prints; an error is raised."""
    result = CliRunner().invoke(app, ["chain", *args, "--network", node], standalone_mode=False)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert (result.return_value or 0) == code
    return result.stdout


@pytest.mark.parametrize(
    ("args", "printed"),
    [
        (["SubtensorModule.Tempo", "1"], "360"),
        (["Balances.ExistentialDeposit"], "500"),
        (["SwapRuntimeApi.current_alpha_price", "0"], "1000000000"),
        (["SubtensorModule.Tempo"], "0  100\n1  360"),
        (["SubtensorModule.Uids", "1", ALICE.ss58], "null"),
        (["SubtensorModule.Weights", "1"], "no entries"),
    ],
)
def test_read(node, args, printed):
    assert run("read", *args, node=node).strip() == printed


def test_read_as_json_tells_the_block(node):
    told = json.loads(run("read", "SubtensorModule.Keys", "1", "--limit", "2", "--json", node=node))
    assert (told["name"], len(told["value"]), told["more"]) == ("SubtensorModule.Keys", 2, True)
    again = json.loads(run("read", "System.Number", "--at", told["hash"], "--json", node=node))
    assert again["value"] == again["block"] == told["block"]
    number = told["block"] - 1
    earlier = json.loads(run("read", "System.Number", "--at", str(number), "--json", node=node))
    assert earlier["value"] == number
    assert "more" not in earlier


@pytest.mark.parametrize(
    ("args", "error", "hint"),
    [
        (["SubtensorModule.Temp", "1"], UnknownName, "did you mean SubtensorModule.Tempo?"),
        (["System.Number", "--at", "soon"], ConfigurationError, "0x and 64 digits"),
        (["System.Number", "--at", "99999999"], UnknownBlock, ""),
    ],
)
def test_what_cannot_be_read(node, args, error, hint):
    with pytest.raises(error) as caught:
        run("read", *args, node=node)
    assert hint in (caught.value.hint or "")


PAY = ("call", "Balances.transfer_keep_alive", "--arg", f"dest={BOB.ss58}", "--wallet", "//Alice")


def test_a_dry_run_sends_nothing(node):
    said = run(*PAY, "--arg", "value=1000", "--dry-run", node=node)
    assert f"signed by {ALICE.ss58}" in said
    assert said.strip().endswith("rehearsal passes")
    told = json.loads(run(*PAY, "--arg", "value=1000", "--dry-run", "--json", node=node))
    assert told["passes"] is True
    assert told["fee_rao"] > 0
    with connect(node) as chain:
        assert chain.read(reads.nonce(ALICE.ss58)) == 0


def test_a_dry_run_that_is_refused_exits_with_one(node):
    args = (*PAY, "--arg", f"value={2**62}", "--dry-run")
    told = json.loads(run(*args, "--json", node=node, code=1))
    assert (told["passes"], told["refusal"]) == (False, "Token.FundsUnavailable")
    assert told["hint"]
    with pytest.raises(DispatchFailed, match="FundsUnavailable"):
        run(*args, node=node)


def test_a_call_is_made_after_a_yes(node):
    with connect(node) as chain:
        before = chain.read(reads.balance(BOB.ss58))
        told = json.loads(run(*PAY, "--arg", "value=1000", "--yes", "--json", node=node))
        assert chain.read(reads.balance(BOB.ss58)) - before == Rao(1000)
        assert told["block"] == chain.head().number
    assert "Balances.Transfer" in [event["name"] for event in told["events"]]
    assert "in block" in run(*PAY, "--arg", "value=1000", "--yes", "--wait", "finalized", node=node)


@pytest.mark.parametrize(
    ("args", "said", "hint"),
    [
        ((*PAY, "--arg", "value=1"), "nobody is there to say yes", "--yes"),
        ((*PAY, "--arg", "valu=1"), "takes no valu", "did you mean value?"),
        ((*PAY,), "lacks value", "--arg dest="),
        ((*PAY, "--arg", "value"), "has no value", "--arg netuid=1"),
        (("call", "System.remark", "--arg", "remark=0x00"), "--wallet is missing", "//miner/0"),
    ],
)
def test_a_call_that_is_not_sent(node, args, said, hint):
    with pytest.raises(ConfigurationError) as caught:
        run(*args, node=node)
    assert said in str(caught.value)
    assert hint in caught.value.hint


def test_a_call_that_the_chain_does_not_have(node):
    with pytest.raises(UnknownName) as caught:
        run("call", "Balances.transfer_keepalive", "--wallet", "//Alice", node=node)
    assert caught.value.hint == "did you mean Balances.transfer_keep_alive?"


def test_a_development_key_signs_on_no_real_network():
    with pytest.raises(ConfigurationError, match="a development key"):
        run("call", "System.remark", "--arg", "remark=0x00", "--wallet", "//Alice", node="finney")


@pytest.mark.parametrize(
    ("text", "value"), [("5", 5), ("true", True), ("null", None), ("[1, 2]", [1, 2]), ("0x05", "0x05"), ("5F", "5F")]
)
def test_arguments(text, value):
    assert argument(text) == value


def test_values_are_printed_as_json_has_them():
    assert plain({1: (b"\x01", None)}) == {"1": ["0x01", None]}
    assert (line("α"), line([1, "α"]), line(None)) == ("α", '[1, "α"]', "null")
