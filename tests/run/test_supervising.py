"""The process above a neuron: real processes that live, get stuck, crash, and are told to leave."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

WAIT_S = 30
PARENT = """
import logging, sys
from taokit.run.supervising import Supervisor
logging.basicConfig(level="INFO", format="%(message)s")
leave_s = float(sys.argv[2])
code = Supervisor(lambda fd: [sys.executable, sys.argv[1], str(fd)], leave_s=leave_s).run()
sys.exit(code)
"""
CHILD = """
import faulthandler, os, pathlib, signal, sys, time
faulthandler.register(signal.SIGUSR1)
here = pathlib.Path(__file__).parent
lives = here / "lives"
with lives.open("a") as file:
    file.write(f"{os.getpid()}\\n")
life = len(lives.read_text().split())
fd = int(sys.argv[1])
def beat(most):
    os.write(fd, f"{most}\\n".encode())
def stuck_here():
    time.sleep(60)
"""


@pytest.fixture
def scene(tmp_path):
    """Starts a supervisor above a child that runs this code, and sees to it that both are gone at the end."""
    started = []

    def start(code, leave_s=5.0):
        (tmp_path / "parent.py").write_text(PARENT)
        (tmp_path / "child.py").write_text(CHILD + code)
        command = [sys.executable, str(tmp_path / "parent.py"), str(tmp_path / "child.py"), str(leave_s)]
        parent = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
        started.append(parent)
        return parent

    start.lives = lambda: [int(pid) for pid in (tmp_path / "lives").read_text().split()]
    start.folder = tmp_path
    yield start
    for parent in started:
        if parent.poll() is None:
            parent.kill()
        parent.communicate()


def until(happened):
    deadline = time.monotonic() + WAIT_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def gone(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4])
def test_it_ends_as_the_neuron_ended(scene, code):
    parent = scene(f"beat(5); sys.exit({code})")
    parent.communicate(timeout=WAIT_S)
    assert parent.returncode == code
    assert len(scene.lives()) == 1


def test_a_neuron_that_is_killed_has_crashed(scene):
    parent = scene("beat(5); os.kill(os.getpid(), signal.SIGKILL)")
    _, errors = parent.communicate(timeout=WAIT_S)
    assert parent.returncode == 1
    assert "ended by signal 9" in errors


def test_a_stuck_neuron_says_where_and_is_started_again(scene):
    parent = scene("beat(0.2)\nif life == 1: stuck_here()\nsys.exit(0)")
    _, errors = parent.communicate(timeout=WAIT_S)
    assert parent.returncode == 0
    assert len(scene.lives()) == 2
    assert "stuck_here" in errors
    assert "starts again" in errors


def test_a_neuron_that_was_never_heard_of_may_take_its_time(scene):
    """A `setup` that loads a model for a while is no stall."""
    parent = scene("time.sleep(1.5); beat(0.1); sys.exit(0)")
    parent.communicate(timeout=WAIT_S)
    assert (parent.returncode, len(scene.lives())) == (0, 1)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_passed_on_and_the_end_awaited(scene, number):
    parent = scene(
        "def leave(*_):\n    time.sleep(0.3); (here / 'left').touch(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, leave)\n(here / 'ready').touch()\n"
        "while True:\n    beat(5); time.sleep(0.05)"
    )
    until((scene.folder / "ready").exists)
    parent.send_signal(number)
    parent.communicate(timeout=WAIT_S)
    assert parent.returncode == 0
    assert (scene.folder / "left").exists()


def test_one_that_does_not_leave_is_ended_by_force(scene):
    parent = scene(
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n(here / 'ready').touch()\n"
        "while True:\n    beat(5); time.sleep(0.05)",
        leave_s=0.3,
    )
    until((scene.folder / "ready").exists)
    parent.terminate()
    _, errors = parent.communicate(timeout=WAIT_S)
    assert parent.returncode == 1
    assert "by force" in errors
    assert gone(scene.lives()[0])


def test_a_neuron_leaves_when_its_supervisor_is_killed(scene):
    """Beating into a pipe without another end tells it so."""
    parent = scene("while True:\n    beat(5); time.sleep(0.05)")
    until(lambda: (scene.folder / "lives").exists() and scene.lives())
    parent.kill()
    parent.communicate(timeout=WAIT_S)
    until(lambda: gone(scene.lives()[0]))
