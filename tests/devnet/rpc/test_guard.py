import pytest

from rpc_client import connected
from taokit.devnet import Devnet
from taokit.devnet.rpc import Server
from taokit.devnet.rpc.guard import Guard

CALL = {"jsonrpc": "2.0", "id": 1, "method": "dev_newBlock", "params": []}


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "anything.example"),  # a program
        ("http://127.0.0.1:9944", "127.0.0.1:9944"),
        ("http://localhost:5173", "127.0.0.1:9944"),  # a page that is developed on this machine
        ("http://[::1]:9944", "[::1]:9944"),
        ("http://app.localhost", "127.0.0.1:9944"),
        ("http://192.168.1.5:9944", "192.168.1.5:9944"),
        ("https://polkadot.js.org", "127.0.0.1:9944"),
        ("http://Box.example:9944", "box.example:9944"),
        ("https://ui.example", "127.0.0.1:9944"),
    ],
)
def test_who_is_let_in(origin, host):
    assert Guard(["box.example"], ["https://ui.example/"]).admits(origin, host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "127.0.0.1:9944"),
        ("http://evil.example:9944", "evil.example:9944"),  # a name that points here by now
        ("http://192.168.1.66", "192.168.1.5:9944"),
        ("null", "127.0.0.1:9944"),
        ("", "127.0.0.1:9944"),
        ("http://localhost.evil.example", "127.0.0.1:9944"),
        ("http://127.0.0.1.evil.example", "127.0.0.1:9944"),
        ("https://polkadot.js.org.evil.example", "127.0.0.1:9944"),
        ("http://[::1", "127.0.0.1:9944"),
        ("http://evil.example", None),
    ],
)
def test_who_is_not(origin, host):
    assert not Guard(["box.example"]).admits(origin, host)


@pytest.mark.parametrize(
    ("host", "known"),
    [("127.0.0.1:9944", True), ("10.0.0.3", True), ("localhost:1", True), ("evil.example", False), (None, False)],
)
def test_a_host_is_an_address_or_agreed_on(host, known):
    assert Guard().knows(host) is known


async def test_a_page_of_elsewhere_moves_nothing(url, session, devnet):
    before = devnet.head
    for origin in ("http://evil.example", "null"):
        headers = {"Origin": origin, "Content-Type": "text/plain"}
        async with session.post(
            url, json=None, data='{"jsonrpc":"2.0","id":1,"method":"dev_newBlock"}', headers=headers
        ) as said:
            assert said.status == 403
        async with session.get(url, headers={**headers, **UPGRADE}) as said:
            assert said.status == 403
    assert devnet.head == before


async def test_a_rebound_name_sees_nothing_and_moves_nothing(url, session, devnet):
    port = url.rpartition(":")[2]
    rebound = {"Host": f"evil.example:{port}"}
    before = devnet.head
    for place in ("/explorer/api/subnets", "/explorer/page.js"):
        async with session.get(url + place, headers=rebound) as said:
            assert said.status == 403
    async with session.get(url, headers={**rebound, "Accept": "text/html"}) as said:
        assert said.status == 403
    async with session.post(url, json=CALL, headers={**rebound, "Origin": f"http://evil.example:{port}"}) as said:
        assert said.status == 403
    assert devnet.head == before


async def test_programs_by_any_name_and_pages_that_were_named_are_served(session):
    async with Server(Devnet.empty(), port=0, origins=["https://ui.example"]) as server:
        url = f"http://127.0.0.1:{server.port}"
        async with session.post(url, json=CALL, headers={"Host": "devnet:9944"}) as said:
            assert (said.status, "result" in await said.json()) == (200, True)
        async with session.post(url, json=CALL, headers={"Origin": "https://ui.example"}) as said:
            assert said.status == 200
        async with connected(session, url) as client:
            assert await client.result("system_chain")


UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}
