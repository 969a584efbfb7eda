import asyncio
import contextlib
import gc
import weakref

import pytest

from raw_http import read_reply, request_bytes
from signed_requests import NOW, ask, signed
from taokit.axon import Limits, Route
from taokit.axon.connection import AHEAD
from wire_classes import Echo, Slow, echo, slow


async def dripped(port, *first):
    """Whether the server ends a connection that says a byte of its headers again and again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for raw in first:
        writer.write(raw)
        assert (await read_reply(reader)).status == 200
    closed = asyncio.create_task(ended(reader))
    writer.write(b"POST /Echo HTTP/1.1\r\nh: ")
    async with asyncio.timeout(10):
        while not closed.done():
            writer.write(b"x")
            await asyncio.sleep(0.005)
    writer.close()
    return closed.result()


async def ended(reader):
    """Whether the server ends a connection without a word. It is a reset where bytes came that it had not read yet."""
    with contextlib.suppress(ConnectionResetError):
        return await reader.read() == b""
    return True


@pytest.mark.parametrize("served_before", [0, 2])
async def test_headers_that_were_begun_have_a_deadline_of_their_own(served, served_before):
    port = await served(limits=Limits(keepalive_s=600, headers_s=0.1))
    requests = (signed(Echo(text="x"), nonce_ns=NOW + n) for n in range(served_before))
    raw = [request_bytes("POST", "/Echo", request.headers, request.body, close=False) for request in requests]
    assert await dripped(port, *raw)


async def test_an_answer_may_take_longer_than_an_idle_connection_is_kept(served):
    port = await served(Route(Slow, slow), limits=Limits(keepalive_s=0.05))
    assert (await ask(port, signed(Slow(seconds=0.2)))).json == {"done": True}


async def test_headers_that_came_in_pieces_before_do_not_put_off_the_deadline_of_others(served):
    port = await served(limits=Limits(keepalive_s=600, headers_s=0.1))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    raw = question(0)
    writer.write(raw[:30])
    await asyncio.sleep(0.02)
    writer.write(raw[30:])
    assert await statuses(reader, 1) == [200]
    writer.write(question(1)[:30])
    async with asyncio.timeout(5):
        assert await ended(reader)
    writer.close()


async def test_a_connection_ends_when_no_other_request_comes(served):
    port = await served(limits=Limits(keepalive_s=0.1))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(question(0))
    assert await statuses(reader, 1) == [200]
    async with asyncio.timeout(5):
        assert await ended(reader)
    writer.close()


async def test_an_idle_connection_is_not_held_to_the_deadline_of_headers(served):
    port = await served(limits=Limits(keepalive_s=600, headers_s=0.02))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(2):
        request = signed(Echo(text="x"), nonce_ns=NOW + number)
        writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=False))
        assert (await read_reply(reader)).status == 200
        await asyncio.sleep(0.05)
    writer.close()


async def test_a_body_is_not_held_to_the_deadline_of_headers(served):
    port = await served(limits=Limits(headers_s=0.02))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = signed(Echo(text="x" * 100))
    raw = request_bytes("POST", "/Echo", request.headers, request.body)
    for piece in (raw[:-60], raw[-60:-30], raw[-30:]):
        writer.write(piece)
        await asyncio.sleep(0.03)
    assert (await read_reply(reader)).status == 200
    writer.close()


async def test_for_one_connection_too_many_of_an_address_its_oldest_idle_one_is_closed(served):
    port = await served(limits=Limits(connections_per_address=3))
    pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    assert (await ask(port, signed(Echo(text="x")))).status == 200
    async with asyncio.timeout(5):
        assert await ended(pairs[0][0])
    request = signed(Echo(text="x"), nonce_ns=NOW + 1)
    for reader, writer in pairs[1:]:
        writer.write(request_bytes("POST", "/Echo", request.headers, request.body))
        assert (await read_reply(reader)).status in (200, 401)
    for _, writer in pairs:
        writer.close()


async def test_connections_that_are_closed_are_not_counted(serve):
    port, axon = await serve([], limits=Limits(connections_per_address=2))
    for _ in range(5):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        await writer.wait_closed()
    async with asyncio.timeout(5):
        while axon._door._of_address:
            await asyncio.sleep(0.001)


async def test_bodies_of_senders_who_are_not_proven_make_room(served):
    """Their headers say who they are, and anybody can write that."""
    port = await served(limits=Limits(connections=3, body_s=600))
    request = signed(Echo(text="x" * 100))
    raw = request_bytes("POST", "/Echo", request.headers, request.body)
    slow = [await asyncio.open_connection("127.0.0.1", port) for _ in range(3)]
    for _, writer in slow:
        writer.write(raw[:-1])
    await asyncio.sleep(0.02)
    assert (await ask(port, signed(Echo(text="x"), nonce_ns=NOW + 1))).status == 200
    assert await ended(slow[0][0])
    for _, writer in slow:
        writer.close()


async def test_a_request_of_a_proven_caller_keeps_its_place(serve):
    held = asyncio.Event()

    async def wait(message, caller):
        await held.wait()
        return message

    port, axon = await serve([Route(Echo, wait)], limits=Limits(connections=2), now_ns=lambda: NOW)
    task = asyncio.create_task(ask(port, signed(Echo(text="x"))))
    async with asyncio.timeout(5):
        while not axon.running:
            await asyncio.sleep(0.001)
        crowd = [await asyncio.open_connection("127.0.0.1", port) for _ in range(5)]
        held.set()
        assert (await task).status == 200
    for _, writer in crowd:
        writer.close()


async def test_proven_callers_whose_requests_are_answered_make_room_too(served):
    port = await served(limits=Limits(connections=2))
    pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    for number, (reader, writer) in enumerate(pairs):
        writer.write(question(number))
        assert await statuses(reader, 1) == [200]
    assert (await ask(port, signed(Echo(text="x"), nonce_ns=NOW + 9))).status == 200
    async with asyncio.timeout(5):
        assert await ended(pairs[0][0])
    for _, writer in pairs:
        writer.close()


async def test_what_was_of_use_lately_is_closed_last(served):
    port = await served(limits=Limits(connections=2))
    pairs = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    request = signed(Echo(text="x"))
    pairs[0][1].write(request_bytes("POST", "/Echo", request.headers, request.body, close=False))
    assert (await read_reply(pairs[0][0])).status == 200
    _, third = await asyncio.open_connection("127.0.0.1", port)
    async with asyncio.timeout(5):
        assert await ended(pairs[1][0])
    assert not pairs[0][0].at_eof()
    for _, writer in (*pairs, (None, third)):
        writer.close()


async def test_a_crowd_is_one_line_of_the_log_and_no_task_fails(served, caplog):
    caplog.set_level("INFO")
    port = await served(limits=Limits(connections=2))
    crowd = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port) for _ in range(50)))
    assert (await ask(port, signed(Echo(text="x")))).status == 200
    gc.collect()
    await asyncio.sleep(0)
    assert len([one for one in caplog.records if "idle connections" in one.message]) == 1
    assert not [one for one in caplog.records if one.levelname == "ERROR"]
    for _, writer in crowd:
        writer.close()


@pytest.mark.parametrize("close", [True, False])
async def test_a_caller_that_does_not_read_its_answer_is_not_waited_for(serve, close):
    asked = asyncio.Event()

    async def long(message, caller):
        asked.set()
        message.reply = "x" * (16 << 20)
        return message

    port, axon = await serve([Route(Echo, long)], limits=Limits(keepalive_s=0.2), now_ns=lambda: NOW)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.transport.pause_reading()
    request = signed(Echo(text="x"))
    writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=close))
    async with asyncio.timeout(5):
        await asked.wait()
        while axon._door._order:
            await asyncio.sleep(0.01)
    writer.transport.abort()


async def test_once_a_long_answer_is_read_the_next_may_take_its_time(served):
    async def answer(message, caller):
        if message.text == "long":
            message.reply = "x" * (16 << 20)
        else:
            await asyncio.sleep(0.4)
        return message

    port = await served(Route(Echo, answer), limits=Limits(keepalive_s=0.2))
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 26)
    for number, text in enumerate(("long", "late")):
        request = signed(Echo(text=text), nonce_ns=NOW + number)
        writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=False))
    await asyncio.sleep(0.05)  # the first is written and waits for its reader
    assert [(await read_reply(reader)).status for _ in range(2)] == [200, 200]
    writer.close()


async def test_who_is_refused_before_its_body_was_read_hears_the_end_at_once(serve, monkeypatch):
    """The other half stays open for a while, for what is still on its way: a reset would take the answer along."""
    monkeypatch.setattr("taokit.axon.connection.LINGER_S", 60.0)
    port, axon = await serve([Route(Echo, echo)], now_ns=lambda: NOW)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /Echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
    async with asyncio.timeout(5):
        assert (await reader.read()).startswith(b"HTTP/1.1 4")
    writer.write(b"x" * 100_000)
    await writer.drain()
    assert len(axon._door._order) == 1
    writer.close()


@pytest.mark.parametrize("cut", [None, 20, -2])
async def test_a_connection_that_ends_leaves_nothing_to_the_collector(serve, cut):
    """A full collection, which a flood would bring about, stops everything for a tenth of a second."""
    port, axon = await serve([Route(Echo, echo)], now_ns=lambda: NOW)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    request = signed(Echo(text="x"))
    writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=False)[:cut])
    await asyncio.sleep(0.02)
    gc.disable()
    try:
        left = weakref.WeakSet(axon._door._order)
        assert len(left) == 1
        writer.transport.abort()
        async with asyncio.timeout(5):
            while left:
                await asyncio.sleep(0.001)
    finally:
        gc.enable()


def question(number, text="x"):
    request = signed(Echo(text=text), nonce_ns=NOW + number)
    return request_bytes("POST", "/Echo", request.headers, request.body, close=False)


async def statuses(reader, count):
    async with asyncio.timeout(5):
        return [(await read_reply(reader)).status for _ in range(count)]


@pytest.mark.parametrize("count", [AHEAD - 1, AHEAD, AHEAD + 1, 2 * AHEAD, 5 * AHEAD])
async def test_as_many_requests_as_wait_at_once_may_end_in_a_long_body(served, count):
    """It is read on when only that one is left, or nobody would ever take the rest of it."""
    port = await served(limits=Limits(body_s=1.0))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    last = question(count, "x" * 300_000)
    writer.write(b"".join(map(question, range(count - 1))) + last[:1000])
    await asyncio.sleep(0.02)
    writer.write(last[1000:] + question(count + 1))
    assert await statuses(reader, count + 1) == [200] * (count + 1)
    writer.close()


async def test_many_requests_in_a_row_are_taken_after_one_whose_body_came_late(served):
    """The parser stops where too many are whole and not served; what came late counts among them when it is whole."""
    port = await served()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    late = question(0)
    writer.write(late[:-5])
    await asyncio.sleep(0.02)
    writer.write(late[-5:])
    assert await statuses(reader, 1) == [200]
    writer.write(b"".join(map(question, range(1, AHEAD + 5))))
    assert await statuses(reader, AHEAD + 4) == [200] * (AHEAD + 4)
    writer.close()


async def test_a_body_that_is_spoilt_while_it_waits_for_its_turn_is_malformed_at_once(serve):
    held = asyncio.Event()

    async def wait(message, caller):
        await held.wait()
        return message

    port, _ = await serve([Route(Echo, wait)], limits=Limits(body_s=600), now_ns=lambda: NOW)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    chunked = question(1).replace(b"Content-Length: 12", b"Transfer-Encoding: chunked")
    for piece in (question(0), chunked.replace(b'{"text":"x"}', b"5\r\nab"), b"cde\r\nzz\r\n"):
        writer.write(piece)
        await asyncio.sleep(0.02)
    held.set()
    assert await statuses(reader, 2) == [200, 400]
    writer.close()


async def test_the_last_answer_is_not_cut_for_a_caller_that_pauses(serve, monkeypatch):
    """It has as long as every other answer to be read, which is longer than a refused caller has for its body."""
    monkeypatch.setattr("taokit.axon.connection.LINGER_S", 0.05)
    port, axon = await serve([Route(Echo, echo)], now_ns=lambda: NOW)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await ask(port, signed(Echo(text="x")))
    (connection,) = axon._door._order
    writer.transport.pause_reading()
    held = 0
    while not held:  # until the system takes no more
        connection.transport.write(bytes(1 << 16))
        held = connection.transport.get_write_buffer_size()
    raw = question(1)
    writer.write(raw.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    await asyncio.sleep(0.2)
    writer.transport.resume_reading()
    async with asyncio.timeout(5):
        assert (await reader.read()).endswith(b'{"reply":"x"}')
    writer.close()
