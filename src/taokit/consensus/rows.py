"""Rows as the chain stores them, lists of (uid, value), and as matrices with a line for each neuron that counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Int64, UInt16

from taokit.errors import ConfigurationError

Row: TypeAlias = UInt16[np.ndarray, "_ 2"]
"""Pairs of (uid, value) in stored order; a value of zero is an entry too."""

Rows: TypeAlias = Mapping[int, Row]
"""By uid of the row's owner; an absent uid has an empty row."""

Uids: TypeAlias = Int64[np.ndarray, " lines"]
Matrix: TypeAlias = Int64[np.ndarray, "lines uids"]
Mask: TypeAlias = Bool[np.ndarray, "lines uids"]


@dataclass(frozen=True, slots=True)
class Dense:
    """Rows as matrices."""

    values: Matrix  # 0 where there is no entry
    present: Mask
    position: Matrix | None  # of each entry in its row; None: every row lists its uids ascending

    def only(self, kept: Mask) -> Dense:
        """The rows without the entries that the mask leaves out."""
        present = self.present & kept
        return Dense(self.values * present, present, self.position)

    def positions(self) -> Matrix:
        """Where each entry stands, any number where there is none."""
        if self.position is not None:
            return self.position
        return np.broadcast_to(np.arange(self.values.shape[1]), self.values.shape)


def dense(rows: Rows, lines: Uids, n: int) -> Dense:
    """The rows of the given uids as matrices of `n` columns; entries for uids beyond are dropped.

    Raises `ConfigurationError` for a row that names a uid twice or is no array of pairs of uint16.
    """
    empty = np.zeros((0, 2), dtype=np.uint16)
    chosen = [_pairs(uid, rows[uid]) if uid in rows else empty for uid in lines.tolist()]
    lengths = [len(row) for row in chosen]
    entries = np.concatenate([empty, *chosen]).astype(np.int64)
    line, uid = np.repeat(np.arange(len(lines)), lengths), entries[:, 0]
    known = uid < n
    place = (line * n + uid)[known]
    ascending = bool(np.all(np.diff((line << 16) + uid) > 0))
    made = _filled(place, entries[known, 1], None if ascending else _ranks(lengths)[known], (len(lines), n))
    if not ascending and np.count_nonzero(made.present) != len(place):
        raise _twice(place, lines, n)
    return made


def _twice(place: Uids, lines: Uids, n: int) -> ConfigurationError:
    """What is wrong where two entries share a place, by the first row that has such."""
    places, counts = np.unique(place, return_counts=True)
    line, uid = divmod(int(places[counts > 1][0]), n)
    return ConfigurationError(f"the row of uid {lines[line]} names uid {uid} twice")


def _pairs(uid: int, row: Any) -> Row:
    if not isinstance(row, np.ndarray) or row.dtype != np.uint16 or row.shape[1:] != (2,):
        raise ConfigurationError(f"the row of uid {uid} is no array of (uid, value) pairs of uint16")
    return row


def _ranks(lengths: list[int]) -> Int64[np.ndarray, " entries"]:
    return np.concatenate([np.arange(length) for length in lengths])


def _filled(
    place: Int64[np.ndarray, " entries"],
    value: Int64[np.ndarray, " entries"],
    rank: Int64[np.ndarray, " entries"] | None,
    shape: tuple[int, int],
) -> Dense:
    values, present = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=bool)
    values.reshape(-1)[place] = value
    present.reshape(-1)[place] = True
    if rank is None:
        return Dense(values, present, None)
    position = np.zeros(shape, dtype=np.int64)
    position.reshape(-1)[place] = rank
    return Dense(values, present, position)


def sparse(matrix: Dense, lines: Uids) -> dict[int, Row]:
    """The rows that matrices hold, in stored order, by the uids of their lines; read-only, empty ones left out."""
    line, uid = np.nonzero(matrix.present)
    if matrix.position is not None:
        order = np.lexsort((matrix.position[line, uid], line))
        line, uid = line[order], uid[order]
    entries = np.stack([uid, matrix.values[line, uid]], axis=1).astype(np.uint16)
    entries.setflags(write=False)
    ends = np.cumsum(np.count_nonzero(matrix.present, axis=1)).tolist()
    starts = [0, *ends[:-1]]
    return {
        owner: entries[start:end] for owner, start, end in zip(lines.tolist(), starts, ends, strict=True) if end > start
    }


__all__ = ["Dense", "Row", "Rows", "dense", "sparse"]
