import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from metagraphs import metagraph
from taokit.errors import ConfigurationError, LocalError, StateCorrupt
from taokit.follow import Shelf, load
from taokit.metagraph import to_bytes


def test_the_newest_is_what_was_kept_last_by_block(tmp_path):
    shelf = Shelf(tmp_path)
    assert shelf.newest(7) is None
    for block in (5000, 12_000, 999):
        shelf.save(metagraph(block=block))
    assert shelf.newest(7) == metagraph(block=12_000)
    assert [load(file).block for file in shelf.files(7)] == [999, 5000, 12_000]
    assert shelf.newest(8) is None


def test_history_is_bounded(tmp_path):
    shelf = Shelf(tmp_path, keep=3)
    for block in range(10):
        shelf.save(metagraph(block=block))
    assert [load(file).block for file in shelf.files(7)] == [7, 8, 9]
    with pytest.raises(ConfigurationError, match="at least 1 is needed"):
        Shelf(tmp_path, keep=0)


def test_a_cut_file_is_refused_with_the_cause_and_an_older_one_taken(tmp_path, caplog):
    shelf = Shelf(tmp_path)
    shelf.save(metagraph(block=1))
    newer = shelf.save(metagraph(block=2))
    newer.write_bytes(newer.read_bytes()[:-20])
    with pytest.raises(StateCorrupt, match=r"0000000002\.json\.gz does not read: this gzip file is cut short"):
        load(newer)
    assert shelf.newest(7) == metagraph(block=1)
    assert "cut short" in caplog.text


def test_a_file_opens_packed_or_not_and_one_that_is_not_there_is_told(tmp_path):
    plain = tmp_path / "seven.json"
    plain.write_bytes(to_bytes(metagraph()))
    assert load(plain) == metagraph()
    with pytest.raises(ConfigurationError, match=r"cannot read .*nothing\.json: No such file"):
        load(tmp_path / "nothing.json")


def test_a_folder_that_cannot_be_written_is_told(tmp_path):
    (tmp_path / "7").write_text("a file in its place")
    with pytest.raises(LocalError, match="cannot keep"):
        Shelf(tmp_path).save(metagraph())


def test_what_a_killed_writer_left_is_no_metagraph_and_is_tidied_away(tmp_path):
    shelf = Shelf(tmp_path)
    shelf.save(metagraph(block=1))
    fresh, old = tmp_path / "7" / ".a.draft", tmp_path / "7" / ".b.draft"
    for draft in (fresh, old):
        draft.write_bytes(b"half")
    os.utime(old, (time.time() - 7200,) * 2)
    shelf.save(metagraph(block=2))
    assert (fresh.exists(), old.exists()) == (True, False)
    assert len(shelf.files(7)) == 2


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from metagraphs import metagraph
from taokit.follow import Shelf
shelf = Shelf(Path(sys.argv[1]))
print("ready", flush=True)
block = 0
while True:
    block += 1
    shelf.save(metagraph(block=block))
"""


def test_a_writer_killed_at_any_moment_leaves_whole_files(tmp_path):
    command = [sys.executable, "-c", KILLED, str(tmp_path), str(Path(__file__).parents[1])]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        while len(Shelf(tmp_path).files(7)) < 5:
            time.sleep(0.01)
        child.kill()
    files = Shelf(tmp_path).files(7)
    assert [load(file).block for file in files] == list(range(load(files[0]).block, load(files[-1]).block + 1))
