import asyncio
import io
import json

import pytest
from aiohttp import WSMsgType

from rpc_client import connected
from taokit.devnet import Devnet
from taokit.devnet.rpc import Limits, Server
from taokit.errors import ConfigurationError

CALL = {"jsonrpc": "2.0", "id": 1, "method": "system_chain", "params": []}


async def test_http_and_websocket_on_one_port(url, session, client):
    async with session.post(url, json=CALL) as response:
        assert (await response.json())["result"] == await client.result("system_chain")
    async with session.post(url, json=[CALL, {**CALL, "id": 2}]) as response:
        assert [one["id"] for one in await response.json()] == [1, 2]
    async with session.get(url + "/health") as response:
        assert (await response.json())["peers"] == 0
    async with session.get(url) as response:
        assert response.status == 405
    async with session.post(url, json={**CALL, "method": "chain_subscribeNewHeads"}) as response:
        assert (await response.json())["error"]["code"] == -32601


async def test_http_bodies_that_are_garbage_or_too_long(url, session):
    async with session.post(url, data=b"\xff{") as response:
        assert (await response.json())["error"]["code"] == -32700
    async with session.post(url, data=io.BytesIO(b" " * (1 << 20) + b"17")) as response:
        assert (response.status, (await response.json())["error"]["code"]) == (413, -32007)


async def test_a_batch_answers_in_order_and_leaves_notifications_out(client):
    await client.send([CALL, {"jsonrpc": "2.0", "method": "system_chain"}, 7, {**CALL, "id": "b", "method": "nope"}])
    first, second, third = await client.receive()
    assert first["result"] == "taokit devnet"
    assert (second["id"], second["error"]["code"]) == (None, -32600)
    assert (third["id"], third["error"]["code"]) == ("b", -32601)


@pytest.mark.parametrize("garbage", ["", "{", "[]", "null", "\0", "[[[[", '{"id":1}', "é" * 99])
async def test_garbage_is_answered_and_the_server_goes_on(client, garbage):
    await client.send(garbage) if garbage else await client.socket.send_str("")
    assert (await client.receive())["error"]["code"] in (-32700, -32600)
    await client.socket.send_bytes(json.dumps(CALL).encode())
    assert (await client.receive())["result"] == "taokit devnet"


async def test_a_long_message_is_refused_and_a_huge_frame_ends_the_connection(session):
    async with Server(Devnet.empty(), port=0, limits=Limits(request=1000, frame=5000)) as server:
        async with connected(session, f"http://127.0.0.1:{server.port}") as client:
            await client.send(" " * 2000)
            assert (await client.receive())["error"]["code"] == -32007
            assert await client.result("system_chain")
            await client.send(" " * 6000)
            assert (await client.socket.receive(timeout=5)).data == 1009
        async with connected(session, f"http://127.0.0.1:{server.port}") as client:
            assert await client.result("system_chain")


async def test_many_clients_at_once(url, session, devnet):
    async def one(k):
        async with connected(session, url) as client:
            return [await client.result("chain_getBlockHash", k) for _ in range(3)]

    hashes = ["0x" + devnet.backend().block_hash(k).hex() for k in range(40)]
    assert await asyncio.gather(*map(one, range(40))) == [[name] * 3 for name in hashes]


async def test_too_many_clients(session):
    async with Server(Devnet.empty(), port=0, limits=Limits(connections=1)) as server:
        address = f"http://127.0.0.1:{server.port}"
        async with connected(session, address), session.get(address, headers=UPGRADE) as response:
            assert response.status == 429


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


async def test_one_who_never_reads_is_cut_off_and_holds_nobody_up(session):
    async with Server(Devnet.subnet(), port=0, limits=Limits(send_s=0.3, in_flight=4)) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        lines = ["GET / HTTP/1.1", "Host: x", *(f"{name}: {value}" for name, value in UPGRADE.items()), "", ""]
        writer.write("\r\n".join(lines).encode())
        await reader.readuntil(b"\r\n\r\n")
        call = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "state_getMetadata"}).encode()
        frame = bytes((0x81, 0x80 | len(call))) + bytes(4) + call  # masked with zeros
        writer.write(frame * 400)
        async with connected(session, f"http://127.0.0.1:{server.port}") as client:
            for _ in range(20):
                await client.result("dev_newBlock")
            async with asyncio.timeout(20):
                while server.clients > 1:
                    await asyncio.sleep(0.05)
        writer.close()


async def test_a_client_that_goes_leaves_nothing_behind(url, session, devnet):
    async with connected(session, url) as client:
        await client.result("chain_subscribeNewHeads")
        await client.send({"jsonrpc": "2.0", "id": 9, "method": "dev_newBlock", "params": [{"count": 10**9}]})
    async with connected(session, url) as client:
        assert await client.result("dev_newBlock")  # nobody holds the chain any more


async def test_stopping_says_goodbye(session):
    server = Server(Devnet.empty(), port=0)
    port = await server.start()
    async with connected(session, f"http://127.0.0.1:{port}") as client:
        stopping = asyncio.create_task(server.stop())
        said = await client.socket.receive(timeout=5)
        assert (said.type, said.data) == (WSMsgType.CLOSE, 1001)
        await stopping
    await server.stop()


async def test_a_port_that_is_taken(url):
    with pytest.raises(ConfigurationError, match="cannot serve on"):
        await Server(Devnet.empty(), port=int(url.rpartition(":")[2])).start()
