"""Who is served first, over real sockets."""

import asyncio

import pytest

from raw_http import request_bytes
from signed_requests import NOW, ask, legacy, signed
from taokit.axon import Batch, Limits, Route
from wire_classes import Echo, Slow
from wire_vectors import ALICE, BOB, CHARLIE

STAKE = {ALICE.ss58: 3.0, CHARLIE.ss58: 2.0, BOB.ss58: 1.0}


class Gate:
    """A handler that notes who comes and lets everyone go when it is opened."""

    def __init__(self):
        self.seen, self.open = [], asyncio.Event()

    async def __call__(self, message, caller):
        self.seen.append(caller.hotkey)
        await self.open.wait()
        message.reply = message.text
        return message


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


async def sent(port, axon, *signers):
    """A task for each signer's request, in line in this order."""
    tasks = []
    for number, signer in enumerate(signers):
        before = axon.waiting
        request = signed(Echo(text="x"), signer=signer, nonce_ns=NOW + 1 + number)
        tasks.append(asyncio.create_task(ask(port, request)))
        await until(lambda before=before: axon.waiting > before or tasks[-1].done())
    return tasks


@pytest.mark.parametrize("bound", ["axon", "route"])
async def test_requests_that_wait_are_served_by_stake(serve, bound):
    gate = Gate()
    port, axon = await serve(
        [Route(Echo, gate, at_once=1 if bound == "route" else None)],
        now_ns=lambda: NOW,
        priority=lambda caller: STAKE[caller.hotkey],
        limits=Limits(at_once=1 if bound == "axon" else 9),
    )
    first = asyncio.create_task(ask(port, signed(Echo(text="x"), signer=BOB)))
    await until(lambda: gate.seen)
    tasks = await sent(port, axon, BOB, CHARLIE, ALICE)
    gate.open.set()
    assert [reply.status for reply in await asyncio.gather(first, *tasks)] == [200] * 4
    assert gate.seen == [BOB.ss58, ALICE.ss58, CHARLIE.ss58, BOB.ss58]


async def test_when_the_line_is_full_the_lowest_stake_gets_a_503(serve):
    gate = Gate()
    port, axon = await serve(
        [Route(Echo, gate)],
        now_ns=lambda: NOW,
        priority=lambda caller: STAKE[caller.hotkey],
        limits=Limits(at_once=1, waiting=1),
    )
    first = asyncio.create_task(ask(port, signed(Echo(text="x"), signer=CHARLIE)))
    await until(lambda: gate.seen)
    (poor,) = await sent(port, axon, BOB)
    rich = asyncio.create_task(ask(port, signed(Echo(text="x"), signer=ALICE)))
    refused = await poor
    assert (refused.status, refused.json, refused.headers["retry-after"]) == (503, {"message": "busy"}, "1")
    gate.open.set()
    assert (await first).status == (await rich).status == 200


async def test_who_waits_past_its_deadline_gets_a_503_and_is_not_served(serve):
    gate = Gate()
    port, _ = await serve([Route(Echo, gate)], now_ns=lambda: NOW, limits=Limits(at_once=1))
    first = asyncio.create_task(ask(port, signed(Echo(text="x"))))
    await until(lambda: gate.seen)
    late = await ask(port, legacy(Echo(text="y"), timeout=0.05))
    assert (late.status, late.headers["bt_header_axon_status_code"]) == (503, "503")
    gate.open.set()
    assert (await first).status == 200
    assert len(gate.seen) == 1


async def test_who_hangs_up_while_it_waits_leaves_the_line(serve):
    gate = Gate()
    port, axon = await serve([Route(Echo, gate)], now_ns=lambda: NOW, limits=Limits(at_once=1))
    first = asyncio.create_task(ask(port, signed(Echo(text="x"))))
    await until(lambda: gate.seen)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    request = signed(Echo(text="y"), nonce_ns=NOW + 1)
    writer.write(request_bytes("POST", "/Echo", request.headers, request.body))
    await until(lambda: axon.waiting == 1)
    writer.close()
    await until(lambda: axon.waiting == 0)
    gate.open.set()
    assert (await first).status == 200
    assert len(gate.seen) == 1


async def test_a_batch_over_sockets_where_each_gets_its_own_answer_or_failure(served, caplog):
    async def reverse(messages):
        for message in messages:
            message.reply = message.text[::-1]
        return [ValueError("secret") if m.text == "bad" else m for m in messages]

    port = await served(Route(Echo, reverse, batch=Batch(size=3, wait_ms=5_000)))
    texts = ["abc", "bad", "xyz"]
    requests = [signed(Echo(text=text), nonce_ns=NOW + n) for n, text in enumerate(texts)]
    replies = await asyncio.gather(*(ask(port, request) for request in requests))
    assert [reply.status for reply in replies] == [200, 500, 200]
    assert [replies[0].json["reply"], replies[2].json["reply"]] == ["cba", "zyx"]
    assert b"secret" not in replies[1].body


async def test_who_hangs_up_before_its_batch_is_not_in_it(serve):
    seen = []

    async def call(messages):
        seen.append([message.text for message in messages])
        return messages

    port, axon = await serve([Route(Echo, call, batch=Batch(size=2, wait_ms=60_000))], now_ns=lambda: NOW)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    request = signed(Echo(text="gone"))
    writer.write(request_bytes("POST", "/Echo", request.headers, request.body))
    await until(lambda: axon.running == 1)
    writer.close()
    await until(lambda: axon.running == 0)
    requests = [signed(Echo(text=text), nonce_ns=NOW + n) for n, text in enumerate("ab", 1)]
    assert [reply.status for reply in await asyncio.gather(*(ask(port, one) for one in requests))] == [200, 200]
    assert [sorted(texts) for texts in seen] == [["a", "b"]]


async def test_an_item_past_its_deadline_is_not_in_its_batch(served):
    seen = []

    async def call(messages):
        seen.append([message.text for message in messages])
        return messages

    port = await served(Route(Echo, call, batch=Batch(size=2, wait_ms=60_000)))
    assert (await ask(port, legacy(Echo(text="late"), timeout=0.02))).status == 408
    requests = [signed(Echo(text=text), nonce_ns=NOW + n) for n, text in enumerate("ab", 1)]
    assert [reply.status for reply in await asyncio.gather(*(ask(port, one) for one in requests))] == [200, 200]
    assert [sorted(texts) for texts in seen] == [["a", "b"]]


async def test_the_drain_serves_who_waits_and_what_is_in_a_batch(serve):
    gate, held = Gate(), asyncio.Event()

    async def call(messages):
        await held.wait()
        for message in messages:
            message.done = True
        return messages

    port, axon = await serve(
        [Route(Echo, gate, at_once=1), Route(Slow, call, batch=Batch(size=1), unbound_body=True)], now_ns=lambda: NOW
    )
    tasks = [asyncio.create_task(ask(port, signed(Echo(text="x"))))]
    await until(lambda: gate.seen)
    tasks += await sent(port, axon, CHARLIE)
    tasks.append(asyncio.create_task(ask(port, signed(Slow(), nonce_ns=NOW + 9))))
    await until(lambda: axon.running == 2)
    stopping = asyncio.create_task(axon.stop(drain_s=10))
    await asyncio.sleep(0)
    assert not stopping.done()
    held.set()
    gate.open.set()
    assert [reply.status for reply in await asyncio.gather(*tasks)] == [200] * 3
    await stopping


async def test_the_drain_lets_a_stream_end(serve):
    held = asyncio.Event()

    async def words(message, caller):
        yield "a"
        await held.wait()
        yield "b"

    port, axon = await serve([Route(Echo, words)], now_ns=lambda: NOW)
    task = asyncio.create_task(ask(port, signed(Echo(text="x"))))
    await until(lambda: axon.running == 1)
    stopping = asyncio.create_task(axon.stop(drain_s=10))
    await asyncio.sleep(0)
    held.set()
    reply = await task
    assert reply.whole
    assert len(reply.body.splitlines()) == 3
    await stopping


async def test_waiting_requests_do_not_keep_another_route_waiting(serve):
    gate = Gate()
    port, axon = await serve([Route(Echo, gate, at_once=1), Route(Slow, echo_slow)], now_ns=lambda: NOW)
    first = asyncio.create_task(ask(port, signed(Echo(text="x"))))
    await until(lambda: gate.seen)
    tasks = await sent(port, axon, ALICE, CHARLIE)
    assert (await ask(port, signed(Slow(), nonce_ns=NOW + 99))).status == 200
    gate.open.set()
    assert [reply.status for reply in await asyncio.gather(first, *tasks)] == [200] * 3


async def echo_slow(message, caller):
    message.done = True
    return message
