"""Reports of runs and maps: each one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from taokit.lab.measures import bond_shares, per_stake, returns, stake_share
from taokit.lab.page import Columns, figure, lines, page, said, section, table
from taokit.lab.plots import contour_map
from taokit.lab.retention import required_utility
from taokit.lab.scenarios import Scenario
from taokit.lab.simulate import Step
from taokit.lab.sweep import Point

NAMED: Mapping[str, str] = {"2": "Yuma 2", "3": "Yuma 3", "liquid": "Yuma 3 with liquid alpha"}
"""The variants as people call them."""

SHOWN = 12
"""More miners than this get no picture of their bonds each."""


@dataclass(frozen=True, slots=True)
class Run:
    """A scenario under one variant, played."""

    scenario: Scenario
    variant: str
    steps: Sequence[Step]

    @property
    def validators(self) -> list[int]:
        """The uids whose dividends are looked at: those that held a permit or earned dividends."""
        return [uid for uid in range(self.n) if any(_validates(step, uid) for step in self.steps)]

    @property
    def miners(self) -> list[int]:
        """The uids that earned incentive in some epoch, or were meant to."""
        meant = range(len(self.scenario.validators), len(self.scenario.names))
        return [uid for uid in range(self.n) if uid not in self.validators and (uid in meant or self._mined(uid))]

    @property
    def n(self) -> int:
        """Uids at the end of the run."""
        return self.steps[-1].n

    def name(self, uid: int) -> str:
        """What the story calls a uid."""
        return self.scenario.names[uid] if uid < len(self.scenario.names) else f"uid {uid}"

    def _mined(self, uid: int) -> bool:
        return any(_at(step.incentive, uid) for step in self.steps)

    def returns(self) -> dict[str, float]:
        """By name, what each validator earned for its stake; 1 is paid by stake."""
        uids = self.validators
        full = [step for step in self.steps if step.n == self.n]
        return {self.name(uid): value for uid, value in zip(uids, returns(full, uids), strict=True)}

    def incentives(self) -> dict[str, float]:
        """By name, each miner's share of incentive over the whole run."""
        whole = sum(int(step.incentive.sum(dtype="int64")) for step in self.steps)
        earned = {uid: sum(_at(step.incentive, uid) for step in self.steps) for uid in self.miners}
        return {self.name(uid): amount / whole if whole else 0.0 for uid, amount in earned.items()}


def _validates(step: Step, uid: int) -> bool:
    return uid < step.n and bool(
        step.combined.dividends[uid] or (step.stored.validator_permit[uid] and step.stored.alpha_stake[uid])
    )


def _at(column: Any, uid: int) -> int:
    return int(column[uid]) if uid < len(column) else 0


def scenario_page(runs: Sequence[Run]) -> str:
    """The page of one story under each variant: what everyone earned, epoch by epoch."""
    story = runs[0].scenario
    parts: list[str] = [said(_capital(story.story) + "."), _returns_table(runs)]
    for run in runs:
        parts.append(section(NAMED.get(run.variant, run.variant), _charts(run)))
        parts.append(section(f"Bonds under {NAMED.get(run.variant, run.variant)}", _bonds(run), what=_bonds_told(run)))
    epochs = len(runs[0].steps)
    return page(f"taokit sim · {story.name}", f"{epochs} epochs, up to block {runs[0].steps[-1].block}", parts)


BONDS = "Each validator's share of the bonds on a miner, which decide its dividends."


def _bonds_told(run: Run) -> str:
    left_out = len(run.miners) - SHOWN
    return f"{BONDS} Of the first {SHOWN} miners; {left_out} more are left out." if left_out > 0 else BONDS


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def _returns_table(runs: Sequence[Run]) -> str:
    """Everybody's figures over the run, a column for each variant."""
    earned: list[tuple[str, dict[str, float]]] = [(run.variant, run.returns() | run.incentives()) for run in runs]
    validators = {run.name(uid) for run in runs for uid in run.validators}
    uids = sorted({uid for run in runs for uid in [*run.validators, *run.miners]})
    rows = [(uid, runs[0].name(uid)) for uid in uids]

    def cell(by_name: Mapping[str, float]) -> Any:
        return lambda row: f"{by_name[row[1]]:.4f}" if row[1] in by_name else "–"

    columns: Columns = [
        ("uid", lambda row: str(row[0])),
        ("name", lambda row: row[1]),
        ("earns", lambda row: "return on stake" if row[1] in validators else "share of incentive"),
        *((NAMED.get(variant, variant), cell(by_name)) for variant, by_name in earned),
    ]
    return table(columns, rows)


def _charts(run: Run) -> list[str]:
    epochs = [step.epoch for step in run.steps]
    incentive = {run.name(uid): [_at(s.incentive, uid) / 65535 for s in run.steps] for uid in run.miners}
    relative = {run.name(uid): [_per_stake(step, uid) for step in run.steps] for uid in run.validators}
    dividends = {run.name(uid): [_at(s.combined.dividends, uid) / 65535 for s in run.steps] for uid in run.validators}
    charts = [
        lines(epochs, incentive, "incentive", "What each miner is paid, as a share of all."),
        lines(epochs, relative, "dividends per stake", "1 is paid by stake."),
        lines(epochs, dividends, "dividends", "What each validator is paid, as a share of all."),
    ]
    if _moves(run):
        stakes = {run.name(uid): [_stake(step, uid) for step in run.steps] for uid in run.validators}
        charts.append(lines(epochs, stakes, "stake", "Each validator's share of all stake."))
    return charts


def _moves(run: Run) -> bool:
    return any(_stake(run.steps[0], uid) != _stake(run.steps[-1], uid) for uid in run.validators)


def _stake(step: Step, uid: int) -> float:
    return float(stake_share(step, [uid])) if uid < step.n else 0.0


def _per_stake(step: Step, uid: int) -> float:
    return per_stake(step, uid) if uid < step.n else 0.0


def _bonds(run: Run) -> Iterable[str]:
    """A chart for each miner that anybody held bonds on, of the first few."""
    epochs = [step.epoch for step in run.steps]
    count = max(len(step.turns) for step in run.steps)
    for uid, mechanism in product(run.miners[:SHOWN], range(count)):
        shares = [bond_shares(step, uid, run.n, mechanism=mechanism) for step in run.steps]
        held = {run.name(owner): [float(share[owner]) for share in shares] for owner in run.validators}
        where = f", mechanism {mechanism}" if count > 1 else ""
        if any(map(any, held.values())):
            yield lines(epochs, held, "share of bonds", f"Bonds on {run.name(uid)}{where}.")


def retention_page(results: Sequence[Point], *, what: str) -> str:
    """The page of a retention map: required utility by stake, and for each setting the map against every claim."""
    required = required_utility(results)
    rows = [(*key, utility) for key, utility in sorted(required.items())]
    columns: Columns = [
        ("stake", lambda row: f"{row[3]:g}"),
        ("σ", lambda row: f"{row[0]:g}"),
        ("β", lambda row: f"{row[1]:g}"),
        ("seed", lambda row: f"{row[2]}"),
        ("required utility", lambda row: f"{row[4]:.2f}"),
    ]
    settings = sorted({_setting(point) for point in results})
    body = [
        said("How useful an honest majority must be so that it loses no stake, whatever the rest does."),
        table(columns, rows),
        section("Worst emission of the honest side", [_map(results, *setting) for setting in settings], what=WORST),
    ]
    return page("taokit sim sweep · retention", what, body)


WORST = "Over every claim of the other side. The honest lose stake where their emission is below their share of stake."


def _setting(point: Point) -> tuple[Any, Any, Any]:
    return point["sigma"], point["beta"], point["seed"]


def _map(results: Sequence[Point], sigma: float, beta: float, seed: int) -> str:
    worst: dict[tuple[float, float], float] = {}
    for point in results:
        if _setting(point) == (sigma, beta, seed):
            place = float(point["share"]), float(point["utility"])
            worst[place] = min(worst.get(place, 1.0), float(point["honest_emission"]))
    stakes, utilities = sorted({share for share, _ in worst}), sorted({utility for _, utility in worst})
    caption = f"Reports scatter by {sigma:g}, penalty {beta:g}, seed {seed}."
    if len(stakes) < 2:
        found = {"emission": [worst[stakes[0], utility] for utility in utilities]}
        return lines(utilities, found, "emission of the honest", caption, along="honest utility")
    required = required_utility(point for point in results if _setting(point) == (sigma, beta, seed))
    svg = contour_map(
        [[worst[share, utility] for share in stakes] for utility in utilities],
        x=stakes,
        y=utilities,
        labels=("honest share of stake", "honest utility"),
        marked=[(share, utility) for (_, _, _, share), utility in sorted(required.items())],
        size=(7, 5),
    )
    return figure(svg, f"{caption} The orange line is the utility that is required.")


__all__ = ["NAMED", "Run", "retention_page", "scenario_page"]
