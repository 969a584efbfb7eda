import asyncio

import aiohttp
import pytest
from aiohttp import WSMsgType

from chains import BOB
from rpc_client import connected, transfer
from taokit.chain import reads
from taokit.devnet import Devnet


def hexed(raw):
    return "0x" + raw.hex()


async def test_refusals_of_your_choice_in_the_words_of_a_node(client, devnet):
    raw = hexed(transfer(devnet))
    assert await client.result("dev_refuseNext", {"custom": 6, "count": 2}) == 2
    for _ in range(2):
        error = await client.error("author_submitExtrinsic", raw)
        assert error == {"code": 1010, "message": "Invalid Transaction", "data": "Custom error: 6"}
    await client.result("dev_refuseNext", {"code": 1014, "data": "Priority is too low"})
    assert await client.error("author_submitAndWatchExtrinsic", raw) == {"code": 1014, "message": "Priority is too low"}
    await client.result("author_submitExtrinsic", raw)
    for wrong in ({"code": "x"}, {"count": -1}, {"custom": "6"}, {"data": 5}, [1]):
        assert (await client.error("dev_refuseNext", wrong))["code"] == -32602


async def test_a_lost_submission(client, devnet):
    before = devnet.chain().read(reads.balance(BOB.ss58))
    await client.result("dev_loseNext")
    name = await client.result("author_submitAndWatchExtrinsic", hexed(transfer(devnet)))
    assert await client.next(name) == "ready"
    assert await client.result("author_pendingExtrinsics") == []
    assert devnet.chain().read(reads.balance(BOB.ss58)) == before
    await client.result("dev_loseNext", 5)
    await client.result("dev_clearFaults")
    await client.result("author_submitExtrinsic", hexed(transfer(devnet)))
    assert devnet.chain().read(reads.balance(BOB.ss58)) > before


async def test_delayed_finality_shows_everywhere(client, devnet):
    await client.result("dev_delayFinality", 2)
    start = devnet.head
    final = await client.result("chain_subscribeFinalizedHeads")
    assert int((await client.next(final))["number"], 16) == start.number
    name = await client.result("author_submitAndWatchExtrinsic", hexed(transfer(devnet)))
    told = [await client.next(name) for _ in range(2)]
    block = hexed(devnet.head.hash)
    assert told == ["ready", {"inBlock": block}]
    assert await client.result("chain_getFinalizedHead") == hexed(start.hash)
    await client.result("dev_newBlock", {"count": 2})
    assert await client.next(name) == {"finalized": block}
    assert int((await client.next(final))["number"], 16) == start.number + 1
    assert await client.result("chain_getFinalizedHead") == block
    info = await client.result("dev_info")
    assert (info["finalizedNumber"], info["finalityDelay"]) == (start.number + 1, 2)
    await client.result("dev_clearFaults")
    assert await client.result("chain_getFinalizedHead") == hexed(devnet.head.hash)
    assert "finality" in (await client.error("dev_delayFinality", 10**6))["message"]


async def test_a_reorganisation_is_seen_by_followers_who_stay_connected(client, devnet):
    await client.result("dev_delayFinality", 5)
    heads = await client.result("chain_subscribeNewHeads")
    await client.next(heads)
    name = await client.result("author_submitAndWatchExtrinsic", hexed(transfer(devnet)))
    old = hexed(devnet.head.hash)
    assert [await client.next(name) for _ in range(2)] == ["ready", {"inBlock": old}]
    best = await client.result("dev_reorg", 1)
    assert await client.next(name) == {"retracted": old}
    assert await client.next(name) == {"inBlock": hexed(devnet.backend().block_hash(devnet.head.number - 1))}
    seen = await client.next(heads)
    while int(seen["number"], 16) < devnet.head.number:
        seen = await client.next(heads)
    assert best == hexed(devnet.head.hash)


async def test_a_stall_holds_everybody_up_but_the_controls(client, devnet, session, url):
    await client.result("dev_stall", 300)
    async with connected(session, url) as other:
        await other.send({"jsonrpc": "2.0", "id": 1, "method": "system_chain", "params": []})
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await other.socket.receive()
    async with connected(session, url) as again:
        await again.send({"jsonrpc": "2.0", "id": 1, "method": "system_chain", "params": []})
        await client.result("dev_stall", 0)
        assert (await again.receive())["result"] == "taokit devnet"
    for wrong in (-1, "1", True, 10**6, None):
        assert (await client.error("dev_stall", wrong))["code"] == -32602


@pytest.mark.parametrize("code", [None, 1011])
async def test_every_socket_is_dropped_after_the_answer(client, url, session, code):
    async with connected(session, url) as other:
        assert await client.result("dev_dropConnections", code) == 2
        for one in (client, other):
            said = await one.socket.receive(timeout=5)
            if code is None:
                assert said.type in (WSMsgType.CLOSED, WSMsgType.ERROR)
                assert one.socket.close_code == aiohttp.WSCloseCode.ABNORMAL_CLOSURE
            else:
                assert said.data == code
    async with connected(session, url) as again:
        assert await again.result("system_chain")
        assert (await again.error("dev_dropConnections", 1))["code"] == -32602


async def test_a_nonce_ahead_is_told_as_future(client, devnet):
    later = await client.result("author_submitAndWatchExtrinsic", hexed(transfer(devnet, nonce=1)))
    assert await client.next(later) == "future"
    await client.result("author_submitExtrinsic", hexed(transfer(devnet, nonce=0)))
    assert await client.next(later) == "ready"
    assert (await client.next(later)).keys() == {"inBlock"}


async def test_dump_load_and_reset_over_the_socket(client, devnet, session, url):
    await client.result("dev_newBlock", {"count": 2})
    text = await client.result("dev_dump")
    root = await client.result("dev_stateRoot")
    assert Devnet.loaded(text).state_root().hex() == root[2:]
    await client.result("dev_fund", BOB.ss58, 5)
    await client.result("dev_load", text)
    async with connected(session, url) as again:
        assert await again.result("dev_stateRoot") == root
        error = await again.error("dev_load", text[:500])
        assert "line 1" in error["message"]
        await again.result("dev_newBlock")
        await again.result("dev_reset")
    async with connected(session, url) as again:
        assert await again.result("dev_stateRoot") == root
