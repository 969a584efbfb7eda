"""Programs within limits: real processes."""

import asyncio
import os

import pytest

from taokit.errors import DoesNotRun
from taokit.neuron import Sandbox


def program(tmp_path, text):
    path = tmp_path / "program.py"
    path.write_text("import os, sys\n" + text)
    return path


async def test_it_answers_what_it_was_given(tmp_path):
    path = program(tmp_path, "sys.stdout.write(str(len(sys.stdin.read())) + os.getcwd() + str(dict(os.environ)))")
    said = (await Sandbox().run(path, b"x" * 300_000)).decode()
    assert said.startswith("300000")
    assert str(tmp_path) not in said
    assert "HOME" not in said


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("sys.exit(3)", "exit code 3"),
        ("1 / 0", "exit code 1"),
        ("while True: pass", "passed a limit"),
        ("import time; time.sleep(60)", "more than 2 s"),
        ("bytearray(1 << 30)", "exit code 1"),
        ("print('x' * 5000)", "more than 1000 bytes"),
        ("os.write(os.open('file', os.O_CREAT | os.O_WRONLY), b'x')", "exit code"),
        ("files = [open('/dev/null') for _ in range(100)]", "exit code 1"),
    ],
)
async def test_each_limit_ends_it(tmp_path, text, why):
    sandbox = Sandbox(wall_s=2.0 if "sleep" in text else 60.0, cpu_s=1, memory=512 << 20, answer=1000)
    with pytest.raises(DoesNotRun, match=why):
        await sandbox.run(program(tmp_path, text), b"given" * 100_000)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may have as many processes as it likes")
async def test_it_starts_nothing(tmp_path):
    with pytest.raises(DoesNotRun):
        await Sandbox().run(program(tmp_path, "os.fork()"), b"")


async def test_nothing_is_left_of_one_that_is_cancelled(tmp_path):
    note = tmp_path / "pid"
    os.mkfifo(note)
    reading = asyncio.create_task(asyncio.to_thread(note.read_text))
    path = program(tmp_path, f"os.write(os.open({str(note)!r}, os.O_WRONLY), str(os.getpid()).encode())\n")
    path.write_text(path.read_text() + "os.closerange(3, 60)\nimport time; time.sleep(60)")
    running = asyncio.create_task(Sandbox(wall_s=50.0).run(path, b""))
    pid = int(await asyncio.wait_for(reading, 20))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
