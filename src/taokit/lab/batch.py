"""Many subnets as one batch: padded to a few sizes, run together, and taken apart again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import numpy as np
from jaxtyping import Shaped

from taokit.consensus.bonds import Bonds, Order
from taokit.consensus.epoch import Epoch, Inputs

Record = TypeVar("Record")
Values = Shaped[np.ndarray, "..."]


def mapped(record: Record, change: Callable[[Any], Any]) -> Record:
    """The record with every array in it changed, in records within records too; None stays None."""
    if record is None:
        return record
    if is_dataclass(record) and not isinstance(record, type):
        names = [field.name for field in fields(record)]
        return type(record)(**{name: mapped(getattr(record, name), change) for name in names})
    return change(record)  # type: ignore[no-any-return]


def leaves(record: Any) -> list[Any]:
    """The arrays of a record, field by field, without those that are None."""
    if record is None:
        return []
    if is_dataclass(record):
        return [leaf for field in fields(record) for leaf in leaves(getattr(record, field.name))]
    return [record]


def filled(template: Record, arrays: Iterator[Any]) -> Record:
    """A record of the template's form that holds these arrays, in the order of `leaves`."""
    return mapped(template, lambda _: next(arrays))


def bucket(size: int) -> int:
    """The padded size for a size: a power of two, or one and a half of it, never smaller."""
    power = 1 << max(0, size - 1).bit_length()
    return power * 3 // 4 if power > 2 and size <= power * 3 // 4 else power


def together(members: Sequence[Inputs]) -> Inputs:
    """Members without a batch dimension as one batch of them, padded to bucketed lines and uids."""
    lines = bucket(max(member.votes.shape[0] for member in members))
    uids = bucket(max(member.stake.shape[0] for member in members))
    if any(member.order is not None for member in members):
        members = [replace(member, order=member.order or _ascending(member)) for member in members]
    columns = zip(*(leaves(padded(member, lines=lines, uids=uids)) for member in members), strict=True)
    return filled(members[0], iter([np.stack(column) for column in columns]))


def _ascending(member: Inputs) -> Order:
    uids = np.broadcast_to(np.arange(member.stake.shape[0], dtype=np.int64), member.weights.shape)
    return Order(weights=uids, bonds=uids, has_bond=member.bonds > 0)


def padded(member: Inputs, *, lines: int, uids: int) -> Inputs:
    """The same subnet with lines and uids that hold nothing."""
    line = np.where(member.line == member.votes.shape[0], lines, member.line)
    return replace(
        member,
        stake=widened(member.stake, (uids,)),
        votes=widened(member.votes, (lines,)),
        line=widened(line, (uids,), fill=lines),
        weights=widened(member.weights, (lines, uids)),
        has_weight=widened(member.has_weight, (lines, uids)),
        bonds=widened(member.bonds, (lines, uids)),
        order=mapped(member.order, lambda values: widened(values, (lines, uids))),
    )


def widened(values: Values, shape: tuple[int, ...], fill: int = 0) -> Values:
    """The values in the corner of a larger array."""
    wide = np.full(shape, fill, dtype=values.dtype)
    wide[tuple(slice(size) for size in values.shape)] = values
    return wide


def apart(epoch: Epoch, members: Sequence[Inputs]) -> list[Epoch]:
    """What the epoch of a batch says of each member, without the padding."""
    return [_own(epoch, at, member) for at, member in enumerate(members)]


def _own(batch: Epoch, at: int, member: Inputs) -> Epoch:
    epoch = mapped(batch, lambda values: values[at])
    lines, uids = member.weights.shape
    bonds = Bonds(
        values=epoch.bonds.values[:lines, :uids],
        present=epoch.bonds.present[:lines, :uids],
        position=None if epoch.bonds.position is None else epoch.bonds.position[:lines, :uids],
        dividends=epoch.bonds.dividends[:lines],
    )
    columns = [field.name for field in fields(Epoch) if field.name != "bonds"]
    trimmed = {name: mapped(getattr(epoch, name), lambda values: values[:uids]) for name in columns}
    return Epoch(**trimmed, bonds=bonds)


__all__ = ["apart", "bucket", "filled", "leaves", "mapped", "padded", "together", "widened"]
