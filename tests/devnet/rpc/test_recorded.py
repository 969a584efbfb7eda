"""What real clients say when they connect, in their words, against the server."""

import json
import re
from pathlib import Path

import pytest

RECORDED = Path(__file__).parents[4] / "shared" / "fixtures" / "rpc"
CLIENTS = ("substrate-interface-1.8.1", "async-substrate-interface-2.2.1", "bittensor-11.3.0")
HASH = re.compile(r"0x[0-9a-f]{64}\Z")


def examples(name):
    """Requests and the answers that were recorded, in order."""
    path = RECORDED / f"{name}.md"
    if not path.exists():
        pytest.skip("the recordings are not here")
    lines = [json.loads(line) for line in path.read_text().splitlines() if line.startswith("{")]
    requests = [one for one in lines if "method" in one and "id" in one]
    answers = {one["id"]: one for one in lines if "result" in one}
    return [(one, answers[one["id"]]["result"]) for one in requests]


def with_hash(given, head):
    """The recorded parameters, with a block of this chain for one of the recorded chain, and whole keys as they are."""
    return head if isinstance(given, str) and HASH.match(given) else given


def kind(value):
    if isinstance(value, dict):
        return {name: kind(inside) for name, inside in value.items() if inside is not None}
    return "hex" if isinstance(value, str) and value.startswith("0x") else type(value).__name__


@pytest.mark.parametrize("name", CLIENTS)
async def test_each_request_gets_an_answer_of_its_kind(client, name):
    head = await client.result("chain_getHead")
    for request, recorded in examples(name):
        method, params = request["method"], request["params"]
        if "..." in json.dumps(params) or method.startswith("author_"):
            continue  # shortened, or signed for another chain
        if method.startswith("chain") or "RuntimeVersion" in method or "etadata" in method or params[-1:] != params[:1]:
            params = [*params[:-1], with_hash(params[-1], head)] if params else params
        said = await client.ask(method, *params)
        assert "result" in said, (method, params, said)
        if method not in ("chain_unsubscribeNewHeads", "chain_subscribeNewHeads", "state_getStorageAt"):
            assert kind(said["result"]) == kind(recorded), method
