"""The axon and the dendrite of compat, speaking to each other and to taokit's own."""

import asyncio
from typing import Tuple  # noqa: UP035

import pytest

import taokit
from taokit import compat as bt
from taokit.axon import Axon, Route, everyone
from taokit.compat.members import Members
from taokit.compat.wallets import Key
from taokit.devnet import account
from taokit.errors import ConfigurationError

MINER, VALIDATOR = account("miner/0"), account("validator/0")


class Double(bt.Synapse):
    required_hash_fields = ("number",)

    number: int
    doubled: int | None = None

    def deserialize(self):
        return self.doubled


class Open(bt.Synapse):
    number: int = 0


class Words(bt.StreamingSynapse):
    required_hash_fields = ("text",)

    text: str
    said: str = ""

    async def process_streaming_response(self, response):
        async for chunk in response.content.iter_any():
            self.said += chunk.decode()
            yield chunk.decode()

    def extract_response_json(self, response):
        assert dict(response.__dict__["_raw_headers"])[b"content-type"]
        return {"said": self.said, "text": "not taken"}


def holder(signer):
    made = bt.Wallet(name="test")
    made.__dict__["hotkey"] = Key(signer.ss58, signer)
    return made


def double(synapse: Double) -> Double:
    synapse.doubled = synapse.number * 2
    return synapse


@pytest.fixture
def serving():
    """Starts axons, and stops them."""
    made = []

    def start(*attached, **options):
        axon = bt.Axon(wallet=holder(MINER), ip="127.0.0.1", external_ip="127.0.0.1", **options)
        axon.port = 0
        for functions in attached:
            axon.attach(*functions)
        made.append(axon)
        return axon.start()

    yield start
    for axon in made:
        axon.stop()


def let_in(synapse: Double) -> Tuple[bool, str]:  # noqa: UP006  SDK 10 takes no other spelling
    return False, "welcome"


async def test_one_axon_gives_one_answer_and_a_list_gives_a_list(serving):
    info = serving((double, let_in)).info()
    async with bt.Dendrite(wallet=holder(VALIDATOR)) as dendrite:
        assert await dendrite(info, Double(number=4)) == 8
        gone = bt.AxonInfo(ip="127.0.0.1", port=1, hotkey=MINER.ss58)
        found = await dendrite(axons=[info, gone, info], synapse=Double(number=5), deserialize=False, timeout=5)
        assert [one.doubled for one in found] == [10, None, 10]
        assert [one.dendrite.status_code for one in found] == [200, 503, 200]
        assert found[0].is_success
        assert found[1].is_failure
        assert found[0].dendrite.process_time > 0
        assert await dendrite.forward([info], Double(number=6), run_async=False) == [12]
        assert (await dendrite.call(info, Double(number=7), deserialize=False)).doubled == 14


def test_code_that_cannot_await_asks_too(serving):
    axon = serving((double, let_in))
    assert bt.Dendrite(wallet=holder(VALIDATOR)).query(axon, Double(number=4)) == 8


def test_a_dendrite_serves_several_loops(serving):
    info, dendrite = serving((double, let_in)).info(), bt.Dendrite(wallet=VALIDATOR)
    for _ in range(2):
        assert asyncio.run(dendrite.aquery(info, Double(number=1))) == 2


async def test_functions_see_who_asks_and_nothing_of_the_body(serving):
    seen = {}

    async def forward(synapse: Double) -> Double:
        seen["forward"] = (synapse.dendrite.hotkey, synapse.number)
        return synapse

    async def blacklist(synapse: Double) -> tuple[bool, str]:
        seen["blacklist"] = (synapse.dendrite.hotkey, synapse.number)
        return synapse.dendrite.hotkey != VALIDATOR.ss58, "not you"

    async def priority(synapse: Double) -> float:
        seen["priority"] = (synapse.dendrite.hotkey, synapse.number)
        return 1.0

    info = serving((forward, blacklist, priority)).info()
    async with bt.Dendrite(wallet=VALIDATOR) as dendrite:
        assert (await dendrite(info, Double(number=4), deserialize=False)).is_success
    assert seen == {
        "forward": (VALIDATOR.ss58, 4),
        "blacklist": (VALIDATOR.ss58, 0),
        "priority": (VALIDATOR.ss58, 0),
    }
    async with bt.Dendrite(wallet=account("stranger")) as dendrite:
        assert (await dendrite(info, Double(number=4), deserialize=False)).is_blacklist


async def test_a_verify_function_comes_on_top(serving):
    def verify(synapse: Double) -> None:
        raise ValueError("not today")

    with pytest.warns(bt.CompatWarning, match="verify-functions"):
        info = serving((double, let_in, None, verify)).info()
    async with bt.Dendrite(wallet=VALIDATOR) as dendrite:
        assert (await dendrite(info, Double(number=4), deserialize=False)).failed_verification


async def test_a_body_that_nothing_binds_is_served_with_a_warning(serving):
    def forward(synapse: Open) -> Open:
        synapse.number += 1
        return synapse

    def blacklist(synapse: Open) -> tuple[bool, str]:
        return False, ""

    with pytest.warns(bt.CompatWarning, match="unsigned-bodies"):
        info = serving((forward, blacklist)).info()
    async with bt.Dendrite(wallet=VALIDATOR) as dendrite:
        assert (await dendrite(info, Open(number=1))).number == 2


async def test_a_handler_chooses_its_status(serving):
    def forward(synapse: Double) -> Double:
        synapse.axon.status_code = 429
        return synapse

    info = serving((forward, let_in)).info()
    async with bt.Dendrite(wallet=VALIDATOR) as dendrite:
        assert (await dendrite(info, Double(number=1), deserialize=False)).dendrite.status_code == 429


async def test_streams(serving):
    async def say(synapse: Words):
        async def send_all(send):
            for word in synapse.text.split():
                await send({"type": "http.response.body", "body": word.encode(), "more_body": True})

        return synapse.create_streaming_response(send_all)

    with pytest.warns(bt.CompatWarning, match="open-axons"):
        info = serving((say,)).info()
    async with bt.Dendrite(wallet=VALIDATOR) as dendrite:
        pieces = [one async for one in await dendrite(info, Words(text="a bc d"), deserialize=False, streaming=True)]
    *words, last = pieces
    assert "".join(words) == "abcd"
    assert (last.said, last.text, last.is_success) == ("abcd", "a bc d", True)


async def test_a_stream_that_fails_says_so(serving):
    async def say(synapse: Words):
        async def send_all(send):
            raise RuntimeError("broken")

        return synapse.create_streaming_response(send_all)

    with pytest.warns(bt.CompatWarning):
        info = serving((say,)).info()
    async with bt.Dendrite(wallet=VALIDATOR) as dendrite:
        (last,) = [one async for one in await dendrite(info, Words(text="a"), deserialize=False, streaming=True)]
    assert last.dendrite.status_code == 500


async def test_a_stream_whose_reader_fails_says_so(serving):
    class Broken(Words):
        async def process_streaming_response(self, response):
            raise KeyError("x")
            yield

    async def say(synapse: Broken):
        async def send_all(send):
            await send({"body": b"a"})

        return synapse.create_streaming_response(send_all)

    with pytest.warns(bt.CompatWarning):
        info = serving((say,)).info()
    async with bt.Dendrite(wallet=VALIDATOR) as dendrite:
        (last,) = [one async for one in await dendrite(info, Broken(text="a"), deserialize=False, streaming=True)]
    assert not last.is_success


async def test_a_message_that_does_not_stream_is_not_streamed():
    with pytest.raises(ConfigurationError, match="does not stream"):
        await bt.Dendrite(wallet=VALIDATOR)([], Double(number=1), streaming=True)


async def test_taokits_own_dendrite_asks_it_in_every_format(serving):
    axon = serving((double, let_in))
    target = taokit.Target(uid=0, hotkey=MINER.ss58, ip="127.0.0.1", port=axon.port)
    async with taokit.Dendrite(VALIDATOR, allow_private=True) as dendrite:
        for format in ("legacy", "btauth/1", "epistula/2"):
            reply = await dendrite.ask(target, Double(number=3), format=format)
            assert reply.message.doubled == 6, format


async def test_it_asks_taokits_own_axon():
    async def forward(message, caller):
        return double(message)

    axon = Axon(MINER.ss58, [Route(Double, forward)], admit=everyone)
    port = await axon.start("127.0.0.1")
    async with axon, bt.Dendrite(wallet=VALIDATOR) as dendrite:
        info = bt.AxonInfo(ip="127.0.0.1", port=port, hotkey=MINER.ss58)
        assert await dendrite(info, Double(number=3)) == 6
        of_chain = bt.AxonInfo(ip="127.0.0.1", port=port, hotkey=MINER.ss58, from_chain=True)
        assert await dendrite(of_chain, Double(number=3)) == 6
        elsewhere = bt.AxonInfo(ip="127.0.0.1", port=port, hotkey=MINER.ss58, from_chain=True, public_only=True)
        assert (await dendrite(elsewhere, Double(number=3), deserialize=False)).dendrite.status_code == 503


@pytest.mark.devnet(miners=1, validators=1)
async def test_without_a_blacklist_strangers_are_refused_once_it_serves_a_subnet(devnet_url, serving):
    with bt.Subtensor(network=devnet_url) as subtensor:
        axon = bt.Axon(wallet=holder(MINER), ip="127.0.0.1", port=18091)
        axon.attach(double)
        axon.serve(1, subtensor)
        axon.port = 0
        axon.start()
        try:
            assert subtensor.metagraph(1).axons[1].ip == "127.0.0.1"
            async with bt.Dendrite(wallet=VALIDATOR) as mine, bt.Dendrite(wallet=account("stranger")) as theirs:
                info = axon.info()
                info.port = axon.port
                assert await mine(info, Double(number=2)) == 4
                assert (await theirs(info, Double(number=2), deserialize=False)).is_blacklist
            assert subtensor.serve_axon(1, axon).success
        finally:
            axon.stop()


def test_members_are_read_at_most_once_a_block():
    read, now = [], [0.0]

    class Chain:
        def metagraph(self, netuid):
            read.append(netuid)
            return bt.Metagraph(netuid, sync=False, network="finney")

    members = Members(Chain(), 3, now=lambda: now[0])
    assert not members.has("a")
    assert not members.has("a")
    assert read == [3]
    now[0] = 13.0
    assert not members.has("a")
    assert read == [3, 3]


def test_functions_that_do_not_fit_are_refused(serving):
    def nothing():
        pass

    def untyped(synapse):
        return synapse

    def other(synapse: Open) -> tuple[bool, str]:
        return False, ""

    axon = bt.Axon(wallet=holder(MINER))
    for bad in (nothing, untyped):
        with pytest.raises(ConfigurationError, match=bad.__name__):
            axon.attach(bad)
    with pytest.raises(ConfigurationError, match="blacklist function is for Open"):
        axon.attach(double, other)
    with pytest.raises(ConfigurationError, match="serves already"):
        serving((double, let_in)).attach(double)


def test_a_target_that_is_no_axon_is_refused():
    with pytest.raises(ConfigurationError, match="asks axons"):
        bt.Dendrite(wallet=VALIDATOR).query("127.0.0.1:8091", Double(number=1))
