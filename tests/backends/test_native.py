import asyncio
from contextlib import aclosing, asynccontextmanager

import pytest

from backends.fake_node import GENESIS, SILENCE, Break, Fail, Node, Raw, Subscription, header, serving
from taokit.backends import Limits, MetadataCache, NativeBackend, codec_of, within
from taokit.backends.answers import head as head_of
from taokit.chain import AsyncChain, Status, Storage
from taokit.devnet import Devnet
from taokit.errors import ChainError, Disconnected, PoolRefused, TimedOut, UnknownBlock, Unreachable

HURRIED = Limits(
    connect_s=1, call_s=0.4, read_s=2, close_s=0.1, quiet_s=0.05, pause_s=0.01, patience_s=0.2, status_s=0.2
)
HASH, OTHER = "0x" + "ab" * 32, "0x" + "cd" * 32
WATCH = "author_submitAndWatchExtrinsic"
METADATA = Devnet.empty().backend().runtime().metadata


def version(spec):
    return {"specName": "fake", "specVersion": spec, "transactionVersion": 1}


def blob(metadata):
    return "0x01" + (len(metadata) << 2 | 2).to_bytes(4, "little").hex() + metadata.hex()


@asynccontextmanager
async def backend_of(*nodes, limits=HURRIED, **options):
    backend = NativeBackend([node.url for node in nodes], limits=limits, **options)
    try:
        yield backend
    finally:
        await backend.close()


async def test_questions_as_nodes_take_them():
    answers = {
        "chain_getBlockHash": lambda number=None: GENESIS if number == 0 else HASH if number is None else None,
        "chain_getBlock": {"block": {"header": header(7), "extrinsics": ["0x01"]}},
        "state_getStorageAt": lambda key, at=None: "0x07" if key == "0x01" else None,
        "state_queryStorageAt": lambda keys, at=None: [{"block": HASH, "changes": [[key, None] for key in keys]}],
        "state_getKeysPaged": ["0x0102"],
        "state_call": "0x2a",
    }
    async with serving(Node(answers)) as node, backend_of(node) as backend:
        at = bytes.fromhex(HASH[2:])
        assert await backend.block_hash(0) == bytes.fromhex(GENESIS[2:])
        assert await backend.block_hash() == at
        assert await backend.block_hash(9) is None
        assert (await backend.block()).head == head_of(header(7))
        assert await backend.storage([]) == []
        assert await backend.storage([b"\1"]) == [b"\7"]
        assert await backend.storage([b"\1", b"\2"], at) == [None, None]
        assert await backend.keys(b"\1", start=b"\1\1", count=5, at=at) == [b"\1\2"]
        assert await backend.call("Core_version", b"\0", at) == b"*"
        assert node.asked[-3:] == [
            ("state_queryStorageAt", [["0x01", "0x02"], HASH]),
            ("state_getKeysPaged", ["0x01", 5, "0x0101", HASH]),
            ("state_call", ["Core_version", "0x00", HASH]),
        ]


async def test_many_keys_are_asked_for_in_batches_of_one_block():
    def query(keys, at):
        return [{"block": at, "changes": [[key, key] for key in keys]}]

    answers = {
        "chain_getBlockHash": lambda number=None: GENESIS if number == 0 else HASH,
        "state_queryStorageAt": query,
    }
    async with serving(Node(answers)) as node, backend_of(node) as backend:
        keys = [number.to_bytes(2, "big") for number in range(2500)]
        assert await backend.storage(keys) == keys
        assert [params[1] for method, params in node.asked if method == "state_queryStorageAt"] == [HASH] * 3


async def test_many_keys_are_listed_in_pages():
    def paged(prefix, count, start, at):
        first = int(start, 16) + 1 if start else 0
        return [f"0x{number:04x}" for number in range(first, min(first + count, 2300))]

    answers = {"chain_getBlockHash": lambda number=None: GENESIS if number == 0 else HASH, "state_getKeysPaged": paged}
    async with serving(Node(answers)) as node, backend_of(node) as backend:
        assert len(await backend.keys(b"", count=5000)) == 2300
        assert len(await backend.keys(b"", count=1500)) == 1500


async def test_blocks_that_the_node_does_not_know():
    lost = Fail(4003, "Client error: UnknownBlock: State already discarded for 0xab")
    async with serving(Node({"chain_getBlock": None, "state_call": lost})) as node, backend_of(node) as backend:
        with pytest.raises(UnknownBlock):
            await backend.block(bytes(32))
        with pytest.raises(UnknownBlock):
            await backend.call("a", b"", bytes(32))


async def test_a_block_in_the_place_of_another_is_not_taken():
    wrong = {"chain_getBlock": {"block": {"header": header(7), "extrinsics": []}}}
    async with serving(Node(wrong)) as node, backend_of(node) as backend:
        with pytest.raises(Disconnected, match="in the place of another"):
            await backend.block(bytes(32))


async def test_metadata_is_fetched_once_and_then_comes_from_disk(tmp_path):
    answers = {"state_getRuntimeVersion": version(7), "state_call": blob(METADATA)}
    async with serving(Node(answers)) as node:
        for _ in range(2):
            async with backend_of(node, cache=MetadataCache(tmp_path)) as backend:
                runtimes = await asyncio.gather(*(backend.runtime() for _ in range(5)))
                assert {runtime.metadata for runtime in runtimes} == {METADATA}
        assert node.count("state_call") == 1
        [path] = tmp_path.iterdir()
        path.write_bytes(path.read_bytes()[:-1])
        async with backend_of(node, cache=MetadataCache(tmp_path)) as backend:
            assert (await backend.runtime()).metadata == METADATA
        assert node.count("state_call") == 2


@pytest.mark.parametrize("no_v15", ["0x00", Fail(-32601, "Method not found"), "0x", "0x0108"], ids=repr)
async def test_a_node_without_v15_gives_what_it_has(no_v15):
    answers = {"state_getRuntimeVersion": version(7), "state_call": no_v15, "state_getMetadata": "0x6d6574610e00"}
    async with serving(Node(answers)) as node, backend_of(node) as backend:
        assert (await backend.runtime()).metadata == b"meta\x0e\0"


@pytest.mark.parametrize(
    ("told", "why"), [("0x6d65746110", "V16"), ("0x6d657461", "something else"), ("0x", "something")]
)
async def test_metadata_of_no_use_is_refused_and_not_kept(told, why, tmp_path):
    answers = {"state_getRuntimeVersion": version(7), "state_call": "0x00", "state_getMetadata": told}
    async with serving(Node(answers)) as node, backend_of(node, cache=MetadataCache(tmp_path)) as backend:
        with pytest.raises(ChainError, match=why):
            await backend.runtime()
    assert not list(tmp_path.iterdir())


async def test_metadata_that_no_decoder_reads_is_named():
    answers = {"state_getRuntimeVersion": version(7), "state_call": blob(b"meta\x0f" + b"\xff" * 50)}
    async with serving(Node(answers)) as node, backend_of(node) as backend:
        runtime = await backend.runtime()
        with pytest.raises(ChainError, match="the metadata of fake 7 cannot be read"):
            codec_of(runtime)


async def test_an_upgrade_of_the_runtime_is_noticed_by_the_block_that_is_read():
    best = [HASH]
    answers = {
        "chain_getBlockHash": lambda number=None: GENESIS if number == 0 else best[0],
        "state_getRuntimeVersion": lambda at: version(7 if at == HASH else 8),
        "state_call": blob(METADATA),
        "state_getStorageAt": "0x2a000000",
    }
    asked = []

    def codec(runtime):
        asked.append(runtime.spec_version)
        return codec_of(runtime)

    def number():
        return (yield Storage("System", "Number"))

    async with serving(Node(answers)) as node, backend_of(node) as backend:
        chain = AsyncChain(backend, codec, within)
        assert await chain.read(number()) == 42
        assert await chain.read(number()) == 42
        best[0] = OTHER
        assert await chain.read(number()) == 42
        assert await chain.read(number(), at=bytes.fromhex(HASH[2:])) == 42
    assert asked == [7, 8]


async def statuses(backend):
    return [status async for status in backend.submit(b"\1\2")]


async def test_a_submission_is_told_up_to_its_last_status():
    told = Subscription(
        "future", "ready", {"inBlock": HASH}, {"retracted": HASH}, {"inBlock": OTHER}, {"finalized": OTHER}
    )
    async with serving(Node({WATCH: told})) as node, backend_of(node) as backend:
        ab, cd = b"\xab" * 32, b"\xcd" * 32
        assert await statuses(backend) == [
            *(Status("ready"), Status("ready"), Status("in_block", ab), Status("retracted")),
            *(Status("in_block", cd), Status("finalized", cd)),
        ]
        assert node.asked[-1] == (WATCH, ["0x0102"])


async def test_a_submission_that_is_left_early_is_unwatched():
    told = Subscription("ready", {"inBlock": HASH})
    async with serving(Node({WATCH: told, "author_unwatchExtrinsic": True})) as node, backend_of(node) as backend:
        async with aclosing(backend.submit(b"\1")) as told_so_far:
            assert await anext(told_so_far) == Status("ready")
        await backend.block_hash(0)
        assert ("author_unwatchExtrinsic", [told.number]) in node.asked


async def test_the_pool_s_refusal():
    refusal = Fail(1010, "Invalid Transaction", "Custom error: 6")
    async with serving(Node({WATCH: refusal})) as node, backend_of(node) as backend:
        with pytest.raises(PoolRefused) as caught:
            await statuses(backend)
    assert (caught.value.code, caught.value.custom) == (1010, 6)


@pytest.mark.parametrize(
    "answer", [SILENCE, Raw("{"), Break(b""), Subscription("ready", "nonsense"), Subscription("ready"),
               Subscription({"finalityTimeout": HASH})], ids=lambda answer: type(answer).__name__,
)  # fmt: skip
async def test_what_may_have_been_submitted_is_never_sent_again(answer):
    blocks = {"chain_getFinalizedHead": GENESIS, "chain_getBlock": None, **QUIET}
    one = Node({WATCH: answer, HEADS: lambda: telling(1), **blocks})
    other = Node({WATCH: Subscription(), HEADS: lambda: telling(1), **blocks})
    async with serving(one), serving(other), backend_of(one, other) as backend:
        with pytest.raises((Disconnected, TimedOut)) as caught:
            await statuses(backend)
    assert "may have been taken" in caught.value.hint
    assert (one.count(WATCH), other.count(WATCH)) == (1, 0)


async def test_a_connection_lost_before_costs_no_submission():
    async with serving(Node({WATCH: Subscription({"finalized": HASH})})) as node, backend_of(node) as backend:
        await backend.block_hash(0)
        node.cut()
        await node.gone.wait()
        await asyncio.sleep(0.02)
        assert [status.kind for status in await statuses(backend)] == ["finalized"]


async def test_nothing_is_sent_where_nobody_is():
    backend = NativeBackend(["ws://127.0.0.1:9"], limits=HURRIED)
    with pytest.raises(Unreachable):
        await statuses(backend)
    await backend.close()


def telling(*numbers):
    return Subscription(*map(header, numbers))


HEADS = "chain_subscribeNewHeads"
QUIET = {"chain_getHeader": header(0), "chain_unsubscribeNewHeads": True}


async def test_heads_only_grow():
    told = telling()
    async with serving(Node({HEADS: told, **QUIET})) as node, backend_of(node) as backend:
        heads = backend.heads()
        first = asyncio.create_task(anext(heads))
        while told.socket is None:
            await asyncio.sleep(0)
        seen = []
        for number in (5, 5, 4, 6, 9, 7, 10):
            await told.send(header(number))
            await asyncio.sleep(0.01)
            if first.done():
                seen.append((await first).number)
                first = asyncio.create_task(anext(heads))
        first.cancel()
        assert seen == [5, 6, 9, 10]
        await asyncio.gather(first, return_exceptions=True)


@asynccontextmanager
async def following(*nodes):
    async with backend_of(*nodes) as backend, aclosing(backend.heads()) as heads:
        yield heads


async def test_a_slow_reader_of_heads_gets_the_newest():
    told = telling(1)
    async with serving(Node({HEADS: told, **QUIET})) as node, following(node) as heads:
        assert (await anext(heads)).number == 1
        for number in range(2, 50):
            await told.send(header(number))
        await asyncio.sleep(0.05)
        assert (await anext(heads)).number == 49


async def test_heads_go_on_after_a_lost_connection():
    numbers = iter(range(1, 100))
    async with serving(Node({HEADS: lambda: telling(next(numbers)), **QUIET})) as node, following(node) as heads:
        for number in range(1, 4):
            assert (await anext(heads)).number == number
            node.cut()


async def test_heads_go_on_at_another_node():
    one, two = Node({HEADS: telling(1), **QUIET}), Node({HEADS: telling(1, 2), **QUIET})
    async with serving(one), serving(two), following(one, two) as heads:
        assert (await anext(heads)).number == 1
        one.cut()
        assert (await anext(heads)).number == 2
    assert (one.connections, two.connections) == (1, 1)


async def test_a_node_that_forgets_to_tell_its_heads_is_left():
    deaf, good = Node({HEADS: telling(1), "chain_getHeader": header(2)}), Node({HEADS: telling(3), **QUIET})
    async with serving(deaf), serving(good), following(deaf, good) as heads:
        assert [(await anext(heads)).number for _ in range(2)] == [1, 3]


async def test_a_quiet_chain_is_no_reason_to_leave():
    told = telling(1)
    async with serving(Node({HEADS: told, "chain_getHeader": header(1)})) as node, following(node) as heads:
        assert (await anext(heads)).number == 1
        waiting = asyncio.create_task(anext(heads))
        while node.count("chain_getHeader") < 3:
            await asyncio.sleep(0.01)
        await told.send(header(2))
        assert (await waiting).number == 2
    assert node.connections == 1


async def test_a_node_that_hangs_up_on_followers_is_not_asked_in_a_rush():
    node = Node({**QUIET})

    def hang_up():
        asyncio.get_running_loop().call_later(0.01, node.cut)
        return telling(1)

    node.answers[HEADS] = hang_up
    async with serving(node), following(node) as heads:
        assert (await anext(heads)).number == 1
        with pytest.raises(TimedOut):
            await within(anext(heads), 0.3)
    assert node.connections < 12


async def test_nobody_follows_where_nobody_is():
    backend = NativeBackend(["ws://127.0.0.1:9"])
    with pytest.raises(Unreachable):
        await anext(backend.heads())
    await backend.close()


async def test_followers_are_told_in_the_end():
    async with serving(Node({HEADS: telling(1), **QUIET})) as node:
        backend = NativeBackend([node.url], limits=HURRIED)
        heads = backend.heads()
        await anext(heads)
    with pytest.raises(Unreachable):
        await anext(heads)
    await backend.close()


async def test_closing_ends_followers_and_submissions():
    async with serving(Node({HEADS: telling(), WATCH: Subscription(), **QUIET})) as node:
        backend = NativeBackend([node.url], limits=Limits(close_s=0.1))
        waiting = [asyncio.ensure_future(anext(backend.heads())), asyncio.ensure_future(anext(backend.submit(b"\1")))]
        while len(node.asked) < 3:
            await asyncio.sleep(0)
        await asyncio.sleep(0.02)
        async with asyncio.timeout(2):
            await backend.close()
            for error in await asyncio.gather(*waiting, return_exceptions=True):
                assert isinstance(error, Disconnected)
