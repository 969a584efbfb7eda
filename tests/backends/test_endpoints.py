import asyncio

import pytest

from backends.fake_node import GENESIS, SILENCE, Break, Fail, Node, Raw, serving
from taokit.backends.endpoints import Endpoints, Preference
from taokit.backends.socket import Limits
from taokit.errors import ChainError, Disconnected, TimedOut, Unreachable, WrongChain

HURRIED = Limits(connect_s=0.4, call_s=0.3, read_s=2, close_s=0.1)
OTHER = "0x" + "99" * 32
NOWHERE = "ws://127.0.0.1:9"


def same(told):
    return told


def number(told):
    if not isinstance(told, int):
        raise ValueError("no number")
    return told


def test_nodes_that_failed_go_last():
    preference = Preference(["a", "b", "c", "a"])
    assert preference.order() == ["a", "b", "c"]
    preference.failed("a")
    assert preference.order() == ["b", "c", "a"]
    preference.failed("b")
    preference.failed("a")
    assert preference.order() == ["c", "b", "a"]
    preference.works("b")
    assert preference.order() == ["b", "c", "a"]


async def test_the_preferred_node_is_asked_and_the_other_left_alone():
    async with serving(Node({"a": 1})) as one, serving(Node({"a": 2})) as other:
        endpoints = Endpoints([one.url, other.url], limits=HURRIED)
        assert [await endpoints.ask("a", reading=same) for _ in range(3)] == [1] * 3
        await endpoints.close()
    assert (one.connections, other.connections) == (1, 0)


@pytest.mark.parametrize(
    "failure",
    [SILENCE, Raw("{"), Raw('{"id":9,"result":1}'), Break(b"\x81\x7e"), "no number", Fail(-32029, "Too Many")],
    ids=repr,
)  # fmt: skip
async def test_a_read_that_one_node_fails_is_asked_of_the_next(failure):
    async with serving(Node({"a": failure})) as one, serving(Node({"a": 2})) as other:
        endpoints = Endpoints([one.url, other.url], limits=HURRIED)
        assert await endpoints.ask("a", reading=number) == 2
        assert await endpoints.ask("a", reading=number) == 2
        await endpoints.close()
    assert (one.count("a"), other.count("a")) == (1, 2)


@pytest.mark.parametrize("genesis", [OTHER, SILENCE, None, "nonsense", Fail(-1, "no")], ids=repr)
async def test_a_node_that_is_dead_or_of_another_chain_is_passed_over(genesis):
    async with serving(Node({"chain_getBlockHash": genesis})) as bad, serving(Node({"a": 2})) as good:
        endpoints = Endpoints([NOWHERE, bad.url, good.url], limits=HURRIED, genesis=bytes.fromhex(GENESIS[2:]))
        assert await endpoints.ask("a", reading=same) == 2
        await endpoints.close()
    assert bad.count("a") == 0


async def test_the_first_node_s_chain_is_the_one_from_then_on():
    async with serving(Node({"a": 1})) as one, serving(Node({"chain_getBlockHash": OTHER, "a": 2})) as other:
        endpoints = Endpoints([one.url, other.url], limits=HURRIED)
        assert await endpoints.ask("a", reading=same) == 1
        one.cut()
        assert await endpoints.ask("a", reading=same) == 1
        await endpoints.close()
    assert other.count("a") == 0


async def test_only_nodes_of_other_chains():
    async with serving(Node({"chain_getBlockHash": OTHER})) as node:
        endpoints = Endpoints([node.url], limits=HURRIED, genesis=bytes(32))
        with pytest.raises(WrongChain, match="its genesis is 0x9999"):
            await endpoints.ask("a", reading=same)
        await endpoints.close()


async def test_nobody_there():
    endpoints = Endpoints([NOWHERE, "ws://127.0.0.1:11"], limits=HURRIED)
    with pytest.raises(Unreachable, match="no node of 2") as caught:
        await endpoints.ask("a", reading=same)
    assert caught.value.hint
    with pytest.raises(Unreachable):
        await endpoints.ask("a", reading=same)
    await endpoints.close()


async def test_a_connection_that_was_lost_is_made_again():
    async with serving(Node({"a": 1})) as node:
        endpoints = Endpoints([node.url], limits=HURRIED)
        for made in range(1, 4):
            assert await endpoints.ask("a", reading=same) == 1
            assert node.connections == made
            node.cut()
        await endpoints.close()


async def test_a_node_that_never_answers_costs_two_deadlines_and_no_more():
    async with serving(Node({"a": SILENCE})) as node:
        endpoints = Endpoints([node.url], limits=HURRIED)
        with pytest.raises(TimedOut):
            await endpoints.ask("a", reading=same)
        assert node.count("a") == 2
        await endpoints.close()


async def test_all_attempts_share_one_deadline():
    async with serving(Node({"a": SILENCE})) as node:
        endpoints = Endpoints([node.url], limits=Limits(call_s=5, read_s=0.1, close_s=0.1))
        with pytest.raises(TimedOut, match=r"no node answered a within 0\.1 s"):
            await endpoints.ask("a", reading=same)
        await endpoints.close()


async def test_an_answer_that_is_an_error_is_final():
    async with serving(Node({"a": Fail(-32000, "no")})) as one, serving(Node({"a": 2})) as other:
        endpoints = Endpoints([one.url, other.url], limits=HURRIED)
        with pytest.raises(ChainError, match="refused a"):
            await endpoints.ask("a", reading=same)
        await endpoints.close()


async def test_many_first_questions_share_one_connection():
    async with serving(Node({"a": 1})) as node:
        endpoints = Endpoints([node.url], limits=HURRIED)
        impatient = asyncio.create_task(endpoints.ask("a", reading=same))
        others = [asyncio.create_task(endpoints.ask("a", reading=same)) for _ in range(9)]
        await asyncio.sleep(0)
        impatient.cancel()
        assert await asyncio.gather(*others) == [1] * 9
        assert node.connections == 1
        await endpoints.close()


async def test_closing_ends_whatever_is_under_way():
    async with serving(Node({"a": SILENCE})) as node, serving(Node({"chain_getBlockHash": SILENCE})) as mute:
        for url in (node.url, mute.url):
            endpoints = Endpoints([url], limits=Limits(connect_s=60, call_s=60, close_s=0.1))
            waiting = asyncio.create_task(endpoints.ask("a", reading=same))
            while not (node if url == node.url else mute).asked:
                await asyncio.sleep(0)
            await asyncio.sleep(0.02)
            async with asyncio.timeout(5):
                await endpoints.close()
                with pytest.raises(Disconnected):
                    await waiting
            with pytest.raises(Disconnected, match="closed"):
                await endpoints.ask("a", reading=same)
            await endpoints.close()
