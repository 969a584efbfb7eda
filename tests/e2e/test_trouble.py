"""What a bad neighbour costs: its own score, and nothing else."""

import asyncio
import json
import logging
import socket

import pytest

import taokit
from taokit.errors import ConfigurationError, NoSuchSubnet, NotRegistered
from taokit.scoring import EpochMean
from worlds import World, raw_server


class Double(taokit.Synapse):
    required_hash_fields = ("number",)
    number: int
    twice: int | None = None


class Doubles(taokit.Miner):
    async def forward(self, synapse: Double) -> Double:
        synapse.twice = 2 * synapse.number
        return synapse


class Asks(taokit.Validator):
    rounds_per_epoch = 2
    deadline = 1.0
    rule = EpochMean()

    def __init__(self):
        self.took, self.outcomes = [], {}

    async def query(self, round):
        return Double(number=round.random.randrange(1000))

    def score(self, round, replies):
        self.took.append(max((reply.timings.total for reply in replies), default=0.0))
        self.outcomes = {reply.uid: (reply.outcome, reply.status) for reply in replies}
        return {r.uid: 1.0 if r.synapse.twice == 2 * r.synapse.number else 0.0 for r in replies if r.synapse}


def answering(data):
    async def respond(reader, writer):
        writer.write(data)
        await writer.drain()

    return respond


async def silent(reader, writer):
    await reader.read()


async def endless(reader, writer):
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
        await writer.drain()


BAD = {
    "silent": (silent, {"timeout"}),
    "garbage": (answering(b"\x00\x01 not http at all\r\n\r\n"), {"bad answer", "disconnected"}),
    "not-json": (
        answering(b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n{oops"),
        {"bad answer"},
    ),
    "too-much": (endless, {"bad answer", "timeout"}),
    "hangs-up": (
        answering(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{"twice": '),
        {"disconnected"},
    ),
    "refuses": (
        answering(b'HTTP/1.1 500 No\r\ncontent-type: application/json\r\ncontent-length: 17\r\n\r\n{"message": "no"}'),
        {"not served"},
    ),
    "wrong-type": (
        answering(
            b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 19\r\n\r\n{"twice": ["what"]}'
        ),
        {"bad answer"},
    ),
}


async def test_bad_miners_cost_only_their_own_score_and_the_round_ends_in_time(tmp_path):
    world = World(tmp_path, miners=["good", "down", *BAD], validators=["validator"])
    servers = []
    for name, (respond, _) in BAD.items():
        server, port = await raw_server(respond)
        servers.append(server)
        await world.publish(name, port)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        await world.publish("down", free.getsockname()[1])
    asks = Asks()
    miner, validator = world.neuron("good", Doubles()), world.neuron("validator", asks, port=None)
    await miner.start()
    await validator.start()
    try:
        await world.until_epoch(await world.epoch() + 3)
        graph = await world.graph()
        uids = {name: graph.uid_of(key.ss58) for name, key in world.keys.items()}
        assert asks.took
        assert max(asks.took) < asks.deadline + 0.5
        for name, (_, outcomes) in BAD.items():
            assert asks.outcomes[uids[name]][0] in outcomes, name
        assert asks.outcomes[uids["down"]][0] == "unreachable"
        assert asks.outcomes[uids["good"]] == ("ok", 200)
        row = graph.row(graph.weights, uids["validator"])
        assert row[uids["good"]] == 65535
        assert row.sum() == 65535
        assert graph.incentive[uids["good"]] == 65535
    finally:
        await validator.stop()
        await miner.stop()
        for server in servers:
            server.close()


class Raises(taokit.Miner):
    async def forward(self, synapse: Double) -> Double:
        raise RuntimeError("the secret recipe")


async def test_an_exception_in_forward_is_logged_and_the_caller_learns_only_an_id(tmp_path, caplog):
    world = World(tmp_path, miners=["bad"], validators=["caller"])
    miner = world.neuron("bad", Raises())
    await miner.start()
    try:
        async with taokit.Dendrite(world.keys["caller"], allow_private=True) as dendrite:
            target = taokit.Target(await world.uid("bad"), world.keys["bad"].ss58, "127.0.0.1", miner.port)
            with caplog.at_level(logging.ERROR, "taokit"):
                reply = await dendrite.ask(target, Double(number=1))
    finally:
        await miner.stop()
    assert reply.status == 500
    assert "secret" not in str(reply.error)
    logged = caplog.text
    assert "the secret recipe" in logged
    assert "Traceback" in logged
    (number,) = [word for word in str(reply.error).replace("#", " ").split() if word in logged and "-" in word]
    assert number


class Stumbles(Asks):
    def score(self, round, replies):
        if round.number % 2:
            raise ZeroDivisionError("user code")
        return super().score(round, replies)


async def test_an_exception_in_score_costs_the_round_and_no_more(tmp_path, caplog):
    world = World(tmp_path, miners=["good"], validators=["validator"])
    miner, validator = world.neuron("good", Doubles()), world.neuron("validator", Stumbles(), port=None)
    await miner.start()
    await validator.start()
    try:
        with caplog.at_level(logging.ERROR, "taokit"):
            await world.until_epoch(await world.epoch() + 3)
        graph = await world.graph()
    finally:
        await validator.stop()
        await miner.stop()
    assert "ZeroDivisionError" in caplog.text
    assert graph.incentive[graph.uid_of(world.keys["good"].ss58)] == 65535


class Zero(Asks):
    def score(self, round, replies):
        return {reply.uid: 0.0 for reply in replies}


async def test_all_zero_scores_never_become_weights(tmp_path):
    world = World(tmp_path, miners=["good"], validators=["validator"])
    miner, validator = world.neuron("good", Doubles()), world.neuron("validator", Zero(), port=None)
    await miner.start()
    await validator.start()
    try:
        waits = set()
        for _ in range(200):
            assert not [event for event in await world.blocks(1) if "WeightsCommitted" in event]
            waits.add(validator.waiting)
        assert "a miner with a score above 0" in waits
    finally:
        await validator.stop()
        await miner.stop()


async def test_an_unregistered_caller_is_refused(tmp_path):
    from taokit.devnet import account

    world = World(tmp_path, miners=["good"])
    miner = world.neuron("good", Doubles())
    await miner.start()
    try:
        async with taokit.Dendrite(account("stranger", seed=99), allow_private=True) as dendrite:
            target = taokit.Target(await world.uid("good"), world.keys["good"].ss58, "127.0.0.1", miner.port)
            reply = await dendrite.ask(target, Double(number=1))
    finally:
        await miner.stop()
    assert (reply.outcome, reply.status) == ("not served", 403)


async def test_a_validator_without_a_permit_neither_asks_nor_commits_and_starts_when_it_has_one(tmp_path, caplog):
    world = World(tmp_path, miners=["good", "poor"])
    asks = Asks()
    miner, validator = world.neuron("good", Doubles()), world.neuron("poor", asks, port=None)
    await miner.start()
    await validator.start()
    try:
        with caplog.at_level(logging.WARNING, "taokit"):
            events = await world.blocks(150)
        assert not asks.took
        assert not [event for event in events if "WeightsCommitted" in event]
        said = [record.message for record in caplog.records if "neither asks nor commits" in record.message]
        assert 2 <= len(said) <= 3, "once an epoch"
        assert "btcli stake add" in said[0]
        await world.stake("poor", 4000)  # more than the owner has, who votes for nobody and still counts
        await world.until_epoch(await world.epoch() + 4)
        assert asks.took
        graph = await world.graph()
        assert graph.incentive[graph.uid_of(world.keys["good"].ss58)] == 65535
    finally:
        await validator.stop()
        await miner.stop()


async def test_what_cannot_start_says_why(tmp_path):
    world = World(tmp_path, miners=["good"])
    with pytest.raises(NoSuchSubnet, match="no subnet 9"):
        await world.neuron("good", Doubles(), netuid=9).start()
    from taokit.devnet import account

    world.keys["stranger"] = account("stranger", seed=99)
    with pytest.raises(NotRegistered) as caught:
        await world.neuron("stranger", Doubles()).start()
    assert "register" in caught.value.hint
    first = world.neuron("good", Doubles())
    await first.start()
    try:
        world.keys["other"] = world.keys["good"]
        with pytest.raises(ConfigurationError, match="cannot serve"):
            await world.neuron("other", Doubles(), port=first.port, state=tmp_path / "elsewhere").start()
    finally:
        await first.stop()


async def test_a_uid_that_changes_hands_gets_neither_score_nor_weight(tmp_path):
    """The newcomer takes the uid of a good miner and answers nothing: it has to earn its own."""
    world = World(tmp_path, miners=["good", "other"], validators=["validator"])
    good, other = world.neuron("good", Doubles()), world.neuron("other", Doubles())
    validator = world.neuron("validator", Asks(), port=None)
    for neuron in (good, other, validator):
        await neuron.start()
    try:
        await world.until_epoch(await world.epoch() + 3)
        uid = await world.uid("good")
        await good.stop()
        await world.hand_over("good", "newcomer")
        assert await world.uid("newcomer") == uid
        await world.until_epoch(await world.epoch() + 3)
        graph = await world.graph()
        assert graph.row(graph.weights, graph.uid_of(world.keys["validator"].ss58))[uid] == 0
        assert graph.incentive[uid] == 0
        assert graph.incentive[graph.uid_of(world.keys["other"].ss58)] == 65535
        kept = json.loads((validator.folder.path / "scores.json").read_text())["data"]["scores"]
        assert world.keys["good"].ss58 not in kept
    finally:
        for neuron in (validator, other):
            await neuron.stop()


async def test_weights_committed_before_a_uid_changed_hands_never_pay_the_newcomer(tmp_path):
    """Between commit and reveal the chain has no row to clear, and its mask ends with the validator's next commit."""
    world = World(tmp_path, miners=["good", "other"], validators=["validator"])
    neurons = [world.neuron(name, Doubles()) for name in ("good", "other")]
    neurons.append(world.neuron("validator", Asks(), port=None))
    for neuron in neurons:
        await neuron.start()
    try:
        await world.until_epoch(await world.epoch() + 2)
        while not [event for event in await world.blocks(1) if "WeightsCommitted" in event]:
            pass
        uid = await world.uid("good")
        await neurons.pop(0).stop()
        await world.hand_over("good", "newcomer")
        assert await world.uid("newcomer") == uid
        for _ in range(4):
            await world.until_epoch(await world.epoch() + 1)
            assert (await world.graph()).incentive[uid] == 0
        assert (await world.graph()).incentive[await world.uid("other")] == 65535
    finally:
        for neuron in reversed(neurons):
            await neuron.stop()


async def test_a_chain_that_stalls_is_waited_for(tmp_path):
    world = World(tmp_path, miners=["good"], validators=["validator"])
    validator = world.neuron("validator", Asks(), port=None)
    await validator.start()
    await asyncio.sleep(0.05)
    assert validator.failed is None
    await validator.stop()
