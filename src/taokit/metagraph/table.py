"""Columns by name: as arrays, as an Arrow table, as a pandas frame. The last two need the extra `lab`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Column: TypeAlias = "np.ndarray[Any, Any]"  # one-dimensional; as many entries as the table has rows
Columns: TypeAlias = Mapping[str, Column]


def named(columns: Columns, name: str) -> Column:
    """The column of this name. Raises `ConfigurationError` with the nearest name where there is none."""
    if name in columns:
        return columns[name]
    near = get_close_matches(name, columns, n=1)
    known = f"did you mean {near[0]}?" if near else f"the columns are {', '.join(columns)}"
    raise ConfigurationError(f"a metagraph has no column {name!r}", hint=known)


def chosen(columns: Columns, names: Sequence[str] | None, rows: Any) -> dict[str, Column]:
    """The columns of these names (None: all), at these rows (None: all), in the order given."""
    picked = columns if names is None else {name: named(columns, name) for name in names}
    return dict(picked) if rows is None else {name: column[np.asarray(rows)] for name, column in picked.items()}


def descending(column: Column) -> Column:
    """The row numbers from the largest value to the smallest; rows of one value stay in order. int64."""
    backwards = np.argsort(column[::-1], kind="stable")
    return (len(column) - 1 - backwards)[::-1]


def arrow(columns: Columns) -> pa.Table:
    """The columns as an Arrow table, each of its own type. Raises `ConfigurationError` without pyarrow."""
    return _library("pyarrow").table(dict(columns))


def frame(columns: Columns) -> pd.DataFrame:
    """The columns as a pandas frame whose index is the uid. Raises `ConfigurationError` without pandas."""
    whole = _library("pandas").DataFrame(dict(columns))
    return whole.set_index("uid") if "uid" in columns else whole


def _library(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        hint = "install it: pip install 'taokit[lab]'"
        raise ConfigurationError(f"this needs {name}, which is not installed", hint=hint) from error


__all__ = ["Column", "Columns", "arrow", "chosen", "descending", "frame", "named"]
