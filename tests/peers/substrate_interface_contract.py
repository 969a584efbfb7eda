"""Run by pytest in an environment that has substrate-interface and taokit: the contract of every backend."""

import asyncio
import threading
from contextlib import aclosing, asynccontextmanager
from functools import partial

import pytest

from backends.fake_node import SILENCE, Break, Fail, Hang, Node, Raw, Subscription, header, serving
from backends.scripted_chain import WATCH
from backends.scripted_chain import Chain as ScriptedChain
from backends.test_trail import signed
from contract.nodes import OverSmallChain, asking
from taokit.backends import IsolatedBackend, Limits, SubstrateInterfaceBackend
from taokit.errors import PoolRefused, UnknownName, Unreachable


class TestSubstrateInterface(OverSmallChain):
    @pytest.fixture
    def backend(self):
        with asking(SubstrateInterfaceBackend) as backend:
            yield backend


class TestIsolatedSubstrateInterface(OverSmallChain):
    @pytest.fixture
    def backend(self):
        with asking(partial(IsolatedBackend, transport="substrate_interface")) as backend:
            yield backend


LIMITS = Limits(
    connect_s=1, call_s=0.5, read_s=3, close_s=0.1, quiet_s=0.2, pause_s=0.01, status_s=3, message_bytes=1 << 20
)


@asynccontextmanager
async def backend_of(*urls):
    backend = SubstrateInterfaceBackend(urls, limits=LIMITS)
    try:
        yield backend
    finally:
        async with asyncio.timeout(3):
            await backend.close()
        async with asyncio.timeout(5):
            while any(thread.name.startswith("taokit substrate") for thread in threading.enumerate()):
                await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    "answer",
    [SILENCE, Raw("{"), Raw("[]"), Raw('{"id": 1e9, "result": 1}'), Break(b""), Break(b"\x81\x7e\xff\xffhalf"),
     Hang(b"\x81\x7f" + b"\x00\x00\x7f" + b"\xff" * 5), "x" * (2 << 20)],
    ids=lambda answer: repr(answer)[:30],
)  # fmt: skip
async def test_a_node_in_trouble_is_left_for_the_next(answer):
    good = {"chain_getHeader": header(0), "state_call": "0x2a"}
    bad, other = Node({**good, "state_call": answer}), Node(good)
    async with serving(bad), serving(other), backend_of(bad.url, other.url) as backend:
        assert await backend.call("Core_version", b"") == b"*"
    assert (bad.count("state_call"), other.count("state_call")) == (1, 1)


@pytest.mark.parametrize("url", ["ws://127.0.0.1:9", "ws://", "nonsense", "ws://127.0.0.1:99999/s3cret"])
async def test_nobody_there(url):
    async with backend_of(url) as backend:
        with pytest.raises(Unreachable) as caught:
            await backend.block_hash()
    assert "s3cret" not in str(caught.value)


async def test_refusals_have_their_type():
    refusal = Fail(1010, "Invalid Transaction", "Custom error: 6")
    async with serving(Node({WATCH: refusal})) as node, backend_of(node.url) as backend:
        with pytest.raises(PoolRefused) as caught:
            await anext(backend.submit(b"\1"))
        with pytest.raises(UnknownName):
            await backend.call("a", b"")
    assert caught.value.custom == 6


async def test_a_submission_is_looked_for_and_heads_go_on_when_a_node_is_lost():
    chain = ScriptedChain(5)
    one, other = chain.node(**{WATCH: Subscription("ready")}), chain.node(**{WATCH: SILENCE})
    extrinsic = signed(5)
    async with (
        serving(one),
        serving(other),
        backend_of(one.url, other.url) as backend,
        aclosing(backend.heads()) as heads,
        aclosing(backend.submit(extrinsic)) as statuses,
    ):
        assert (await anext(heads)).number == 5
        assert (await anext(statuses)).kind == "ready"
        one.cut()
        chain.grow(1, extrinsic)
        chain.final = 6
        assert [status.kind async for status in statuses] == ["in_block", "finalized"]
        assert (await anext(heads)).number == 6
    assert (one.count(WATCH), other.count(WATCH)) == (1, 0)


async def test_a_question_that_is_left_does_not_answer_the_next():
    node = Node({"state_call": lambda method, *_: SILENCE if method == "slow" else "0x2a"})
    async with serving(node), backend_of(node.url) as backend:
        slow = asyncio.create_task(backend.call("slow", b""))
        while not node.count("state_call"):
            await asyncio.sleep(0.01)
        slow.cancel()
        assert await backend.call("quick", b"") == b"*"
