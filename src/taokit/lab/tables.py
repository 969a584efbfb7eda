"""Rows of figures as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from taokit.errors import ConfigurationError
from taokit.lab.files import write_whole
from taokit.lab.scenarios import Scenario
from taokit.lab.simulate import Step

Figure: TypeAlias = int | float | str | bool
Rows: TypeAlias = Sequence[Mapping[str, Figure]]


def epoch_rows(scenario: Scenario, steps: Sequence[Step], variant: str) -> list[dict[str, Figure]]:
    """One row for every neuron in every epoch, as the chain stores it; amounts in rao, shares of 65535."""
    names = dict(enumerate(scenario.names))
    return [_epoch_row(names.get(uid, f"uid {uid}"), step, uid, variant) for step in steps for uid in _uids(step)]


def _uids(step: Step) -> range:
    return range(step.n)


def _epoch_row(name: str, step: Step, uid: int, variant: str) -> dict[str, Figure]:
    combined = step.combined
    return {
        "yuma": variant,
        "epoch": step.epoch,
        "block": step.block,
        "uid": uid,
        "name": name,
        "alpha_stake": int(step.stored.alpha_stake[uid]),
        "validator_permit": bool(combined.validator_permit[uid]),
        "consensus": int(combined.consensus[uid]),
        "incentive": int(step.incentive[uid]),
        "dividends": int(combined.dividends[uid]),
        "validator_trust": int(combined.validator_trust[uid]),
        "emission": int(combined.emission[uid]),
    }


def write_table(path: Path, rows: Rows) -> None:
    """The rows as a file, Parquet where the name ends so and else CSV.

    Raises `ConfigurationError` without rows, when the file cannot be written, and for Parquet without pyarrow; nothing
    is left behind then.
    """
    if not rows:
        raise ConfigurationError("there is no row to write")
    write_whole(path, _parquet(rows) if path.suffix == ".parquet" else _csv(rows))


def _csv(rows: Rows) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _parquet(rows: Rows) -> bytes:
    try:
        from pyarrow import Table, parquet
    except ImportError as error:
        raise ConfigurationError(
            "Parquet needs pyarrow, which is not installed", hint="pip install 'taokit[lab]', or name a .csv file"
        ) from error
    made: Any = io.BytesIO()
    parquet.write_table(Table.from_pylist([dict(row) for row in rows]), made)
    content: bytes = made.getvalue()
    return content


__all__ = ["Figure", "Rows", "epoch_rows", "write_table"]
