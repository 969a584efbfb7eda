"""Behaviours of validators: who submits which weights when. Miners act through what validators think of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from taokit.consensus import Row
from taokit.consensus.scalar import U16
from taokit.errors import ConfigurationError
from taokit.lab.acts import Act, Weigh
from taokit.lab.simulate import Behaviour, View

Scores = Sequence[float] | npt.NDArray[np.floating]
"""One number for each miner, finite and at least 0, of any scale."""


def row(scores: Scores, *, first: int = 0, zeros: bool = True) -> Row:
    """Scores as a row to submit: the largest becomes 65535, rounded half to even, uids ascending from `first`.

    Zeros stay as entries unless told otherwise. Raises `ConfigurationError` for a score that is negative or not
    finite, by its uid, and where none is positive.
    """
    values = np.asarray(scores, dtype=np.float64)
    wrong = ~(np.isfinite(values) & (values >= 0))
    if wrong.any():
        at = int(np.argmax(wrong))
        raise ConfigurationError(f"the score of uid {first + at} is {values[at]}, which is no share")
    if not values.max(initial=0.0):
        raise ConfigurationError("no uid has any score")
    made = np.rint(values / values.max() * U16)
    pairs = np.stack([np.arange(first, first + len(values)), made], axis=1).astype(np.uint16)
    return pairs if zeros else pairs[pairs[:, 1] > 0]


def timetable(uid: int, rows: Mapping[int, Row], *, mechanism: int = 0) -> Behaviour:
    """A validator that submits, before every epoch, the row of the latest epoch listed."""

    def behave(view: View) -> Iterable[Act]:
        begun = [epoch for epoch in rows if epoch <= view.epoch]
        return [Weigh(uid=uid, row=rows[max(begun)], mechanism=mechanism)] if begun else []

    return behave


def every_epoch(uid: int, rows: Sequence[Row], *, delay: int = 0, mechanism: int = 0) -> Behaviour:
    """A validator that makes a row for each epoch; with a delay it is active so many epochs later.

    A delay needs a subnet whose commit-reveal is on and whose reveal period is the delay. Rows beyond the last repeat
    it.
    """

    def behave(view: View) -> Iterable[Act]:
        made = rows[min(view.epoch, len(rows) - 1)]
        return [Weigh(uid=uid, row=made, block=view.block if delay else None, mechanism=mechanism)]

    return behave


def copier(uid: int, of: Sequence[int], *, delay: int = 0, zeros: bool = False, mechanism: int = 0) -> Behaviour:
    """A validator that submits the stake-weighted sum of the rows that others have active, made last."""

    def behave(view: View) -> Iterable[Act]:
        subnet = view.subnet
        seen = np.zeros(subnet.n)
        for other in of:
            known = subnet.mechanisms[mechanism].weights.get(other, np.zeros((0, 2), dtype=np.uint16))
            seen[known[:, 0]] += float(subnet.alpha_stake[other]) * known[:, 1]
        if not seen.any():
            return []
        made = row(seen, zeros=zeros)
        return [Weigh(uid=uid, row=made, block=view.block if delay else None, mechanism=mechanism)]

    return behave


def script(acts: Sequence[Act]) -> Behaviour:
    """Acts that happen at their blocks, whatever else does."""
    return lambda view: acts if view.epoch == 0 else []


def at_epoch(epoch: int, *acts: Act) -> Behaviour:
    """Acts before one epoch."""
    return lambda view: acts if view.epoch == epoch else []


def burning(behaviour: Behaviour, *, owner_uid: int, share: float) -> Behaviour:
    """The same behaviour, but every row gives this share, 0 to 1, to the owner's uid and the rest as before."""
    if not 0 <= share <= 1:
        raise ConfigurationError(f"a share of {share} cannot be burned: it must lie within 0 and 1")

    def behave(view: View) -> Iterable[Act]:
        return [_burned(act, owner_uid, share) if isinstance(act, Weigh) else act for act in behaviour(view)]

    return behave


def _burned(act: Weigh, owner_uid: int, share: float) -> Weigh:
    others = act.row[act.row[:, 0] != owner_uid]
    sums = int(others[:, 1].sum(dtype=np.int64))
    values = np.append(others[:, 1] / max(1, sums) * (1 - share), share if sums else 1.0)
    uids = np.append(others[:, 0].astype(np.int64), owner_uid)
    order = np.argsort(uids)
    made = np.stack([uids, np.rint(values / values.max() * U16)], axis=1).astype(np.uint16)[order]
    return replace(act, row=made)


__all__ = ["Scores", "at_epoch", "burning", "copier", "every_epoch", "row", "script", "timetable"]
