import json
import re

import pytest

from rpc_client import connected
from taokit.devnet.explorer.web import HEADERS, assets

NAMES = ["blocks", "pool", "snapshots", "subnets"]
OF_A_SUBNET = ["subnet", "matrices", "epochs", "prices", "commits", "why"]


async def said(session, url, **query):
    async with session.get(url, params=query) as response:
        return response.status, json.loads(await response.text())


async def test_browsers_get_the_page_and_programs_what_a_node_says(served, session):
    _, url = served
    async with session.get(url, headers={"Accept": "text/html,*/*;q=0.8"}) as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert {name: response.headers[name] for name in HEADERS} == HEADERS
        page = await response.text()
    async with session.get(url) as response:
        assert response.status == 405
    for name in re.findall(r'"/explorer/([\w.]+)"', page):
        async with session.get(f"{url}/explorer/{name}") as response:
            assert (response.status, response.headers["X-Content-Type-Options"]) == (200, "nosniff")
            assert response.content_type in ("text/css", "text/javascript", "image/svg+xml")


@pytest.mark.parametrize(
    "name", ["nothing.js", "..%2Fweb.py", "..%2F..%2Fdevnet.py", "%00", "index.html%2F..", "web.py"]
)
async def test_no_other_file_is_served(served, session, name):
    async with session.get(f"{served[1]}/explorer/{name}") as response:
        assert response.status == 404


async def test_every_answer(served, session):
    _, url = served
    for name in NAMES:
        assert (await said(session, f"{url}/explorer/api/{name}"))[0] == 200
    for name in OF_A_SUBNET:
        assert (await said(session, f"{url}/explorer/api/{name}", netuid=1, what="price"))[0] == 200


@pytest.mark.parametrize("name", OF_A_SUBNET)
@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({}, 400),
        ({"netuid": "x"}, 400),
        ({"netuid": "-1"}, 400),
        ({"netuid": "1" * 50}, 400),
        ({"netuid": "٣"}, 400),
        ({"netuid": "77"}, 404),
        ({"netuid": "70000"}, 404),
        ({"netuid": "1", "mechanism": "5"}, 400),
    ],
)
async def test_bad_questions(served, session, name, query, status):
    found, told = await said(session, f"{served[1]}/explorer/api/{name}", **query)
    assert found == status
    assert told["error"]


async def test_what_nobody_offers(served, session):
    assert (await said(session, f"{served[1]}/explorer/api/secrets"))[0] == 404
    assert (await said(session, f"{served[1]}/explorer/api/block", block="abc"))[0] == 404
    async with session.post(f"{served[1]}/explorer/api/subnets") as response:
        assert response.status == 405


async def test_snapshots_are_listed_by_height(served, session):
    devnet, url = served
    async with connected(session, url) as client:
        assert await client.result("dev_snapshot") == 0
        await client.result("dev_newBlock", {"count": 4})
        assert await client.result("dev_snapshot") == 1
    head = devnet.head.number
    assert await said(session, f"{url}/explorer/api/snapshots") == (200, [head - 4, head])


def test_nothing_is_loaded_from_elsewhere_and_nothing_is_put_in_as_markup():
    for name, body in assets().items():
        text = body.decode()
        assert not re.findall(r"(?:https?:)?//(?!www\.w3\.org/)[a-z0-9.-]+\.[a-z]{2,}", text), name
        assert not re.search(
            r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|\son\w+=|style=", text
        ), name


def test_the_page_is_small():
    assert sum(map(len, assets().values())) < 64 << 10
