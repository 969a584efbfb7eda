import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from taokit.errors import AlreadyRunning, LocalError, StateCorrupt
from taokit.neuron.state import StateFolder, neuron_folder, state_root

OLD = {"scores": [1.5, 0.1, 2], "note": "old"}
NEW = {"scores": [0.25] * 500, "note": "new"}
STEPS = ["open", "write", "write", "sync file", "rename", "sync folder"]


@pytest.mark.parametrize(
    ("explicit", "variable", "xdg", "expected"),
    [
        ("/a", "/b", "/c", "/a"),
        (None, "/b", "/c", "/b"),
        (None, None, "/c", "/c/taokit"),
        (None, "", "/c", "/c/taokit"),
        (None, None, None, "/home/x/.local/state/taokit"),
        ("", "", "", "/home/x/.local/state/taokit"),
    ],
)
def test_the_first_place_named_holds_the_state(explicit, variable, xdg, expected):
    assert state_root(explicit, taokit_state=variable, xdg_state_home=xdg, home="/home/x") == Path(expected)


def test_each_neuron_of_each_chain_has_its_folder():
    folder = neuron_folder(Path("/s"), genesis=bytes.fromhex("2f0555cc76") + bytes(27), netuid=7, hotkey="5Hot")
    assert folder == Path("/s/2f0555cc/7/5Hot")


def test_what_was_saved_is_loaded(tmp_path):
    with StateFolder(tmp_path / "a" / "b") as state:
        assert state.load("scores", 1) is None
        state.save("scores", 1, OLD)
        state.save("other", 3, [])
    with StateFolder(tmp_path / "a" / "b") as state:
        assert state.load("scores", 1) == OLD
        assert state.load("other", 3) == []
        assert sorted(file.name for file in state.path.iterdir()) == ["lock", "other.json", "scores.json"]


def test_data_that_json_cannot_carry_leaves_the_old_file(tmp_path):
    with StateFolder(tmp_path) as state:
        state.save("scores", 1, OLD)
        for bad in ({"x": float("nan")}, {"x": {1, 2}}):
            with pytest.raises((TypeError, ValueError)):
                state.save("scores", 1, bad)
        assert state.load("scores", 1) == OLD


@pytest.mark.parametrize(
    "content", [b"", b'{"version": 1, "da', b"\x00" * 40, b"[1]", b'{"version": 1}', b"\xff", b"[" * 99999]
)
def test_a_file_that_does_not_read_back_is_kept_aside(tmp_path, content):
    with StateFolder(tmp_path) as state:
        for number in (1, 2):
            (tmp_path / "scores.json").write_bytes(content)
            with pytest.raises(StateCorrupt, match=r"scores\.json") as caught:
                state.load("scores", 1)
            assert f"scores.corrupt-{number}" in caught.value.hint
            assert (tmp_path / f"scores.corrupt-{number}").read_bytes() == content
        assert state.load("scores", 1) is None


def test_a_file_of_another_version_stays_where_it_is(tmp_path):
    with StateFolder(tmp_path) as state:
        state.save("scores", 2, NEW)
        with pytest.raises(StateCorrupt, match="version 2") as caught:
            state.load("scores", 1)
        assert caught.value.hint
        assert state.load("scores", 2) == NEW


def test_a_second_holder_is_told_who_the_first_is(tmp_path):
    with StateFolder(tmp_path), pytest.raises(AlreadyRunning, match=str(os.getpid())) as caught:
        StateFolder(tmp_path)
    assert caught.value.hint
    StateFolder(tmp_path).close()


def test_a_second_process_is_refused_until_the_first_is_gone(tmp_path):
    with hold_in_child(tmp_path) as child:
        with pytest.raises(AlreadyRunning, match=str(child.pid)):
            StateFolder(tmp_path)
        child.kill()
        child.wait()
    StateFolder(tmp_path).close()


def hold_in_child(folder):
    code = f"import sys, pathlib; from taokit.neuron.state import StateFolder; \
s = StateFolder(pathlib.Path({str(folder)!r})); print('held', flush=True); sys.stdin.read()"
    child = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert child.stdout.readline() == b"held\n"
    return child


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalError, match="cannot use") as caught:
        StateFolder(tmp_path / "file" / "below")
    assert "--state-dir" in caught.value.hint


@pytest.mark.parametrize("failing", range(len(STEPS)))
def test_a_full_disk_at_any_step_leaves_a_whole_file(tmp_path, failing):
    count = iter(range(100))

    def full(step):
        if armed and next(count) == failing:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    armed = False
    with StateFolder(tmp_path, before=full) as state:
        state.save("scores", 1, OLD)
        armed = True
        with pytest.raises(LocalError, match="No space left") as caught:
            state.save("scores", 1, NEW)
        assert "intact" in caught.value.hint
        assert state.load("scores", 1) == (NEW if STEPS[failing] == "sync folder" else OLD)
        assert not (tmp_path / "scores.new").exists()
        state.save("scores", 1, NEW)
        assert state.load("scores", 1) == NEW


def test_a_disk_that_is_really_full_leaves_the_old_file(tmp_path):
    """The limit on a file's size makes the second write fail as a full disk would."""
    code = f"""
import pathlib, resource, signal
from taokit.errors import LocalError
from taokit.neuron.state import StateFolder
state = StateFolder(pathlib.Path({str(tmp_path)!r}))
state.save("scores", 1, {OLD!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512))
try:
    state.save("scores", 1, {NEW!r})
except LocalError as error:
    print(error)
"""
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "cannot save" in said
    with StateFolder(tmp_path) as state:
        assert state.load("scores", 1) == OLD


CHILD = """
import os, pathlib, signal, sys
from taokit.neuron.state import StateFolder
armed, left = False, int(sys.argv[2])
def before(step):
    global left
    if armed:
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        left -= 1
state = StateFolder(pathlib.Path(sys.argv[1]), before=before)
import json
old, new = json.loads(sys.argv[3])
state.save("scores", 1, old)
armed = True
state.save("scores", 1, new)
"""


@pytest.mark.parametrize("step", range(len(STEPS) + 1))
def test_a_process_killed_before_any_step_leaves_the_old_or_the_new(tmp_path, step):
    done = subprocess.run([sys.executable, "-c", CHILD, str(tmp_path), str(step), json.dumps([OLD, NEW])], check=False)
    assert done.returncode == (-signal.SIGKILL if step < len(STEPS) else 0)
    with StateFolder(tmp_path) as state:
        assert state.load("scores", 1) == (OLD if step <= STEPS.index("rename") else NEW)
        state.save("scores", 1, OLD)  # what the dead one left is not in the way
        assert state.load("scores", 1) == OLD


COUNTING = """
import pathlib, sys
from taokit.neuron.state import StateFolder
state = StateFolder(pathlib.Path(sys.argv[1]))
for number in range(10**9):
    state.save("count", 1, [number] * 2000)
    print(number, flush=True)
"""


def test_a_process_killed_anywhere_leaves_its_last_save_or_the_one_under_way(tmp_path):
    for patience in range(1, 30, 4):
        child = subprocess.Popen([sys.executable, "-c", COUNTING, str(tmp_path)], stdout=subprocess.PIPE)
        for _ in range(patience):
            child.stdout.readline()
        child.kill()
        done = child.stdout.read().split()
        child.wait()
        child.stdout.close()
        with StateFolder(tmp_path) as state:
            numbers = state.load("count", 1)
        last = int(done[-1]) if done else patience - 1
        assert len(numbers) == 2000
        assert set(numbers) <= {last} or set(numbers) <= {last + 1}
