"""What an epoch looked like, neuron by neuron."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from taokit.cli.dev.cast import Part
from taokit.metagraph import Metagraph


@dataclass(frozen=True, slots=True)
class Standing:
    """What a validator's files say of it."""

    scores: Mapping[str, float]  # by hotkey
    weights_block: int | None  # at which its weights were last read back from the chain
    waiting: str  # for what; empty when it waits for nothing


@dataclass(frozen=True, slots=True)
class MinerRow:
    """One miner at the end of one epoch. Shares are 0 to 1."""

    uid: int
    name: str
    score: float | None  # mean over the validators that score; None before the first round
    weight: float  # mean of the rows visible on chain, weighted by stake
    incentive: float
    emission: int  # rao of alpha paid for the epoch


@dataclass(frozen=True, slots=True)
class ValidatorRow:
    """One validator at the end of one epoch. Shares are 0 to 1."""

    uid: int
    name: str
    stake: int  # rao
    validator_trust: float
    dividends: float
    weights_block: int | None


@dataclass(frozen=True, slots=True)
class EpochRow:
    """A subnet at the end of one epoch."""

    epoch: int
    block: int
    miners: tuple[MinerRow, ...]
    validators: tuple[ValidatorRow, ...]
    bonds: Mapping[str, Mapping[str, float]]  # validator to miner, as shares of the miner's bonds
    waiting: Mapping[str, str]  # validator to what it waits for

    def to_json(self) -> dict[str, Any]:
        """What `--json` prints: no wall-clock value, nothing that differs between two runs with one seed."""
        return {
            "epoch": self.epoch,
            "block": self.block,
            "miners": [asdict(row) for row in self.miners],
            "validators": [asdict(row) for row in self.validators],
        }

    def miner(self, name: str) -> MinerRow:
        """The row of a miner."""
        return next(row for row in self.miners if row.name == name)

    def validator(self, name: str) -> ValidatorRow:
        """The row of a validator."""
        return next(row for row in self.validators if row.name == name)


def epoch_row(
    epoch: int, graph: Metagraph, cast: Sequence[Part], keys: Mapping[str, str], standings: Mapping[str, Standing]
) -> EpochRow:
    """The figures of an epoch: from the chain what is on chain, from the validators' files what only they know.

    `keys` are the hotkeys by name; parts that have no uid (any more) are left out.
    """
    uids = {part.name: uid for part in cast if (uid := graph.uid_of(keys[part.name])) is not None}
    scoring = [standings[p.name].scores for p in cast if p.scores and p.name in standings]
    weight = mean_row(graph)
    miners = [p.name for p in cast if p.is_miner and p.name in uids]
    validators = [p.name for p in cast if not p.is_miner and p.name in uids]
    return EpochRow(
        epoch=epoch,
        block=graph.block,
        miners=tuple(
            MinerRow(
                uid=uids[name],
                name=name,
                score=mean_score(scoring, keys[name]),
                weight=float(weight[uids[name]]),
                incentive=float(graph.incentive[uids[name]]) / 65535,
                emission=int(graph.emission[uids[name]]),
            )
            for name in miners
        ),
        validators=tuple(
            ValidatorRow(
                uid=uids[name],
                name=name,
                stake=int(graph.stake[uids[name]]),
                validator_trust=float(graph.validator_trust[uids[name]]) / 65535,
                dividends=float(graph.dividends[uids[name]]) / 65535,
                weights_block=standings[name].weights_block if name in standings else None,
            )
            for name in validators
        ),
        bonds=_bonds(graph, uids, miners, validators),
        waiting={name: standing.waiting for name, standing in standings.items() if standing.waiting},
    )


def mean_score(scoring: Sequence[Mapping[str, float]], hotkey: str) -> float | None:
    """The mean of one hotkey's scores over the validators that have scored it."""
    given = [scores[hotkey] for scores in scoring if hotkey in scores]
    return sum(given) / len(given) if given else None


def mean_row(graph: Metagraph) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The rows of weights visible on chain, each as shares, averaged by stake; zero where nobody has weights."""
    total, stakes = np.zeros(graph.n), 0.0
    for uid in sorted(graph.weights):
        row = graph.row(graph.weights, uid).astype(np.float64)
        if row.any() and graph.validator_permit[uid]:
            total += row / row.sum() * float(graph.stake[uid])
            stakes += float(graph.stake[uid])
    return total / stakes if stakes else total


def _bonds(
    graph: Metagraph, uids: Mapping[str, int], miners: Sequence[str], validators: Sequence[str]
) -> dict[str, dict[str, float]]:
    rows = {name: graph.row(graph.bonds, uids[name]).astype(np.float64) for name in validators}
    column = sum(rows.values(), start=np.zeros(graph.n))
    return {
        name: {m: float(row[uids[m]] / column[uids[m]]) if column[uids[m]] else 0.0 for m in miners}
        for name, row in rows.items()
    }


__all__ = ["EpochRow", "MinerRow", "Standing", "ValidatorRow", "epoch_row", "mean_row", "mean_score"]
