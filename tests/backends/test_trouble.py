"""Each way in which a node can fail its client, through the client: a named error or a correct retry, in time."""

import asyncio
import time
from contextlib import asynccontextmanager

import pytest

from backends.fake_node import SILENCE, Break, Fail, Hang, Raw, Subscription, serving
from backends.scripted_chain import METADATA, WATCH, Chain
from chains import ALICE, BOB, funded
from taokit.backends import Limits, NativeBackend, codec_of
from taokit.chain import Storage, calls
from taokit.connect import Nodes, connection
from taokit.errors import (
    ChainError,
    Disconnected,
    DispatchFailed,
    NetworkError,
    TimedOut,
    UnknownBlock,
    UnknownName,
    Unreachable,
    WrongChain,
)

LIMITS = Limits(connect_s=0.5, call_s=0.3, read_s=2, close_s=0.1, quiet_s=0.2, pause_s=0.01, status_s=2, patience_s=1)
READ = "state_getStorageAt"
SEVEN = "0x07000000"


def number():
    return (yield Storage("System", "Number"))


@asynccontextmanager
async def asking(*nodes, **options):
    urls = ",".join(node.url for node in nodes)
    chosen = Nodes(limits=LIMITS, **options)
    async with connection(urls, cache=None, nodes=chosen) as chain:
        yield chain


TROUBLE = {
    "a frame that says it is longer than it is": Hang(b"\x81\x7f\x00\x00\x00\x00\x00\x00\xff\xff{}"),
    "a frame that says it has no end": Hang(b"\x81\x7f\x7f" + b"\xff" * 7),
    "a longer value than it says": "0x0700000",
    "half a frame": Break(b"\x81\x7e\xff\xff{"),
    "garbage": Raw("}{"),
    "no answer to anything": Raw('{"jsonrpc":"2.0"}'),
    "an answer to what was not asked": Raw('{"jsonrpc":"2.0","id":99999,"result":null}'),
    "another's answer": Raw('{"jsonrpc":"2.0","id":1,"result":"0x01"}'),
    "a number where bytes belong": 7,
    "nothing": SILENCE,
    "the end of the connection": Break(b""),
}


@pytest.mark.parametrize("answer", TROUBLE.values(), ids=TROUBLE.keys())
async def test_trouble_with_a_read_is_the_next_node_s_turn(answer):
    chain = Chain(5)
    bad, good = chain.node(**{READ: answer}), chain.node(**{READ: SEVEN})
    async with serving(bad), serving(good), asking(bad, good) as client:
        assert await client.read(number()) == 7
    assert bad.count(READ) == 1


@pytest.mark.parametrize("answer", TROUBLE.values(), ids=TROUBLE.keys())
async def test_trouble_at_the_only_node_is_a_typed_error_in_time(answer):
    node = Chain(5).node(**{READ: answer})
    async with serving(node), asking(node) as client, asyncio.timeout(LIMITS.read_s + 1):
        with pytest.raises((Disconnected, TimedOut, Unreachable)):
            await client.read(number())


async def test_a_value_that_is_too_short_is_named():
    node = Chain(5).node(**{READ: "0x07"})
    async with serving(node), asking(node) as client:
        with pytest.raises(ChainError, match="Number"):
            await client.read(number())


async def test_another_chain_s_genesis():
    chain, other = Chain(5), Chain(5)
    good = chain.node(**{READ: SEVEN})
    foreign = other.node(chain_getBlockHash="0x" + "99" * 32)
    async with serving(good), serving(foreign), asking(good, foreign) as client:
        assert await client.read(number()) == 7
        good.cut()
        assert await client.read(number()) == 7
    async with serving(foreign), connection("finney", endpoints=[foreign.url], cache=None) as client:
        with pytest.raises(WrongChain):
            await client.head()


async def test_a_node_far_behind_the_others_is_passed_over():
    chain, old = Chain(50), Chain(20)
    good, late = chain.node(**{READ: SEVEN}), old.node(**{READ: SEVEN})
    async with serving(good), serving(late), asking(good, late) as client:
        assert (await client.head()).number == 50
        good.cut()
        assert (await client.head()).number == 50
    assert late.count("chain_getBlock") == 0


async def test_but_not_when_it_is_all_there_is():
    chain, old = Chain(50), Chain(20)
    good, late = chain.node(), old.node()
    async with serving(late):
        async with serving(good):
            backend = NativeBackend([good.url, late.url], limits=LIMITS)
            assert (await backend.best()).number == 50
        with pytest.raises(Unreachable, match="30 blocks behind"):
            await backend.best()
        assert (await backend.best()).number == 20
        await backend.close()


async def test_a_node_that_stays_behind_while_others_go_on_is_left():
    stuck, chain = Chain(5), Chain(5)
    one, other = stuck.node(), chain.node()
    async with serving(one), serving(other), asking(one, other) as client:
        heads = client.heads()
        assert (await anext(heads)).number == 5
        chain.grow(2)
        assert (await anext(heads)).number == 7
        await heads.aclose()


async def test_a_storage_entry_that_vanished_with_an_upgrade_is_named():
    chain = Chain(5)
    renamed = METADATA.replace(b"\x18Number", b"\x18Numbex")
    told = "0x01" + (len(renamed) << 2 | 2).to_bytes(4, "little").hex() + renamed.hex()
    versions = iter([1, 2])
    node = chain.node(
        **{READ: SEVEN},
        state_getRuntimeVersion=lambda *_: {"specName": "f", "specVersion": next(versions), "transactionVersion": 1},
    )
    async with serving(node), asking(node) as client:
        assert await client.read(number()) == 7
        chain.grow()
        node.answers["state_call"] = told
        with pytest.raises(UnknownName, match="Number"):
            await client.read(number())


async def test_included_and_failed():
    devnet = funded()
    call = calls.transfer_keep_alive(BOB.ss58, 2**62)
    async with devnet.async_chain() as inside:
        with pytest.raises(DispatchFailed):
            await inside.submit(call, ALICE)
    block = devnet.backend().block()
    events = devnet.backend().storage([codec_of(_runtime(devnet)).storage_key(Storage("System", "Events"))])[0]
    chain = Chain(5)
    watched = Subscription()
    sent = []

    def watch(extrinsic):
        sent.append(bytes.fromhex(extrinsic[2:]))
        chain.grow(1, *block.extrinsics[:-1], sent[0])
        watched.items = ("ready", {"inBlock": "0x" + chain.head.hash.hex()})
        return watched

    nonce = "0x00000000"
    metadata = "0x01" + (len(METADATA) << 2 | 2).to_bytes(4, "little").hex() + METADATA.hex()
    node = chain.node(
        **{WATCH: watch, READ: "0x" + events.hex()},
        state_call=lambda method, *_: metadata if method.startswith("Metadata") else nonce,
    )
    async with serving(node), asking(node) as client:
        with pytest.raises(DispatchFailed) as failed:
            await client.submit(call, ALICE)
    assert failed.value.name
    assert len(sent) == 1


def _runtime(devnet):
    return devnet.backend().runtime()


async def test_reads_of_old_blocks_go_to_the_archive_and_others_never():
    chain = Chain(5)
    old, new = bytes.fromhex(chain.hash_of(1)[2:]), chain.hash_of()
    lost = Fail(4003, "Client error: UnknownBlock: State already discarded for 0xab")
    node = chain.node(**{READ: lambda key, at: SEVEN if at == new else lost})
    archive = chain.node(**{READ: "0x01000000"})
    async with serving(node), serving(archive):
        async with asking(node) as client:
            with pytest.raises(UnknownBlock):
                await client.read(number(), at=old)
        async with asking(node, archive=[archive.url]) as client:
            assert await client.read(number()) == 7
            assert archive.connections == 0
            asked = node.count(READ)
            assert [await client.read(number(), at=old) for _ in range(3)] == [1, 1, 1]
            assert (node.count(READ) - asked, archive.count(READ)) == (1, 3)


async def test_fallback_endpoints_come_last():
    chain = Chain(5)
    one, other = chain.node(**{READ: SEVEN}), chain.node(**{READ: SEVEN})
    async with serving(one), serving(other), asking(one, fallback=[other.url]) as client:
        assert await client.read(number()) == 7
        assert other.connections == 0
        one.answers[READ] = Break(b"")
        assert await client.read(number()) == 7
        assert other.count(READ) == 1


async def test_retrying_forever_waits_for_a_node():
    chain = Chain(5)
    node = chain.node(**{READ: SEVEN})
    async with serving(node):
        good, node.answers["chain_getBlockHash"] = node.answers["chain_getBlockHash"], SILENCE
        entered = asyncio.Event()

        async def work():
            async with asking(node, retry_forever=True) as client:
                entered.set()
                return await client.read(number())

        working = asyncio.create_task(work())
        while node.connections < 3:
            await asyncio.sleep(0.01)
        assert not entered.is_set()
        node.answers["chain_getBlockHash"] = good
        assert await working == 7


async def test_without_it_nobody_there_is_an_error():
    async with connection("ws://127.0.0.1:9", cache=None, nodes=Nodes(limits=LIMITS)) as client:
        with pytest.raises(NetworkError):
            await client.read(number())


async def test_a_slow_decode_does_not_hold_up_the_event_loop():
    chain = Chain(5)
    node = chain.node(**{READ: SEVEN})
    async with serving(node), asking(node) as client:
        assert await client.read(number()) == 7
        turns = 0
        decoding = asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow():
            value = yield Storage("System", "Number")
            loop.call_soon_threadsafe(decoding.set)
            while turns < 50:  # for as long as it takes the event loop to get on: for ever, if this were its thread
                time.sleep(0.001)
            return value

        reading = asyncio.create_task(client.read(slow()))
        await decoding.wait()
        while not reading.done():
            turns += 1
            await asyncio.sleep(0)
        assert await reading == 7
