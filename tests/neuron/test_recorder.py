import logging
import os
from pathlib import Path

import pytest

from record_values import Ask, round_record
from taokit.errors import ConfigurationError
from taokit.neuron.recorder import Recorder, load, message_kinds, recorded_by
from taokit.protocol import Synapse


def test_records_are_whole_files_for_their_owner_alone(tmp_path):
    file = Recorder(tmp_path / "new").keep(round_record(number=7))
    assert file.name == "round-000000007.jsonl"
    assert file.stat().st_mode & 0o777 == 0o600
    assert load(file, {"Ask": Ask}).number == 7
    assert recorded_by(file) == "module:Class"
    assert [path.name for path in file.parent.iterdir()] == [file.name]


def test_the_newest_are_kept_of_each_kind_and_nothing_else_is_touched(tmp_path):
    (tmp_path / "round-notes.jsonl").write_text("mine")
    recorder = Recorder(tmp_path, kept=2)
    for number in (1, 2, 3):
        recorder.keep(round_record(number=number))
        recorder.keep(round_record(number=number, organic=True))
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "organic-000000002.jsonl", "organic-000000003.jsonl",
        "round-000000002.jsonl", "round-000000003.jsonl", "round-notes.jsonl",
    ]  # fmt: skip
    assert recorder.next_organic() == 4


def test_one_that_is_too_large_is_not_kept_and_leaves_nothing(tmp_path, caplog):
    with caplog.at_level(logging.WARNING, "taokit"):
        assert Recorder(tmp_path, most_bytes=1000).keep(round_record()) is None
    assert "larger than 1000 bytes" in caplog.text
    assert [*tmp_path.iterdir()] == []


def test_a_folder_that_cannot_be_written_costs_the_record_only(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    with caplog.at_level(logging.WARNING, "taokit"):
        assert Recorder(tmp_path / "file").keep(round_record()) is None
    assert "is not kept" in caplog.text


def test_a_file_that_is_none_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot read"):
        load(tmp_path / "absent.jsonl", {})
    with pytest.raises(ConfigurationError, match="cannot read"):
        recorded_by(tmp_path)
    file = Recorder(tmp_path).keep(round_record())
    with pytest.raises(ConfigurationError, match="larger than"):
        load(file, {}, most_bytes=10)
    (tmp_path / "cut.jsonl").write_bytes(file.read_bytes()[:-20])
    with pytest.raises(ConfigurationError, match=r"cut\.jsonl, line 3: no JSON, or cut short"):
        load(tmp_path / "cut.jsonl", {"Ask": Ask})


def test_what_comes_of_a_pipe_is_counted(tmp_path):
    content, (reading, writing) = Recorder(tmp_path).keep(round_record()).read_bytes(), os.pipe()
    with os.fdopen(writing, "wb") as opened:
        opened.write(content)
    with os.fdopen(reading, "rb"):
        assert load(Path(f"/dev/fd/{reading}"), {"Ask": Ask}, most_bytes=len(content)).number == 1
    with pytest.raises(ConfigurationError, match="larger than 100000 bytes"):
        load(Path("/dev/zero"), {}, most_bytes=100_000)


def test_messages_are_found_by_name_first_where_the_validator_sees_them():
    class Twice(Synapse):
        pass

    first = Twice

    class Twice(Synapse):
        pass

    kinds = message_kinds("record_values")
    assert kinds["Twice"] in (first, Twice)
    assert kinds["Ask"] is Ask
    assert kinds["Synapse"] is Synapse
