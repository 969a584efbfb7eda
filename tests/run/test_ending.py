"""How a neuron's process ends."""

import os
import signal
import subprocess
import sys

import pytest

from taokit.run.ending import EXIT_CODES, Leaving, on_signals


def test_being_told_twice_is_being_told_once():
    told = []
    leaving = Leaving(lambda: told.append(1))
    leaving.begin()
    leaving.begin()
    leaving.left()
    assert told == [1]


def test_the_handlers_are_those_of_before_again():
    before, heard = signal.getsignal(signal.SIGTERM), []
    with on_signals((signal.SIGTERM,), lambda: heard.append(1)):
        os.kill(os.getpid(), signal.SIGTERM)
    assert heard == [1]
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize("stuck", ["while True: time.sleep(1)", "while True: pass"])
def test_a_process_that_does_not_leave_is_ended_by_force(stuck):
    code = (
        "import signal, sys, time\nfrom taokit.run.ending import Leaving, on_signals\n"
        "leaving = Leaving(lambda: None, seconds=0.2)\n"
        f"with on_signals((signal.SIGTERM,), leaving.begin):\n    print('ready', flush=True)\n    {stuck}\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child.stdout.readline()
    child.terminate()
    _, errors = child.communicate(timeout=30)
    assert child.returncode == 1
    assert "by force" in errors


def test_every_exit_code_is_named():
    assert [word for word in EXIT_CODES.split() if word.isdecimal()] == ["0", "1", "2", "3", "4"]
