import aiohttp
import pytest

import taokit
from organic_gateway import MAX_BODY, PER_MINUTE, Failure, GatewayValidator, Visits
from taokit.neuron import Budget
from text_prompting import Prompt

pytestmark = pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)


class Echo(taokit.Miner):
    async def forward(self, synapse: Prompt) -> Prompt:
        synapse.answer = f"you asked: {synapse.question}"
        return synapse


class Silent(taokit.Miner):
    async def forward(self, synapse: Prompt) -> Prompt:
        return synapse


class Door(GatewayValidator):
    """The gateway without the sentence model, which only rounds need."""

    async def setup(self):
        await self.open()

    async def run_round(self, round):
        return dict.fromkeys(round.uids, 1.0)


class Poor(Door):
    organic_budget = Budget(at_once=1, per_minute=1)


@pytest.fixture
async def http():
    async with aiohttp.ClientSession() as session:
        yield session


async def ask(http, door, body=None, *, key="one", path="chat/completions", data=None):
    body = {"messages": [{"role": "user", "content": "Why?"}]} | (body or {})
    options = {"json": body} if data is None else {"data": data}
    headers = {"Authorization": f"Bearer {key}"}
    async with http.post(f"{door.role.address}/v1/{path}", headers=headers, **options) as response:
        return response.status, await response.json(), response.headers


async def test_users_are_answered_by_miners(neuron, clock, http):
    async with neuron(Echo), neuron(Silent), neuron(Door, keys="one, two") as door:
        await clock.blocks(3)
        status, said, _ = await ask(http, door, {"model": "mine", "temperature": 0.3})
        assert status == 200
        assert (said["object"], said["model"]) == ("chat.completion", "mine")
        assert [choice["message"] for choice in said["choices"]] == [
            {"role": "assistant", "content": "you asked: Why?"}
        ]
        async with http.get(f"{door.role.address}/v1/models", headers={"Authorization": "Bearer two"}) as response:
            assert [model["id"] for model in (await response.json())["data"]] == ["subnet"]


async def test_each_choice_is_another_miners(neuron, clock, http):
    async with neuron(Echo), neuron(Echo), neuron(Door, keys="one") as door:
        await clock.blocks(3)
        _, said, _ = await ask(http, door, {"n": 2})
    assert [choice["index"] for choice in said["choices"]] == [0, 1]


async def test_strangers_and_bad_requests_are_told_so(neuron, clock, http):
    async with neuron(Echo), neuron(Door, keys="one") as door:
        await clock.blocks(3)
        for key in ("", "on", "one,", "öne"):
            status, said, _ = await ask(http, door, key=key)
            assert (status, said["error"]["type"]) == (401, "authentication_error")
        async with http.post(f"{door.role.address}/v1/chat/completions") as response:
            assert response.status == 401
        for body in ({"messages": []}, {"messages": "Why?"}, {"n": 0}, {"n": 99}, {"stream": True}):
            status, said, _ = await ask(http, door, body)
            assert (status, said["error"]["type"]) == (400, "invalid_request_error")
        assert (await ask(http, door, data=b"{"))[0] == 400
        assert (await ask(http, door, data=b"x" * (MAX_BODY + 1)))[0] == 413
        assert (await ask(http, door, path="nothing"))[0] == 404


async def test_silence_of_all_miners_is_a_bad_gateway(neuron, clock, http):
    async with neuron(Silent), neuron(Door, keys="one") as door:
        await clock.blocks(3)
        assert (await ask(http, door))[0] == 502


async def test_what_the_budget_does_not_hold_is_to_come_later(neuron, clock, http):
    async with neuron(Echo), neuron(Echo), neuron(Poor, keys="one") as door:
        await clock.blocks(3)
        status, said, headers = await ask(http, door)
    assert (status, said["error"]["type"]) == (429, "rate_limit_error")
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
    assert (told.value.status, told.value.retry_after) == (429, 60 - PER_MINUTE)
    visits.admit("Bearer two", float(PER_MINUTE))
    visits.admit("Bearer one", 60.0)
