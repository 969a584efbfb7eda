import pytest

from taokit.errors import ConfigurationError
from taokit.lab.files import write_whole


def test_a_file_is_replaced_as_a_whole(tmp_path):
    write_whole(tmp_path / "a", "one")
    write_whole(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_text() == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_what_cannot_be_written_leaves_nothing(tmp_path):
    (tmp_path / "a").mkdir()
    with pytest.raises(ConfigurationError, match="cannot write"):
        write_whole(tmp_path / "a", "one")
    with pytest.raises(ConfigurationError, match="cannot write"):
        write_whole(tmp_path / "none" / "a", "one")
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
