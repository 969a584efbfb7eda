"""Every status that an axon answers, in every format: one fixed text, JSON, and the headers of its format."""

import asyncio
import hashlib
import json

import pytest

from raw_http import exchange, read_reply, request_bytes, send
from signed_requests import NOW, ask, changed, epistula, legacy, signed
from taokit.axon import Limits, Rate, Route
from taokit.axon.answers import FIXED
from taokit.errors import Busy, Forbidden, TooMany
from taokit.protocol import BtauthDraft, EpistulaDraft
from wire_classes import Boom, Echo, Slow, TextReverse, boom, echo, slow, text_reverse
from wire_vectors import ALICE, BOB, CHARLIE

SIGN = {"legacy": legacy, "btauth": signed, "epistula": epistula}
SIGNATURE = {
    "legacy": "bt_header_dendrite_signature",
    "btauth": "X-Bittensor-Signature",
    "epistula": "Epistula-Request-Signature",
}
FORMATS = pytest.mark.parametrize("format", list(SIGN))
ROUTES = [
    Route(Echo, echo),
    Route(Boom, boom, unbound_body=True),
    Route(Slow, slow, unbound_body=True, deadline_s=0.02),
]


def check(reply, status, format, text=None):
    """The one form that every refusal has."""
    assert reply.status == status
    assert reply.headers["content-type"] == "application/json"
    assert list(reply.json) == ["message"]
    assert reply.json["message"] == (text or FIXED[status])
    assert reply.body.isascii()
    assert len(reply.body) < 512
    terminal = {name for name in reply.headers if name.startswith("bt_header")}
    if format == "legacy":
        assert terminal == {"bt_header_axon_status_code", "bt_header_axon_status_message"}
        assert reply.headers["bt_header_axon_status_code"] == str(status)
        assert reply.headers["bt_header_axon_status_message"] == reply.json["message"]
    else:
        assert not terminal
    assert "x-taokit-answer-signature" not in reply.headers


def sent(format, message=None, **options):
    return SIGN[format](message or Echo(text="x"), **options)


async def altered(port, request, **headers):
    return await exchange(port, "POST", request.target, changed(request, **headers), request.body)


@FORMATS
async def test_400_headers_that_do_not_parse(served, format):
    check(await altered(await served(), sent(format), **{SIGNATURE[format]: "0xzz"}), 400, format)


@FORMATS
@pytest.mark.parametrize("body", [b"", b"{nope", b"[1]", b'{"text": 5}'])
async def test_400_a_body_that_is_no_question(served, format, body):
    port = await served(Route(TextReverse, text_reverse, unbound_body=True))
    request = sent(format, TextReverse(text="x"))
    if format == "legacy":  # whose signature covers hash fields alone, of which there are none here
        check(await exchange(port, "POST", "/TextReverse", request.headers, body), 400, format)
        return
    digest = hashlib.sha256(body).hexdigest()
    draft = {"btauth": BtauthDraft, "epistula": EpistulaDraft}[format]("/TextReverse", body, digest)
    more = {"uuid": "u-1"} if format == "epistula" else {}
    request = draft.signed(ALICE, receiver=BOB.ss58, nonce_ns=NOW, **more)
    check(await ask(port, request), 400, format)


async def test_400_another_body_than_was_hashed(served):
    request = legacy(Echo(text="x"))
    body = json.dumps({**json.loads(request.body), "text": "y"}).encode()
    check(await exchange(await served(), "POST", "/Echo", request.headers, body), 400, "legacy")


@FORMATS
async def test_400_a_format_that_is_off(served, format):
    on = [name for name in SIGN if name != format]
    reply = await ask(await served(formats=on), sent(format))
    check(reply, 400, format, f"one format at a time, of {', '.join(on)}")


@FORMATS
@pytest.mark.parametrize("why", ["stale", "future", "other key", "other receiver", "replayed"])
async def test_401_not_believed(served, format, why):
    port = await served()
    seconds = 1_000_000_000
    if why in ("stale", "future"):
        request = sent(format, nonce_ns=NOW + (3 * seconds if why == "future" else -60 * seconds))
    elif why == "other key":
        key = {"legacy": "bt_header_dendrite_hotkey", "btauth": "X-Bittensor-Hotkey", "epistula": "Epistula-Signed-By"}
        check(await altered(port, sent(format), **{key[format]: CHARLIE.ss58}), 401, format)
        return
    elif why == "other receiver":
        key = {"legacy": "bt_header_axon_hotkey", "btauth": "X-Bittensor-Receiver", "epistula": "Epistula-Signed-For"}
        check(await altered(port, sent(format), **{key[format]: CHARLIE.ss58}), 401, format)
        return
    else:
        request = sent(format)
        assert (await ask(port, request)).status == 200
    check(await ask(port, request), 401, format)


@pytest.mark.parametrize("name", ["nonce", "uuid", "hotkey", "signature"])
async def test_401_a_legacy_request_that_lacks_a_part(served, name):
    check(await altered(await served(), legacy(Echo(text="x")), **{f"bt_header_dendrite_{name}": None}), 401, "legacy")


@FORMATS
async def test_403_refused_by_policy(served, format):
    async def nobody(caller):
        raise Forbidden(f"{caller.hotkey} may not")

    check(await ask(await served(admit=nobody), sent(format)), 403, format)


@FORMATS
async def test_404_and_405_before_anything_is_verified(served, format):
    port, request = await served(), sent(format)
    check(await exchange(port, "POST", "/Nope", request.headers, request.body), 404, format)
    check(await exchange(port, "GET", "/Echo", request.headers, request.body), 405, format)


@FORMATS
async def test_408_a_handler_past_its_deadline(served, format):
    check(await ask(await served(*ROUTES), sent(format, Slow(seconds=30))), 408, format)


@FORMATS
async def test_413_a_body_over_the_limit(served, format):
    port = await served(Route(Echo, echo, max_body=64))
    check(await ask(port, sent(format, Echo(text="x" * 100))), 413, format)


@FORMATS
@pytest.mark.parametrize("headers", [{"Content-Type": "text/plain"}, {"Content-Encoding": "gzip"}])
async def test_415_content_that_is_not_plain(served, format, headers):
    check(await altered(await served(), sent(format), **headers), 415, format)


@FORMATS
async def test_429_over_a_rate(served, format):
    port = await served(limits=Limits(hotkey_rate=Rate(per_s=0.1, burst=1)))
    for number, status in enumerate((200, 429)):
        options = {"nonce_ns": NOW + number, **({"uuid": f"u-{number}"} if format == "epistula" else {})}
        reply = await ask(port, sent(format, **options))
        assert reply.status == status
    check(reply, 429, format)
    assert int(reply.headers["retry-after"]) >= 1


@FORMATS
async def test_429_by_the_policy(served, format):
    async def slower(caller):
        error = TooMany("slow down")
        error.retry_after = 2.2
        raise error

    reply = await ask(await served(admit=slower), sent(format))
    check(reply, 429, format)
    assert reply.headers["retry-after"] == "2"


@FORMATS
async def test_431_headers_over_the_limit(served, format):
    request = sent(format)
    extra = [(f"x-{number}", "y") for number in range(200)]
    reply = await exchange(await served(), "POST", "/Echo", [*request.headers, *extra], request.body)
    assert (reply.status, reply.json) == (431, {"message": FIXED[431]})


@FORMATS
async def test_500_a_handler_that_raised_tells_an_id_and_nothing_else(served, format, caplog):
    reply = await ask(await served(*ROUTES), sent(format, Boom()))
    text = reply.json["message"]
    check(reply, 500, format, text)
    name, _, id = text.rpartition(" ")
    assert name == FIXED[500]
    assert any(id in record.getMessage() and record.exc_info for record in caplog.records)


@FORMATS
async def test_503_when_it_is_full(served, format):
    async def full(caller):
        error = Busy("full")
        error.retry_after = 1.0
        raise error

    reply = await ask(await served(admit=full), sent(format))
    check(reply, 503, format)
    assert reply.headers["retry-after"] == "1"


@FORMATS
async def test_503_while_it_shuts_down(serve, format):
    began, release = asyncio.Event(), asyncio.Event()

    async def holding(message, caller):
        began.set()
        await release.wait()
        return message

    port, axon = await serve([Route(Echo, holding)], now_ns=lambda: NOW)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    first = signed(Echo(text="first"), nonce_ns=NOW + 7)
    running = asyncio.create_task(ask(port, first))
    await began.wait()
    stopping = asyncio.create_task(axon.stop(drain_s=5))
    await asyncio.sleep(0)
    request = sent(format)
    writer.write(request_bytes("POST", request.target, request.headers, request.body))
    reply = await read_reply(reader)
    release.set()
    await asyncio.gather(running, stopping)
    writer.close()
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    assert reply.json == {"message": FIXED[503]}


async def test_what_bears_no_marks_is_404_then_405_then_401(served):
    port = await served()
    for method, target, status in (("GET", "/docs", 404), ("GET", "/Echo", 405), ("POST", "/Echo", 401)):
        check(await exchange(port, method, target), status, "legacy")


async def test_what_is_no_http_is_400(served):
    reply = await send(await served(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n")
    assert (reply.status, reply.json) == (400, {"message": FIXED[400]})


@FORMATS
async def test_only_what_was_verified_is_answered_with_a_signature(served, format):
    port = await served(*ROUTES, sign_answers=BOB)
    request = sent(format)
    answers = [await ask(port, request), await ask(port, request)]
    assert [answer.status for answer in answers] == [200, 401]
    assert ["x-taokit-answer-signature" in answer.headers for answer in answers] == [True, False]
    forged = await altered(port, sent(format), **{SIGNATURE[format]: "0x" + "11" * 64})
    check(forged, 401, format)
    options = {"nonce_ns": NOW + 5, **({"uuid": "u-5"} if format == "epistula" else {})}
    failed = await ask(port, sent(format, Boom(), **options))
    assert (failed.status, failed.headers["x-taokit-answer-hotkey"]) == (500, BOB.ss58)
