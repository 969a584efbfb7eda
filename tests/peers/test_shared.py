"""The shared replay memory and limits against a real Redis, and a miner of two workers behind one."""

import asyncio
import logging
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from redis.asyncio import Redis

from taokit.axon import Axon, Limits, Rate, Route, everyone, shared_store
from taokit.devnet import Devnet, from_uri
from taokit.devnet.rpc import Server
from taokit.errors import Busy, ConfigurationError, Replayed, Stale, TooMany
from taokit.protocol import BtauthDraft

sys.path.insert(0, str(Path(__file__).parent))

from redis_server import redis_server

from raw_http import exchange
from shouting import ROLES, Shout

pytestmark = pytest.mark.peers

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
SECOND = 1_000_000_000


@pytest.fixture(scope="module")
def redis():
    with redis_server() as served:
        yield served


@pytest.fixture
async def empty(redis):
    client = Redis.from_url(redis.url)
    await client.flushall()
    yield client
    await client.aclose()


def key(number=0, format="btauth", uuid=""):
    return (format, ALICE.ss58, uuid, time.time_ns() + number)


def accepted(store, key, *, age_s=0.0, signed_ns=None):
    now = time.time_ns()
    signed = now + SECOND if signed_ns is None else signed_ns
    return store.accept(key, signed_ns=signed, now_ns=now, until_ns=now + int((10 - age_s) * SECOND))


async def test_what_one_worker_accepted_no_other_accepts(redis, empty):
    async with shared_store(redis.url, axon="a") as one, shared_store(redis.url, axon="a") as other:
        first = key()
        await accepted(one, first)
        for store in (one, other):
            with pytest.raises(Replayed):
                await accepted(store, first)
        await accepted(other, key(1))
        await accepted(other, ("epistula", ALICE.ss58, "u-1", 0))
        with pytest.raises(Replayed):
            await accepted(one, ("epistula", ALICE.ss58, "u-1", 0))


async def test_axons_do_not_mix(redis, empty):
    async with shared_store(redis.url, axon="a") as one, shared_store(redis.url, axon="b") as other:
        first = key()
        await accepted(one, first)
        await accepted(other, first)


async def test_of_many_at_once_exactly_one_is_accepted(redis, empty):
    async with shared_store(redis.url, axon="a") as one, shared_store(redis.url, axon="a") as other:
        first = key()
        results = await asyncio.gather(*(accepted(store, first) for store in (one, other) * 10), return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert all(isinstance(result, Replayed) for result in results if result is not None)


async def test_what_was_signed_before_the_memory_began_is_refused(redis, empty):
    long_ago = time.time_ns() - 5 * SECOND
    async with shared_store(redis.url, axon="a") as store:
        with pytest.raises(Stale, match="before the shared replay memory began"):
            await accepted(store, key(), signed_ns=long_ago)
        await accepted(store, key(1))
        await empty.flushall()  # it lost its memory while workers run
        with pytest.raises(Stale):
            await accepted(store, key(2), signed_ns=time.time_ns() - 1_000_000)  # the memory counts in microseconds
        await accepted(store, key(3))


async def test_a_worker_that_starts_later_goes_on_with_the_same_memory(redis, empty):
    first = key()
    signed = time.time_ns() + SECOND
    async with shared_store(redis.url, axon="a") as one:
        await accepted(one, first, signed_ns=signed)
    async with shared_store(redis.url, axon="a") as later:
        with pytest.raises(Replayed):
            await accepted(later, first, signed_ns=signed)
        await accepted(later, key(1), signed_ns=signed)


async def test_the_memory_forgets_what_is_stale_and_ends_by_itself(redis, empty):
    async with shared_store(redis.url, axon="a", limit=3) as store:
        now = time.time_ns()
        for number in range(3):
            await store.accept(key(number), signed_ns=now + SECOND, now_ns=now, until_ns=now + 50_000_000)
        with pytest.raises(Busy, match="full with 3"):
            await store.accept(key(3), signed_ns=now + SECOND, now_ns=now, until_ns=now + SECOND)
        later = now + SECOND
        await store.accept(key(4), signed_ns=later, now_ns=later, until_ns=later + SECOND)
        (name,) = await empty.keys("*")
        assert await empty.zcard(name) == 3  # one request, when it began and what it forgot
        assert 0 < await empty.pttl(name) <= 3_600_000
        with pytest.raises(Stale, match="clock is ahead"):
            await store.accept(key(5), signed_ns=later, now_ns=now, until_ns=now + 50_000_000)


async def test_a_clock_that_jumped_ahead_costs_no_more_than_what_it_forgot(redis, empty):
    async with shared_store(redis.url, axon="a") as store:
        now = time.time_ns()
        first = key()
        await store.accept(first, signed_ns=now + SECOND, now_ns=now, until_ns=now + SECOND)
        far = now + 10**6 * SECOND
        await store.accept(key(1), signed_ns=far, now_ns=far, until_ns=far + SECOND)
        await store.accept(key(2), signed_ns=now + SECOND, now_ns=now, until_ns=now + 2 * SECOND)
        with pytest.raises(Stale, match="clock is ahead"):
            await store.accept(first, signed_ns=now + SECOND, now_ns=now, until_ns=now + SECOND)
        with pytest.raises(Stale, match="too long"):
            await store.accept(key(3), signed_ns=now, now_ns=now + 3 * SECOND, until_ns=now + 2 * SECOND)


async def test_a_dead_redis_refuses_everything_and_says_so_once(caplog):
    with redis_server() as own:
        async with shared_store(own.url, axon="a", deadline_s=0.1) as store:
            buckets = store.buckets(Rate(1, 5), of="hotkey")
            await accepted(store, key())
            own.end()
            for number in range(1, 4):
                with pytest.raises(Busy):
                    await accepted(store, key(number))
            with pytest.raises(Busy):
                await buckets.take("x", 0.0)
    said = [record for record in caplog.records if "every request is refused" in record.message]
    assert [record.levelno for record in said] == [logging.ERROR]


async def test_a_redis_that_hangs_is_given_up_at_the_deadline_and_taken_back(caplog):
    with redis_server() as own:
        async with shared_store(own.url, axon="a", deadline_s=0.1) as store:
            await accepted(store, key())
            own.pause()
            with pytest.raises(Busy) as caught:
                await asyncio.wait_for(accepted(store, key(1)), 5)
            assert caught.value.retry_after == 1.0
            own.resume()
            await accepted(store, key(2))
    said = [record.message for record in caplog.records if "shared store" in record.message]
    assert len(said) == 2
    assert "no answer within 0.1 s" in said[0]
    assert said[1] == "the shared store answers again"


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "http://127.0.0.1/"])
async def test_a_redis_that_is_not_there_is_one_sentence_and_a_hint(url):
    with pytest.raises(ConfigurationError) as caught:
        async with shared_store(url.replace("//", "//me:secret@"), axon="a"):
            pass
    assert "--redis" in caught.value.hint
    assert "secret" not in str(caught.value)


async def test_limits_are_shared(redis, empty):
    async with shared_store(redis.url, axon="a") as one, shared_store(redis.url, axon="a") as other:
        tables = [store.buckets(Rate(0.1, 4), of="hotkey") for store in (one, other)]
        for number in range(4):
            await tables[number % 2].take(ALICE.ss58, 0.0)
        for table in tables:
            with pytest.raises(TooMany) as caught:
                await table.take(ALICE.ss58, 0.0)
            assert 9 < caught.value.retry_after <= 10
        await tables[0].take(BOB.ss58, 0.0)
        await one.buckets(Rate(0.1, 4), of="address").take(ALICE.ss58, 0.0)
    names = [name for name in await empty.keys("*") if b":rate:" in name]
    assert len(names) == 3
    for name in names:
        assert 0 < await empty.pttl(name) <= 41_000


async def shout(message, caller):
    message.loud = message.text.upper()
    return message


def signed(text="hello", receiver=BOB.ss58, signer=ALICE):
    return BtauthDraft.of(Shout(text=text)).signed(signer, receiver=receiver, nonce_ns=time.time_ns())


async def send(port, request):
    answer = await exchange(port, "POST", request.target, list(request.headers), request.body)
    return answer.status


async def test_axons_of_one_store_refuse_each_others_requests_and_share_limits(redis, empty):
    limits = Limits(hotkey_rate=Rate(0.01, 3))
    async with shared_store(redis.url, axon=BOB.ss58) as one, shared_store(redis.url, axon=BOB.ss58) as other:
        axons = [Axon(BOB.ss58, [Route(Shout, shout)], admit=everyone, shared=s, limits=limits) for s in (one, other)]
        ports = [await axon.start("127.0.0.1") for axon in axons]
        try:
            first = signed()
            assert [await send(port, first) for port in ports] == [200, 401]
            assert [await send(port, signed()) for port in (*ports, *ports)] == [200, 200, 429, 429]
        finally:
            for axon in axons:
                await axon.stop(drain_s=0)


async def test_an_axon_whose_store_is_gone_answers_503():
    with redis_server() as own:
        async with shared_store(own.url, axon=BOB.ss58, deadline_s=0.1) as store:
            axon = Axon(BOB.ss58, [Route(Shout, shout)], admit=everyone, shared=store)
            port = await axon.start("127.0.0.1")
            try:
                assert await send(port, signed()) == 200
                own.end()
                assert await send(port, signed()) == 503
            finally:
                await axon.stop(drain_s=0)


MORE = """
import os

class Tells(Shouts):
    async def forward(self, synapse: Shout) -> Shout:
        synapse.loud = str(os.getpid())
        return synapse
"""


class Run:
    """A miner of two workers, as it is started from the command line."""

    def __init__(self, folder, network, redis):
        (folder / "roles.py").write_text(ROLES + MORE)
        command = [sys.executable, "-m", "taokit", "miner", "roles:Tells", "--network", network, "--netuid", "1"]
        self.child = subprocess.Popen(
            [*command, "--wallet", "//miner/0", "--port", "0", "--state-dir", str(folder / "state"),
             "--workers", "2", "--redis", redis],
            stderr=subprocess.PIPE, text=True, cwd=folder,
        )  # fmt: skip
        self.said = []

    def until(self, pattern):
        for line in self.child.stderr:
            self.said.append(line)
            if found := re.search(pattern, line):
                return found
        raise AssertionError("".join(self.said))


def request(hotkey, number=0):
    draft = BtauthDraft.of(Shout(text=f"hello {number}"))
    return draft.signed(from_uri("//validator/0"), receiver=hotkey, nonce_ns=time.time_ns())


async def ask(port, request):
    answer = await exchange(port, "POST", request.target, list(request.headers), request.body)
    served = re.search(rb'"loud":\s*"(\d+)"', answer.body)
    return answer.status, served and int(served[1])


async def pids(port, hotkey, *, wanted=2, without=()):
    """The processes that answer, asked until there are so many; each has a connection of its own."""
    seen = set()
    ends = time.monotonic() + 30
    while len(seen - set(without)) < wanted and time.monotonic() < ends:
        try:
            status, pid = await ask(port, request(hotkey))
        except OSError:
            continue
        assert status == 200
        seen.add(pid)
    return seen


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"


async def gone(processes):
    ends = time.monotonic() + 20
    while any(map(alive, processes)) and time.monotonic() < ends:
        await asyncio.sleep(0.05)
    return not any(map(alive, processes))


@pytest.fixture
async def running(tmp_path, redis, empty):
    async with Server(Devnet.subnet(), port=0) as chain:
        run = Run(tmp_path, f"ws://127.0.0.1:{chain.port}", redis.url)
        try:
            found = await asyncio.to_thread(run.until, r"Tells runs as (\w+) on port (\d+)$")
            while "workers serve" not in "".join(run.said):
                found = await asyncio.to_thread(run.until, r"Tells runs as (\w+) on port (\d+)$")
            yield run, found[1], int(found[2])
        finally:
            run.child.kill()
            run.child.wait()
            run.child.stderr.close()


async def test_a_replay_is_refused_whichever_worker_gets_it(running):
    run, hotkey, port = running
    processes = await pids(port, hotkey)
    assert len(processes) == 2
    assert run.child.pid not in processes
    for number in range(5):
        repeated = request(hotkey, number)
        answers = [await ask(port, repeated) for _ in range(12)]
        assert [status for status, _ in answers] == [200] + [401] * 11
    run.child.send_signal(signal.SIGTERM)
    assert await asyncio.to_thread(run.child.wait, 20) == 0
    assert await gone(processes)


async def test_a_worker_that_dies_is_replaced_and_none_outlives_the_first_process(running):
    run, hotkey, port = running
    processes = await pids(port, hotkey)
    victim = min(processes)
    os.kill(victim, signal.SIGKILL)
    await asyncio.to_thread(run.until, r"worker \d ended with signal 9; another one starts in 0.5 s")
    await asyncio.to_thread(run.until, r"Tells runs as")
    now = await pids(port, hotkey)
    assert victim not in now
    assert len(now) == 2
    run.child.kill()
    assert await gone(now)
