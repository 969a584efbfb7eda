import asyncio
import json
import socket
from importlib.util import find_spec

import aiohttp
import pytest

import taokit
from organic_gateway import MAX_BODY, PER_MINUTE, Failure, GatewayValidator, Visits, chunks
from taokit.neuron import Budget
from text_prompting import CARRIER, Prompt, embedder

QUESTION = {"model": "subnet", "messages": [{"role": "user", "content": "Why?"}]}
pytestmark = pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)


class Echo(taokit.Miner):
    async def forward(self, synapse: Prompt) -> Prompt:
        synapse.answer = f"you asked: {synapse.question}"
        return synapse


class Silent(taokit.Miner):
    async def forward(self, synapse: Prompt) -> Prompt:
        return synapse


class Wordy(taokit.Miner):
    async def forward(self, synapse: Prompt) -> Prompt:
        synapse.answer = "a " * 1000
        return synapse


class Slow(Silent):
    asked = asyncio.Event()

    async def forward(self, synapse: Prompt) -> Prompt:
        if synapse.question != "quick":
            self.asked.set()
            await asyncio.sleep(30)
        synapse.answer = "here"
        return synapse


class Door(GatewayValidator):
    """The gateway without the sentence model, which only rounds need."""

    async def setup(self):
        await self.open()

    async def run_round(self, round):
        return dict.fromkeys(round.uids, 1.0)

    def tokens(self, text):
        return len(text.split())


class Poor(Door):
    organic_budget = Budget(at_once=1, per_minute=1)


class Narrow(Door):
    organic_budget = Budget(at_once=1, per_minute=1000)


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(http, door, body=None, *, key="one", path="chat/completions", data=None):
    options = {"json": QUESTION | (body or {})} if data is None else {"data": data}
    headers = {"Authorization": f"Bearer {key}"}
    async with http.post(f"{door.role.address}/v1/{path}", headers=headers, **options) as response:
        return response.status, await response.json(), response.headers


async def events(http, door, **body):
    """The lines of a stream of server-sent events, each with what it says."""
    options = {"json": QUESTION | {"stream": True} | body, "headers": {"Authorization": "Bearer one"}}
    async with http.post(f"{door.role.address}/v1/chat/completions", **options) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        sent = (await response.text()).removesuffix("\n\n").split("\n\n")
    assert sent[-1] == "data: [DONE]"
    return [json.loads(event.removeprefix("data: ")) for event in sent[:-1]]


async def test_users_are_answered_by_miners(neuron, clock, http):
    async with neuron(Echo), neuron(Silent), neuron(Door, keys="one, two") as door:
        await clock.blocks(3)
        status, said, _ = await ask(http, door, {"temperature": 0.3})
        assert status == 200
        assert (said["object"], said["model"]) == ("chat.completion", "subnet")
        assert [choice["message"] for choice in said["choices"]] == [
            {"role": "assistant", "content": "you asked: Why?"}
        ]
        assert said["usage"] == {"prompt_tokens": 1, "completion_tokens": 3, "total_tokens": 4}
        async with http.get(f"{door.role.address}/v1/models", headers={"Authorization": "Bearer two"}) as response:
            assert [model["id"] for model in (await response.json())["data"]] == ["subnet"]


async def test_each_choice_is_another_miners_and_a_stream_tells_them_word_by_word(neuron, clock, http):
    async with neuron(Echo), neuron(Echo), neuron(Door, keys="one") as door:
        await clock.blocks(3)
        _, said, _ = await ask(http, door, {"n": 2})
        pieces = await events(http, door, n=2, stream_options={"include_usage": True})
        assert all("usage" not in piece for piece in await events(http, door))
    assert [choice["index"] for choice in said["choices"]] == [0, 1]
    assert {(piece["object"], piece["id"]) for piece in pieces} == {("chat.completion.chunk", pieces[0]["id"])}
    assert (pieces[-1]["choices"], pieces[-1]["usage"]["completion_tokens"]) == ([], 6)
    for place in (0, 1):
        choices = [choice for piece in pieces for choice in piece["choices"] if choice["index"] == place]
        assert [choice["delta"].get("role") for choice in choices] == ["assistant", None, None, None, None]
        assert "".join(choice["delta"].get("content", "") for choice in choices) == "you asked: Why?"
        assert [choice["finish_reason"] for choice in choices] == [None] * 4 + ["stop"]


def test_the_words_of_a_stream_make_the_answer():
    for text in ("one", "one two", " one\n\n  two ", "1. a\n2. b\n", "öß 漢字"):
        assert "".join(piece["choices"][0]["delta"].get("content", "") for piece in chunks([text], None)) == text


async def test_strangers_and_bad_requests_are_told_so(neuron, clock, http):
    async with neuron(Echo), neuron(Door, keys="one") as door:
        await clock.blocks(3)
        for key in ("", "on", "one,", "öne"):
            status, said, _ = await ask(http, door, key=key)
            assert (status, said["error"]["code"]) == (401, "invalid_api_key")
        for path in ("chat/completions", "nothing"):
            async with http.post(f"{door.role.address}/v1/{path}") as response:
                assert response.status == 401
        for body in ({"messages": []}, {"messages": "Why?"}, {"n": 0}, {"n": 99}, {"stream": "perhaps"}):
            status, said, _ = await ask(http, door, body)
            (field,) = body
            assert (status, said["error"]["type"]) == (400, "invalid_request_error")
            assert (said["error"]["param"], said["error"]["code"]) == (field, "invalid_value")
            assert said["error"]["message"].startswith(field)
        status, said, _ = await ask(http, door, {"model": "other"})
        assert (status, said["error"]["param"], said["error"]["code"]) == (404, "model", "model_not_found")
        assert (await ask(http, door, data=b"{"))[0] == 400
        assert (await ask(http, door, data=b"x" * (MAX_BODY + 1)))[0] == 413
        assert (await ask(http, door, path="nothing"))[0] == 404


async def test_silence_of_all_miners_is_a_bad_gateway(neuron, clock, http):
    async with neuron(Silent), neuron(Door, keys="one") as door:
        await clock.blocks(3)
        status, said, _ = await ask(http, door, {"stream": True})
        assert (status, said["error"]["type"], said["error"]["code"]) == (502, "server_error", "no_answer")


async def test_nobody_waits_longer_than_the_gateway_is_patient(neuron, clock, http):
    async def never():
        yield b"{"
        await asyncio.Event().wait()

    async with neuron(Slow), neuron(Door, keys="one", patience=0.2) as door:
        await clock.blocks(3)
        assert (await ask(http, door))[0] == 502
        status, said, _ = await ask(http, door, data=never())
        assert (status, said["error"]["code"]) == (408, "timeout")


async def test_who_does_not_read_is_cut_off(neuron, clock, caplog):
    caplog.set_level("INFO", "taokit.gateway")
    async with neuron(Wordy), neuron(Door, keys="one", patience=0.5) as door:
        await clock.blocks(3)
        (site,), ((_, port),) = door.role.runner.sites, door.role.runner.addresses
        for listening in site._server.sockets:  # what it accepts inherits this
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1)
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)  # as little as the system knows
            client.connect(("127.0.0.1", port))
            body = json.dumps(QUESTION | {"stream": True})
            head = "POST /v1/chat/completions HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer one\r\n"
            client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            async with asyncio.timeout(10):
                while "too slowly" not in caplog.text:
                    await asyncio.sleep(0.02)


async def test_who_hangs_up_frees_the_budget(neuron, clock, http):
    async with neuron(Slow), neuron(Narrow, keys="one") as door:
        await clock.blocks(3)
        gone = asyncio.create_task(ask(http, door))
        await asyncio.wait_for(Slow.asked.wait(), 10)
        assert (await ask(http, door))[0] == 429
        gone.cancel()
        async with asyncio.timeout(10):
            while (await ask(http, door, {"messages": [{"role": "user", "content": "quick"}]}))[0] == 429:
                await asyncio.sleep(0.02)


async def test_what_the_budget_does_not_hold_is_to_come_later(neuron, clock, http):
    async with neuron(Echo), neuron(Echo), neuron(Poor, keys="one") as door:
        await clock.blocks(3)
        status, said, headers = await ask(http, door)
    assert (status, said["error"]["type"], said["error"]["code"]) == (429, "requests", "rate_limit_exceeded")
    assert int(headers["Retry-After"]) >= 1


async def test_without_keys_it_stays_closed(neuron):
    async with neuron(Door) as door:
        assert door.role.runner is None
        assert not door.role.address


def test_a_key_that_comes_too_often_waits_and_another_does_not():
    visits = Visits(["one", "two"])
    for second in range(PER_MINUTE):
        visits.admit("Bearer one", float(second))
    with pytest.raises(Failure) as told:
        visits.admit("Bearer one", float(PER_MINUTE))
    assert (told.value.status, told.value.wait_s) == (429, 60 - PER_MINUTE)
    visits.admit("Bearer two", float(PER_MINUTE))
    visits.admit("Bearer one", 60.0)


@pytest.mark.skipif(find_spec("transformers") is None or find_spec(CARRIER) is None, reason="needs the packaged model")
def test_tokens_are_the_sentence_models():
    """BERT's pieces of words (Devlin and others, 2018): hello, world and a full stop; em, ##bed, ##ding and ##s."""
    validator = GatewayValidator()
    validator.embed = embedder()
    assert validator.usage(["Hello world."], ["embeddings", ""]) == {
        "prompt_tokens": 3, "completion_tokens": 4, "total_tokens": 7,
    }  # fmt: skip
    assert validator.tokens("") == 0
    assert validator.tokens("word " * 2000) == 2000
