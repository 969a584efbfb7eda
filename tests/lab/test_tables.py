import csv
import sys

import pytest

from taokit.errors import ConfigurationError
from taokit.lab.catalogue import scenario
from taokit.lab.scenarios import play, under
from taokit.lab.tables import epoch_rows, write_table


def rows():
    told = under(scenario("merge"), "3")
    return epoch_rows(told, play(told, epochs=2), "3")


def test_every_neuron_of_every_epoch_is_a_line(tmp_path):
    write_table(tmp_path / "run.csv", rows())
    with (tmp_path / "run.csv").open() as file:
        read = list(csv.DictReader(file))
    assert len(read) == 2 * 5
    assert [line["name"] for line in read[:5]] == ["A", "B", "C", "M1", "M2"]
    assert read[-1]["incentive"] == "65535"


def test_parquet_holds_the_same(tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_table(tmp_path / "run.parquet", rows())
    assert parquet.read_table(tmp_path / "run.parquet").to_pylist() == rows()


def test_parquet_needs_pyarrow_and_leaves_nothing_without_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ConfigurationError, match="needs pyarrow"):
        write_table(tmp_path / "run.parquet", rows())
    assert list(tmp_path.iterdir()) == []


def test_no_rows_no_file(tmp_path):
    with pytest.raises(ConfigurationError, match="no row"):
        write_table(tmp_path / "run.csv", [])
    assert list(tmp_path.iterdir()) == []
