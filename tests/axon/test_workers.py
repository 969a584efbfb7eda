"""Worker processes: started, replaced, stopped; all of them real."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
import time

import pytest

from taokit.axon import workers as module
from taokit.axon.workers import FIRST_DELAY_S, LONGEST_DELAY_S, STEADY_S, Slot, Workers, reserved_port
from taokit.errors import ConfigurationError

FORK = multiprocessing.get_context("spawn")


def serves(pipe, folder, number):
    """A worker that notes its id, says that it serves, and ends at a SIGTERM, or when nobody is at the other end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    (folder / f"{number}-{os.getpid()}").touch()
    pipe.send("serves")
    pipe.poll(60)


def ignores(pipe, folder, number):
    """One that does not stop."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    (folder / f"{number}-{os.getpid()}").touch()
    pipe.send("serves")
    time.sleep(60)


def falls_silent(pipe, folder, number):
    """One that shows that it lives for a moment, and then is stuck."""
    (folder / f"{number}-{os.getpid()}").touch()
    pipe.send("serves")
    pipe.send(0.2)
    time.sleep(60)


def fails(pipe, folder, number):
    sys.exit(3)


def spawner(target, folder):
    def spawn(number):
        ours, theirs = FORK.Pipe()
        process = FORK.Process(target=target, args=(theirs, folder, number))
        process.start()
        theirs.close()
        return process, ours

    return spawn


def pids(folder):
    return {int(file.name.partition("-")[2]) for file in folder.iterdir()}


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_they_start_and_stop_together(tmp_path):
    workers = Workers(spawner(serves, tmp_path), 2)
    await workers.start()
    assert len(pids(tmp_path)) == 2
    await workers.stop(drain_s=5)
    assert not any(map(alive, pids(tmp_path)))


async def test_a_dead_one_is_replaced_and_the_log_says_so(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(module, "FIRST_DELAY_S", 0.01)
    workers = Workers(spawner(serves, tmp_path), 1)
    await workers.start()
    (first,) = pids(tmp_path)
    os.kill(first, signal.SIGKILL)
    async with asyncio.timeout(20):
        while len(pids(tmp_path)) < 2:
            await asyncio.sleep(0.02)
    await workers.stop(drain_s=5)
    assert "worker 0 ended with signal 9; another one starts in" in caplog.text
    assert not any(map(alive, pids(tmp_path)))


async def test_one_that_falls_silent_is_replaced(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(module, "FIRST_DELAY_S", 0.01)
    workers = Workers(spawner(falls_silent, tmp_path), 1)
    await workers.start()
    async with asyncio.timeout(20):
        while len(pids(tmp_path)) < 2:
            await asyncio.sleep(0.02)
    await workers.stop(drain_s=5)
    assert "has not shown for 0.2 s that it lives" in caplog.text
    assert not any(map(alive, pids(tmp_path)))


async def test_one_that_never_serves_ends_the_start_and_leaves_none(tmp_path):
    def spawn(number):
        return spawner((serves, fails)[number], tmp_path)(number)

    workers = Workers(spawn, 2)
    with pytest.raises(ConfigurationError, match="worker 1 ended with exit code 3 before it served"):
        await workers.start()
    await workers.stop(drain_s=5)
    assert not any(map(alive, pids(tmp_path)))


async def test_one_that_does_not_stop_is_ended(tmp_path, caplog, monkeypatch):
    monkeypatch.setattr(module, "KILL_S", 0.1)
    workers = Workers(spawner(ignores, tmp_path), 1)
    await workers.start()
    await workers.stop(drain_s=0.1)
    assert "not every worker ended" in caplog.text
    assert not any(map(alive, pids(tmp_path)))


def test_the_pause_before_a_new_one_grows_to_a_bound_and_begins_anew_after_a_good_time():
    place = Slot(0)
    pauses = [place.next_delay(0.0) for _ in range(10)]
    assert pauses[0] == FIRST_DELAY_S
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_DELAY_S
    assert place.next_delay(STEADY_S) == FIRST_DELAY_S
    assert place.next_delay(0.0) > FIRST_DELAY_S


def test_a_reserved_port_can_be_shared_and_takes_no_connections_itself():
    with reserved_port("127.0.0.1", 0) as port:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), timeout=1)
        with (
            socket.create_server(("127.0.0.1", port), reuse_port=True),
            socket.create_server(("127.0.0.1", port), reuse_port=True),
        ):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()


@pytest.mark.parametrize("reuse_port", [False, True])
def test_a_port_that_another_program_has_is_refused_even_if_it_would_share(reuse_port):
    with socket.create_server(("127.0.0.1", 0), reuse_port=reuse_port) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"port {port}"), reserved_port("127.0.0.1", port):
            pass


def test_a_port_of_ipv6():
    with reserved_port("::1", 0) as port, socket.create_server(("::1", port), family=socket.AF_INET6, reuse_port=True):
        pass
