import asyncio
import gc

from taokit.dendrite import Dendrite, Target
from taokit.dendrite.turns import LIGHT, Turns, reading_s
from taokit.keys import from_uri
from taokit.protocol import Synapse

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")


class Anything(Synapse):
    required_hash_fields = ("text",)

    text: str = ""
    anything: list | None = None


async def test_the_smallest_is_next_and_one_has_the_turn():
    turns, order, inside = Turns(), [], []

    async def work(size):
        async with turns.turn(LIGHT + size):
            inside.append(size)
            assert inside == [size]
            await asyncio.sleep(0)
            inside.remove(size)
            order.append(size)

    await asyncio.gather(*map(work, (50, 30, 40, 10, 20)))
    assert order == [50, 10, 20, 30, 40]


def test_values_take_time_and_long_texts_do_not():
    text, values = b'{"text": "' + b"a" * (1 << 20) + b'"}', b"[" + b"[]," * 350_000 + b"1]"
    assert reading_s(text) < 1e-5
    assert 0.1 < reading_s(values) < 1  # that is what it takes, more or less, where this is tested
    assert reading_s(b"[" * LIGHT) == 0


async def test_an_answer_that_cannot_be_read_in_time_is_not_begun(serve, http):
    peer = await serve(http(b'{"anything": [' + b"[]," * 600_000 + b"1]}"))
    target = Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port)
    async with Dendrite(ALICE, allow_private=True) as dendrite:
        late = await dendrite.ask(target, Anything(), 0.3)
        assert (late.outcome, late.status, late.message.anything) == ("timeout", 408, None)
        assert "to be read" in str(late.error)
        assert (await dendrite.ask(target, Anything(), 30)).ok


async def test_light_work_does_not_wait():
    turns = Turns()
    async with turns.turn(LIGHT + 1), turns.turn(LIGHT):
        assert not gc.isenabled()
    assert gc.isenabled()


async def test_whoever_leaves_the_line_keeps_nobody():
    turns, order = Turns(), []

    async def work(size):
        async with turns.turn(LIGHT + size):
            order.append(size)

    async with turns.turn(LIGHT + 1):
        waiting = [asyncio.create_task(work(size)) for size in (1, 2, 3)]
        await asyncio.sleep(0)
        waiting[0].cancel()
    waiting[1].cancel()  # its turn has come and it does not know yet
    await asyncio.gather(*waiting, return_exceptions=True)
    assert order == [3]
    await asyncio.wait_for(work(4), 1)


async def test_neurons_that_answer_at_length_do_not_silence_the_others(serve, http):
    body = b'{"anything": [' + b"[[]]," * 5_000 + b"1]}"
    long = await serve(http(body))
    asked, answered = asyncio.Event(), asyncio.Event()

    async def later(peer, reader, writer):
        await peer.read(reader)
        asked.set()
        await answered.wait()
        writer.write(http(b'{"anything": [1]}'))

    short = await serve(later)
    order = []

    async def one(dendrite, peer):
        target = Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port)
        reply = await dendrite.ask(target, Anything(), 60.0)
        order.append(len(reply.message.anything))
        answered.set()

    async with Dendrite(ALICE, allow_private=True) as dendrite:
        first = asyncio.create_task(one(dendrite, short))
        await asked.wait()
        await asyncio.gather(first, *(one(dendrite, long) for _ in range(6)))
    assert order[-1] != 1  # although the six long ones were there before it
