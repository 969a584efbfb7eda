"""Signs of life, in a file and through a pipe."""

import asyncio
import contextlib
import json
import os

import pytest

from taokit.run.beating import DEADLINES, HeartbeatFile, Pulse, beat


def test_a_heartbeat_tells_time_process_and_block(tmp_path):
    block = 7
    file = HeartbeatFile(tmp_path / "heartbeat", lambda: block)
    file.beat()
    first = json.loads((tmp_path / "heartbeat").read_text())
    assert (first["pid"], first["block"]) == (os.getpid(), 7)
    block = 8
    file.beat()
    second = json.loads((tmp_path / "heartbeat").read_text())
    assert second["block"] == 8
    assert second["at"] >= first["at"]
    file.end()
    assert list(tmp_path.iterdir()) == []
    file.end()


def test_a_folder_that_is_gone_is_said_once_and_ends_nothing(tmp_path, caplog):
    file = HeartbeatFile(tmp_path / "absent" / "heartbeat", lambda: 1)
    file.beat()
    file.beat()
    assert len(caplog.records) == 1


@pytest.fixture
def pipe():
    ends = os.pipe()
    yield ends
    for end in ends:
        with contextlib.suppress(OSError):
            os.close(end)


def test_a_pulse_says_how_long_a_silence_is_too_long(pipe):
    ours, theirs = pipe
    Pulse(theirs, deadline_s=12, alone=pytest.fail).beat()
    assert os.read(ours, 100) == b"%d\n" % (DEADLINES * 12)


def test_a_pulse_that_nobody_takes_blocks_nothing(pipe):
    pulse = Pulse(pipe[1], deadline_s=12, alone=pytest.fail)
    for _ in range(100_000):
        pulse.beat()


def test_a_pulse_that_nobody_can_take_says_so(pipe):
    alone = []
    os.close(pipe[0])
    Pulse(pipe[1], deadline_s=12, alone=lambda: alone.append(1)).beat()
    assert alone == [1]


async def test_it_beats_until_it_is_cancelled():
    beats = []
    task = asyncio.create_task(beat(lambda: beats.append(1), deadline_s=0.01))
    while len(beats) < 3:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
