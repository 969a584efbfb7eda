"""The known gaps of the synapse protocol, one by one, as this server closes them."""

import asyncio
import json
import logging

import pytest

from raw_http import exchange, read_reply, request_bytes, send
from signed_requests import NOW, ask, changed, legacy, signed, signed_body
from taokit.axon import Limits, Route
from wire_classes import (
    Blob,
    Boom,
    Echo,
    Nested,
    TensorAdd,
    TextReverse,
    Tokens,
    blob,
    boom,
    echo,
    nested,
    tensor_add,
    text_reverse,
)
from wire_vectors import ALICE, BOB, CHARLIE

SECOND = 1_000_000_000
DENDRITE = "bt_header_dendrite_"


async def with_headers(port, request, headers):
    return await exchange(port, "POST", request.target, headers, request.body)


async def test_g01_a_body_that_nothing_binds_has_no_legacy_route(served, caplog):
    caplog.set_level(logging.INFO, "taokit.axon")
    closed = await served(Route(Blob, blob))
    assert (await ask(closed, legacy(Blob(data="x")))).status == 404
    assert (await ask(closed, signed(Blob(data="x")))).status == 200
    assert len([record for record in caplog.records if "Blob" in record.getMessage()]) == 1
    opened = await served(Route(Blob, blob, unbound_body=True))
    assert (await ask(opened, legacy(Blob(data="x")))).json["size"] == 1


async def test_g01_a_bound_body_that_was_changed_is_refused(served):
    port, request = await served(), legacy(Echo(text="mine"))
    other = request.body.replace(b"mine", b"evil")
    assert (await exchange(port, "POST", "/Echo", request.headers, other)).status == 400


async def test_g02_a_request_cannot_be_aimed_at_another_message_once_it_was_served(served):
    port = await served(Route(Blob, blob, unbound_body=True), Route(TextReverse, text_reverse, unbound_body=True))
    request = legacy(Blob(data="x"))
    assert (await ask(port, request)).status == 200
    assert (await exchange(port, "POST", "/TextReverse", request.headers, b"{}")).status == 401
    bound = signed(Blob(data="x"))
    assert (await exchange(port, "POST", "/TextReverse", bound.headers, bound.body)).status == 401


@pytest.mark.parametrize("timeout", ["inf", "nan", "-1", "0", "0.0", "1e999", "300.1", "1_0", "", "twelve", "0x5"])
async def test_g03_a_timeout_that_is_no_bounded_time_is_malformed(served, timeout):
    request = legacy(Echo(text="x"))
    assert (await with_headers(await served(), request, changed(request, timeout=timeout))).status == 400


@pytest.mark.parametrize(("age_s", "status"), [(15.9, 200), (16, 401)])
async def test_g03_a_long_timeout_widens_the_window_by_twelve_seconds_at_most(serve, age_s, status):
    clock = [NOW - 60 * SECOND]
    port, _ = await serve([Route(Echo, echo)], now_ns=lambda: clock[0])
    clock[0] = NOW
    request = legacy(Echo(text="x"), nonce_ns=NOW - int(age_s * SECOND), timeout=300.0)
    assert (await ask(port, request)).status == status


@pytest.mark.parametrize("later", ["12", "300"])
async def test_g03_a_longer_timeout_does_not_bring_back_what_was_served_with_a_short_one(serve, later):
    """It is not signed: whoever saw the request can replace it once the caller's own time is over."""
    clock = [NOW]
    port, _ = await serve([Route(Echo, echo)], now_ns=lambda: clock[0])
    request = legacy(Echo(text="x"), timeout=1.0)
    assert (await ask(port, request)).status == 200
    for age_ns in (5 * SECOND, 6 * SECOND, 16 * SECOND - 1):
        clock[0] = NOW + age_ns
        assert (await ask(port, legacy(Echo(text="y"), nonce_ns=clock[0]))).status == 200  # time goes on in the memory
        assert (await with_headers(port, request, changed(request, timeout=later))).status == 401


@pytest.mark.parametrize("version", [None, "0", "7001999"])
async def test_g04_no_version_switches_freshness_off(served, version):
    port, old = await served(), legacy(Echo(text="x"), nonce_ns=NOW - 60 * SECOND)
    headers = changed(old, **{DENDRITE + "version": version})
    assert (await with_headers(port, old, headers)).status == 401
    fresh = legacy(Echo(text="x"))
    assert (await with_headers(port, fresh, changed(fresh, **{DENDRITE + "version": version}))).status == 200


@pytest.mark.parametrize("write", [signed, legacy])
async def test_g05_a_nonce_is_at_most_two_seconds_ahead(served, write):
    port = await served()
    assert (await ask(port, write(Echo(text="x"), nonce_ns=NOW + 2 * SECOND))).status == 200
    assert (await ask(port, write(Echo(text="x"), nonce_ns=NOW + 2 * SECOND + 1))).status == 401


@pytest.mark.parametrize("write", [signed, legacy])
async def test_g06_what_was_signed_before_the_start_is_refused(served, write):
    port = await served()
    assert (await ask(port, write(Echo(text="x"), nonce_ns=NOW - 1))).status == 401
    assert (await ask(port, write(Echo(text="x"), nonce_ns=NOW))).status == 200


async def test_g06_what_a_process_before_this_one_served_is_not_served_again(serve):
    request, clock = signed(Echo(text="x"), nonce_ns=NOW + SECOND // 2), [NOW]
    port, axon = await serve([Route(Echo, echo)], now_ns=lambda: clock[0])
    clock[0] = NOW + SECOND
    assert (await ask(port, request)).status == 200
    await axon.stop()
    again, _ = await serve([Route(Echo, echo)], now_ns=lambda: clock[0])
    assert (await ask(again, request)).status == 401


async def test_g06_the_replay_memory_is_bounded_and_refuses_rather_than_forgets(served):
    port = await served(limits=Limits(remembered=1))
    first = signed(Echo(text="x"))
    assert (await ask(port, first)).status == 200
    assert (await ask(port, signed(Echo(text="x"), nonce_ns=NOW + 1))).status == 503
    assert (await ask(port, first)).status == 401


@pytest.mark.parametrize("signature", [None, ""])
async def test_g07_missing_signature_is_refused(served, signature):
    port, request = await served(), legacy(Echo(text="x"))
    headers = changed(request, **{DENDRITE + "signature": signature})
    assert (await with_headers(port, request, headers)).status == 401
    other = signed(Echo(text="x"))
    assert (await with_headers(port, other, changed(other, **{"X-Bittensor-Signature": signature}))).status == 400
    assert (await ask(port, request)).status == 200


@pytest.mark.parametrize("name", ["nonce", "uuid", "hotkey"])
async def test_g07_every_other_part_of_the_proof_is_needed_too(served, name):
    request = legacy(Echo(text="x"))
    assert (await with_headers(await served(), request, changed(request, **{DENDRITE + name: None}))).status == 401
    without = changed(request, computed_body_hash=None)
    assert (await with_headers(await served(), request, without)).status == 401


@pytest.mark.parametrize("write", [signed, legacy])
async def test_g07_a_signature_of_somebody_else_is_refused(served, write):
    request = write(Echo(text="x"))
    name = "X-Bittensor-Hotkey" if write is signed else DENDRITE + "hotkey"
    reply = await with_headers(await served(), request, changed(request, **{name: CHARLIE.ss58}))
    assert (reply.status, reply.json) == (401, {"message": "not verified"})


@pytest.mark.parametrize("signer", [None, BOB], ids=["no key", "signs answers"])
async def test_g09_nothing_is_signed_for_a_stranger(served, signer):
    port = await served(sign_answers=signer)
    reply = await with_headers(port, legacy(Echo(text="x")), [("bt_header_axon_hotkey", BOB.ss58)])
    assert reply.status == 401
    assert not [name for name in reply.headers if "signature" in name or "nonce" in name or "uuid" in name]


@pytest.mark.parametrize("write", [signed, legacy])
async def test_g10_refusals_are_fixed_texts(served, caplog, write):
    port = await served(Route(Boom, boom, unbound_body=True), Route(Echo, echo))
    forged = write(Echo(text="x"))
    replies = [
        await exchange(port, "POST", "/Echo", forged.headers, forged.body.replace(b'"x"', b'"y"')),
        await ask(port, write(Echo(text="x"), nonce_ns=NOW + 60 * SECOND)),
        await exchange(port, "POST", "/secret-route", forged.headers, b""),
        await ask(port, write(Boom(text="x"), nonce_ns=NOW + 1)),
    ]
    texts = [reply.json["message"] for reply in replies]
    assert texts[1:3] == ["not verified", "unknown message"]
    assert texts[0] in ("not verified", "malformed request")
    for reply in replies:
        assert not any(word in reply.body for word in (b"secret", b"Echo", b"Boom", ALICE.ss58.encode(), b"Trace"))


@pytest.mark.parametrize("write", [signed, legacy])
async def test_g11_a_policy_never_meets_a_forged_hotkey(served, write):
    seen = []

    async def admit(caller):
        seen.append(caller.hotkey)
        raise LookupError("secret")

    port, request = await served(admit=admit), write(Echo(text="x"))
    name = "X-Bittensor-Hotkey" if write is signed else DENDRITE + "hotkey"
    assert (await with_headers(port, request, changed(request, **{name: CHARLIE.ss58}))).status == 401
    assert seen == []
    reply = await ask(port, request)
    assert (reply.status, reply.json["message"], seen) == (403, "forbidden", [ALICE.ss58])


async def test_g12_the_body_cannot_replace_the_verified_sender(served):
    seen = []

    async def handler(message, caller):
        seen.append((message.dendrite.hotkey, caller.hotkey, message.timeout))
        return message

    request = legacy(Echo(text="x"), timeout=5.0)
    body = json.loads(request.body) | {"dendrite": {"hotkey": CHARLIE.ss58}, "timeout": 200.0}
    port = await served(Route(Echo, handler))
    reply = await exchange(port, "POST", "/Echo", request.headers, json.dumps(body).encode())
    assert seen == [(ALICE.ss58, ALICE.ss58, 5.0)]
    assert reply.json["dendrite"]["hotkey"] == ALICE.ss58


DEEP = b'{"options": ' + b'{"a":' * 64 + b"1" + b"}" * 65


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"text": "' + b"x" * (1 << 20) + b'"}', 413),
        (b'{"text": "' + b"x" * ((1 << 20) - 12) + b'"}', 200),
        (DEEP, 400),
    ],
)
async def test_g13_bodies_and_their_nesting_are_bounded(served, body, status):
    port = await served(Route(Nested, nested), Route(Echo, echo))
    request = signed_body(body, "/Nested" if body is DEEP else "/Echo")
    assert (await ask(port, request)).status == status


@pytest.mark.parametrize(("count", "size", "status"), [(117, 100, 200), (118, 100, 200), (129, 1, 431), (20, 900, 431)])
async def test_g13_headers_are_bounded_in_number_and_size(served, count, size, status):
    reply = await ask(await served(), signed(Echo(text="x")), *((f"h{n}", "x" * size) for n in range(count)))
    assert reply.status == status


@pytest.mark.parametrize("endless", [b"h: " + b"x" * 100_000, b"h: x\r\n" * 1000], ids=["one", "many"])
async def test_g13_headers_without_an_end_are_refused_while_they_are_read(served, endless):
    async with asyncio.timeout(5):
        assert (await send(await served(), b"POST /Echo HTTP/1.1\r\nHost: x\r\n" + endless)).status == 431


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "identity"])
async def test_g13_nothing_is_unpacked(served, encoding):
    assert (await ask(await served(), signed(Echo(text="x")), ("Content-Encoding", encoding))).status == 415


async def test_g13_nothing_is_unpacked_on_the_way_either(served):
    request = signed(Echo(text="x"))
    chunks = b"%x\r\n%s\r\n0\r\n\r\n" % (len(request.body), request.body)
    raw = request_bytes("POST", "/Echo", request.headers, b"") + chunks
    port = await served()
    assert (await send(port, raw.replace(b"Content-Length: 0", b"Transfer-Encoding: gzip, chunked"))).status == 415
    assert (await send(port, raw.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked"))).status == 200


async def test_g14_a_declared_terabyte_is_refused_at_once(served):
    request = signed(Echo(text="x"))
    raw = request_bytes("POST", "/Echo", request.headers, b"").replace(b"Length: 0", b"Length: 1000000000000")
    assert (await send(await served(), raw)).status == 413


@pytest.mark.parametrize("sent", [1, 40, 200])
async def test_g14_a_slow_head_has_a_deadline(served, sent):
    reader, writer = await asyncio.open_connection("127.0.0.1", await served(limits=Limits(keepalive_s=0.1)))
    request = signed(Echo(text="x"))
    head = request_bytes("POST", "/Echo", request.headers, request.body)[:sent]
    for byte in head:
        writer.write(bytes([byte]))
        await asyncio.sleep(0)
    assert await reader.read() == b""
    writer.close()


async def test_g14_a_slow_body_has_a_deadline(served):
    reader, writer = await asyncio.open_connection("127.0.0.1", await served(limits=Limits(body_s=0.1)))
    request = signed(Echo(text="x"))
    writer.write(request_bytes("POST", "/Echo", request.headers, request.body)[:-2])
    assert (await read_reply(reader)).status == 408
    writer.close()


@pytest.mark.parametrize("nonce", ["1_0", "-5", "+5", "05", "1" * 20, "5.0", "1e3", "\u0665", "0x5"])
async def test_g15_a_nonce_is_plain_digits(served, nonce):
    request = legacy(Echo(text="x"))
    assert (await with_headers(await served(), request, changed(request, **{DENDRITE + "nonce": nonce}))).status == 400


@pytest.mark.parametrize("name", ["version", "port", "status_code", "process_time"])
async def test_g15_other_numbers_are_plain_too(served, name):
    request = legacy(Echo(text="x"))
    assert (await ask(await served(), request, ("bt_header_axon_" + name, "1_0"))).status == 400


@pytest.mark.parametrize("position", [0, -1])
@pytest.mark.parametrize(
    ("write", "name"),
    [
        (legacy, DENDRITE + "nonce"),
        (legacy, DENDRITE + "signature"),
        (legacy, DENDRITE + "hotkey"),
        (legacy, "computed_body_hash"),
        (legacy, "timeout"),
        (legacy, "bt_header_axon_hotkey"),
        (legacy, "name"),
        (signed, "X-Bittensor-Hotkey"),
        (signed, "X-Bittensor-Signature"),
        (signed, "X-Bittensor-Receiver"),
        (signed, "X-Bittensor-Version"),
        (signed, "Content-Type"),
    ],
)
async def test_g16_duplicate_headers_are_refused(served, write, name, position):
    request = write(Echo(text="x"))
    headers = list(request.headers)
    headers.insert(position % (len(headers) + 1), (name.title(), dict(headers)[name]))
    assert (await with_headers(await served(), request, headers)).status == 400


@pytest.mark.parametrize("uuid", ["a.b", "a b", "a_b", "x" * 65, "\u00e9"])
async def test_g17_a_uuid_has_no_dots_and_an_end(served, uuid):
    request = legacy(Echo(text="x"), uuid=uuid)
    assert (await ask(await served(), request)).status == 400


async def test_g18_headers_that_only_contain_a_mark_are_not_marks(served):
    request = signed(Echo(text="x"))
    strange = [("x-bt_header_axon_hotkey", "x"), ("x-bt_header_dendrite_nonce", "x"), ("my-x-bittensor-nonce", "x")]
    assert (await ask(await served(), request, *strange)).status == 200


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [3]},
        {"dtype": "object"},
        {"dtype": "complex64"},
        {"dtype": "int32"},
        {"buffer": "gASVBA=="},
        {"more": 1},
    ],
)
async def test_g22_a_tensor_that_is_not_a_plain_array_is_malformed(served, change):
    plain = {"buffer": "hcQCbmTDxAR0eXBlozxmNMQEa2luZMQAxAVzaGFwZZEBxARkYXRhxAQAAIA/", "dtype": "float32", "shape": [1]}
    port = await served(Route(TensorAdd, tensor_add))
    good = json.dumps({"a": plain, "b": plain}).encode()
    assert (await ask(port, signed_body(good, "/TensorAdd"))).status == 200
    bad = json.dumps({"a": plain | change, "b": plain}).encode()
    assert (await ask(port, signed_body(bad, "/TensorAdd", nonce_ns=NOW + 1))).status == 400


async def test_g24_a_stream_that_fails_says_so(served):
    async def breaking(message, caller):
        yield "a"
        raise RuntimeError("secret")

    port = await served(Route(Tokens, breaking))
    lines = (await ask(port, signed(Tokens(prompt="x")))).body.splitlines()
    assert [list(json.loads(line)) for line in lines] == [["chunk"], ["error"]]
    assert not (await ask(port, legacy(Tokens(prompt="x")))).whole


async def test_g23_who_matters_more_is_served_first(serve):
    seen, opened = [], asyncio.Event()

    async def handler(message, caller):
        seen.append(message.text)
        await opened.wait()
        return message

    stake = {ALICE.ss58: 1.0, CHARLIE.ss58: 2.0}
    port, axon = await serve(
        [Route(Echo, handler)],
        now_ns=lambda: NOW,
        priority=lambda caller: stake[caller.hotkey],
        limits=Limits(at_once=1),
    )
    tasks = []
    for number, (text, signer) in enumerate((("first", ALICE), ("low", ALICE), ("high", CHARLIE))):
        request = signed(Echo(text=text), signer=signer, nonce_ns=NOW + number)
        tasks.append(asyncio.create_task(ask(port, request)))
        async with asyncio.timeout(5):
            while axon.running + axon.waiting <= number:
                await asyncio.sleep(0.001)
    opened.set()
    assert [reply.status for reply in await asyncio.gather(*tasks)] == [200] * 3
    assert seen == ["first", "high", "low"]
