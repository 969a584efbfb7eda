"""The explorer in a real browser, against what the chain says over JSON-RPC and through the typed reads."""

import asyncio
import os
import re
import sys
from pathlib import Path

import aiohttp
import pytest

sys.path.insert(0, str(Path(__file__).parent))

from browser import launched
from playwright.async_api import async_playwright, expect

from explorer_scene import SCRIPT, lively
from rpc_client import connected
from taokit.chain import reads
from taokit.devnet.rpc import Server

pytestmark = pytest.mark.peers

WIDTHS = (1280, 390)
SCHEMES = ("light", "dark")
PAGES = {
    "home": "#/",
    "blocks": "#/blocks",
    "block": "#/block/399",
    "subnets": "#/subnets",
    "subnet": "#/subnet/1",
    "why": "#/why/1/0/incentive/1",
    "account": "#/account/5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY",
}


@pytest.fixture
async def served():
    devnet = lively()
    async with Server(devnet, port=0) as server:
        yield devnet, f"http://127.0.0.1:{server.port}"


@pytest.fixture
async def rpc(served):
    async with aiohttp.ClientSession() as session, connected(session, served[1]) as client:
        yield client


@pytest.fixture
async def browser():
    async with async_playwright() as playwright:
        browser = await launched(playwright)
        yield browser
        await browser.close()


class Watched:
    """A page, with what it asked for elsewhere and what went wrong in it."""

    def __init__(self, page, url):
        self.page, self.url = page, url
        self.foreign, self.errors = [], []
        page.on("request", lambda request: self._asked(request.url))
        page.on("websocket", lambda socket: self._asked(socket.url.replace("ws", "http", 1)))
        page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        page.on("pageerror", lambda error: self.errors.append(str(error)))

    def _asked(self, url):
        if not url.startswith(self.url):
            self.foreign.append(url)

    async def open(self, place="#/"):
        await self.page.goto("about:blank")  # else what was open before would count as there
        await self.page.goto(f"{self.url}/{place}")
        await expect(self.page.locator("main h1")).to_be_visible()
        await expect(self.page.locator(".lamp.on")).to_be_visible()

    async def said(self, text):
        await expect(self.page.locator("#message")).to_contain_text(text)


@pytest.fixture
async def page(served, browser):
    watched = Watched(await browser.new_page(viewport={"width": 1280, "height": 900}), served[1])
    yield watched
    assert (watched.foreign, watched.errors) == ([], [])


def spoken(text):
    return text.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")


async def cells(page, region):
    """The text of a table, by row."""
    rows = await page.locator(f'[aria-label="{region}"] tbody tr').all()
    return [[spoken(text) for text in await row.locator("td").all_inner_texts()] for row in rows]


async def test_blocks_come_in_live_and_say_what_the_chain_says(page, served, rpc):
    await page.open()
    before = served[0].head.number
    await rpc.result("dev_newBlock", {"count": 3})
    row = page.page.locator('[aria-label="Blocks"] tbody tr').first
    await expect(row.locator("td").first).to_have_text(re.compile(str(before + 3)))
    best = await rpc.result("chain_getHeader")
    assert int(spoken(await row.locator("td").first.inner_text())) == int(best["number"], 16)
    assert await row.locator("td span.mono").get_attribute("title") == await rpc.result("chain_getBlockHash")


async def test_a_block_shows_its_extrinsics_and_what_became_of_them(page, served, rpc):
    devnet, _ = served
    failing = next(
        n for n in range(devnet.head.number, 0, -1) if any(e[2] == "ExtrinsicFailed" for e in _events(devnet, n))
    )
    await page.open(f"#/block/{failing}")
    card = page.page.locator("article.failed")
    await expect(card).to_contain_text("SubtensorModule.set_weights")
    await expect(card).to_contain_text("5Grwva")  # //Alice
    await expect(page.page.locator("article").first).to_contain_text("Timestamp.set")
    body = await rpc.result("chain_getBlock", await rpc.result("chain_getBlockHash", failing))
    assert await page.page.locator("article").count() == len(body["block"]["extrinsics"])


def _events(devnet, number):
    return devnet.node.history.record(devnet.node.history.hash_of(number)).events


async def test_the_neurons_are_those_that_a_client_reads(page, served):
    graph = served[0].chain().read(reads.metagraph(1))
    await page.open("#/subnet/1")
    shown = await cells(page.page, "Neurons")
    assert [int(row[0]) for row in shown] == list(range(len(graph.hotkeys)))
    for title, column in {4: graph.incentive, 5: graph.consensus, 6: graph.dividends}.items():
        assert [float(row[title]) for row in shown] == pytest.approx(
            [one / 65535 for one in column.tolist()], abs=0.00006
        )


async def test_the_page_follows_an_epoch_and_goes_back_with_a_snapshot(page, served, rpc):
    devnet, _ = served
    await page.open("#/subnet/1")
    start = devnet.head.number
    await page.page.get_by_role("button", name="Snapshot").click()
    await page.said("Snapshot 0 was taken")
    await page.page.get_by_role("button", name="Next epoch").click()
    await page.said("An epoch of subnet 1 has run")
    epoch = devnet.head.number
    assert epoch > start
    await expect(page.page.locator("dt", has_text="Last epoch").locator("+ dd")).to_have_text(re.compile(str(epoch)))
    await page.page.get_by_label("How many blocks").fill("5")
    await page.page.get_by_role("button", name="Mine").click()
    await page.said("5 blocks were made")
    assert devnet.head.number == epoch + 5
    await page.page.get_by_role("button", name="Revert").click()
    await expect(page.page.locator("#status")).to_contain_text(re.compile(rf"live.*{start}"))
    assert int((await rpc_header(served))["number"], 16) == start


async def rpc_header(served):
    async with aiohttp.ClientSession() as session, connected(session, served[1]) as client:
        return await client.result("chain_getHeader")


async def test_every_number_leads_to_what_explains_it(page, served, rpc):
    await page.open("#/subnet/1")
    links = await page.page.locator("main a.why").evaluate_all(
        "all => [...new Set(all.map(a => a.getAttribute('href')))]"
    )
    assert len(links) > 100
    kinds = {link.split("/")[4]: link for link in links}  # one of each
    for link in kinds.values():
        await page.page.goto(f"{page.url}/{link}")
        await expect(page.page.locator("main h1")).to_contain_text("subnet 1")
        await expect(page.page.locator('[aria-label="What is stored"]')).to_be_visible()


async def test_a_stored_value_is_the_one_under_its_raw_key(page, rpc):
    await page.open("#/why/1/0/burn")
    row = page.page.locator('[aria-label="What is stored"] tbody tr').first
    await row.locator("summary").click()
    raw = await row.locator("p.mono").inner_text()
    stored = bytes.fromhex((await rpc.result("state_getStorage", raw))[2:])
    assert int(spoken(await row.locator("td").nth(1).inner_text())) == int.from_bytes(stored, "little")


async def test_names_from_the_chain_are_text_and_nothing_else(page):
    for place in PAGES.values():
        await page.open(place)
        assert await page.page.title() != "owned"
        assert await page.page.locator("main script, main img, main iframe, a[href^='javascript']").count() == 0
    await page.open("#/subnet/1")
    await expect(page.page.locator("h1")).to_have_text(f"Subnet 1: {SCRIPT}")


async def test_the_keyboard_is_enough(page, served):
    devnet, _ = served
    await page.open("#/subnet/1")
    keyboard = page.page.keyboard
    await page.page.locator("#mine").focus()
    before = devnet.head.number
    await keyboard.press("Enter")
    await page.said("One block was made")
    assert devnet.head.number == before + 1
    weights = page.page.locator('canvas[data-key="map weights 1 0"]')
    told = page.page.locator("figure.heatmap").first.locator(".told")
    await weights.focus()
    await expect(told).to_contain_text("uid 6 → uid 0: 0")
    await keyboard.press("ArrowRight")
    await expect(told).to_contain_text("uid 6 → uid 1: 65535")
    await keyboard.press("ArrowDown")
    await expect(told).to_contain_text("uid 7 → uid 1: 50000")
    await page.page.evaluate("document.activeElement.blur()")
    await weights.focus()
    await keyboard.press("Enter")
    await expect(page.page.locator("h1")).to_have_text("Weights of uid 7 on subnet 1")


async def test_a_reader_keeps_their_place_when_blocks_come(page, served, rpc):
    await page.open("#/subnet/1")
    link = page.page.locator('[aria-label="Neurons"] a[href="#/why/1/0/incentive/2"]')
    await link.focus()
    await page.page.locator("summary", has_text="entries").click()
    await link.focus()
    await rpc.result("dev_newBlock", {"count": 2})
    await expect(page.page.locator("dt", has_text="Waiting for miners").locator("+ dd")).not_to_have_text("0 α")
    await expect(page.page.locator("#status")).to_contain_text(str(served[0].head.number))
    await expect(link).to_be_focused()
    await expect(page.page.locator("details", has_text="entries")).to_have_attribute("open", "")


async def test_it_comes_back_when_the_server_does(browser):
    devnet = lively(epochs=1)
    server = Server(devnet, port=0)
    port = await server.start()
    page = await browser.new_page()
    await page.goto(f"http://127.0.0.1:{port}/")
    await expect(page.locator(".lamp.on")).to_be_visible()
    await server.stop()
    await expect(page.locator("#status")).to_have_text(re.compile("not connected"))
    await expect(page.locator("#mine")).to_be_disabled()
    async with Server(devnet, port=port):
        await expect(page.locator(".lamp.on")).to_be_visible(timeout=15_000)
        await expect(page.locator("#mine")).to_be_enabled()


async def test_what_is_not_there_is_said(page):
    for place, words in {
        "#/block/99999": "there is no block 99999",
        "#/subnet/77": "there is no subnet 77",
        "#/account/5xyz": "is no address",
        "#/why/1/0/incentive/99": "there is no uid 99",
    }.items():
        await page.open(place)
        await expect(page.page.locator("main .bad")).to_contain_text(words)
    page.errors.clear()  # the browser notes every 404


async def test_a_foreign_page_can_neither_look_nor_steer(served, browser):
    """A page of another site in the same browser: whatever it tries is refused or comes to nothing."""
    devnet, url = served
    page = await browser.new_page()
    await page.route(
        "http://evil.example/", lambda route: route.fulfill(content_type="text/html", body="<h1>hello</h1>")
    )
    await page.goto("http://evil.example/")
    before = devnet.head
    socket = """url => new Promise(done => {
        const socket = new WebSocket(url);
        socket.onopen = () => { socket.send('{"jsonrpc":"2.0","id":1,"method":"dev_newBlock"}'); done('open'); };
        socket.onerror = () => done('refused');
    })"""
    assert await page.evaluate(socket, url.replace("http", "ws")) == "refused"
    post = """url => fetch(url, {
        method: 'POST', mode: 'no-cors', body: '{"jsonrpc":"2.0","id":1,"method":"dev_newBlock"}',
    }).then(() => 'sent', () => 'refused')"""
    await page.evaluate(post, url)
    look = "url => fetch(url).then(answer => answer.text(), () => 'refused')"
    assert await page.evaluate(look, url + "/explorer/api/subnets") == "refused"
    assert devnet.head == before


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page_fits_and_can_be_photographed(served, browser, width, scheme, tmp_path):
    """Nothing sticks out sideways. The pictures are kept where `TAOKIT_SCREENSHOTS` says."""
    folder = Path(os.environ.get("TAOKIT_SCREENSHOTS", tmp_path))
    context = await browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = Watched(await context.new_page(), served[1])
    for name, place in PAGES.items():
        await page.open(place)
        await asyncio.sleep(0.1)  # for canvases, which are drawn once they have a size
        assert await page.page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        picture = await page.page.screenshot(path=folder / f"explorer-{name}-{width}-{scheme}.png", full_page=True)
        assert picture.startswith(b"\x89PNG")
    assert (page.foreign, page.errors) == ([], [])
    await context.close()
