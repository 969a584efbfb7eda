"""The named scenarios: small stories about incentive, each the same under every Yuma."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.behaviours import Scores, at_epoch, burning, copier, every_epoch, row, script, timetable
from taokit.lab.simulate import Behaviour, Step, View, simulate
from taokit.lab.world import Act, Change, Flow, Register, ResetBonds, Reveal, Stake, Subnet, Weigh, founded
from taokit.units import RAO_PER_TAO

Variant: TypeAlias = Literal["2", "3", "liquid"]

VARIANTS: Mapping[Variant, Mapping[str, bool]] = {
    "2": {"yuma3": False, "liquid_alpha": False},
    "3": {"yuma3": True, "liquid_alpha": False},
    "liquid": {"yuma3": True, "liquid_alpha": True},
}
"""Yuma 2, Yuma 3, and Yuma 3 with liquid alpha."""

EPOCHS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A subnet, who is in it and how they behave. Validators hold the first uids, miners the next."""

    name: str
    story: str
    validators: tuple[str, ...]
    miners: tuple[str, ...]
    initial: Subnet
    behaviours: tuple[Behaviour, ...]
    epochs: int = EPOCHS
    reset: tuple[int, str] | None = None  # the epoch and miner of the story's bond reset, where it has one

    @property
    def names(self) -> tuple[str, ...]:
        """The name of every uid."""
        return (*self.validators, *self.miners)

    def uid(self, name: str) -> int:
        """The uid of a name; raises `ConfigurationError` for one that is not in the story."""
        if name not in self.names:
            raise ConfigurationError(f"{self.name} has nobody called {name}", hint=f"one of {', '.join(self.names)}")
        return self.names.index(name)


def under(scenario: Scenario, variant: Variant, **changes: int | bool) -> Scenario:
    """The scenario under a variant of Yuma, and with other parameters where given."""
    unknown = [name for name in changes if name not in Hyperparameters.__dataclass_fields__]
    if unknown:
        raise ConfigurationError(f"there is no parameter {unknown[0]}")
    parameters = replace(scenario.initial.parameters, **{**VARIANTS[variant], **changes})  # type: ignore[arg-type]
    parameters.check()
    return replace(scenario, initial=replace(scenario.initial, parameters=parameters))


def play(scenario: Scenario, *, epochs: int | None = None) -> list[Step]:
    """Every epoch of the story."""
    return list(simulate(scenario.initial, scenario.behaviours, scenario.epochs if epochs is None else epochs))


def with_reset(scenario: Scenario, epoch: int, miner: str) -> Scenario:
    """The scenario with all bonds on a miner removed just before an epoch."""
    act = ResetBonds(uid=scenario.uid(miner))
    return replace(scenario, behaviours=(*scenario.behaviours, at_epoch(epoch, act)))


def with_copiers(scenario: Scenario, count: int) -> Scenario:
    """The scenario with so many more validators at its end, each of the mean stake, that copy all the others."""
    validators = range(len(scenario.validators))
    uids = range(scenario.initial.n, scenario.initial.n + count)
    stake = sum(scenario.initial.alpha_stake[uid] for uid in validators) // max(1, len(validators))
    initial, delay = scenario.initial, scenario.initial.reveal_period if _sealed(scenario) else 0
    for _ in uids:
        initial = _appended(initial, stake, permit=True)
    return replace(
        scenario,
        initial=initial,
        miners=(*scenario.miners, *(f"copier {k + 1}" for k in range(count))),
        behaviours=(*scenario.behaviours, *(copier(uid, list(validators), delay=delay) for uid in uids)),
    )


def _sealed(scenario: Scenario) -> bool:
    return scenario.initial.parameters.commit_reveal


def _appended(subnet: Subnet, stake: int, *, permit: bool) -> Subnet:
    return replace(
        subnet,
        last_update=(*subnet.last_update, 0),
        block_at_registration=(*subnet.block_at_registration, 0),
        alpha_stake=(*subnet.alpha_stake, stake),
        tao_stake=(*subnet.tao_stake, 0),
        validator_permit=(*subnet.validator_permit, permit),
        emission=(*subnet.emission, 0),
    )


def with_burn(scenario: Scenario, share: float) -> Scenario:
    """The scenario in which every validator gives this share of its weight to the owner's uid, a new one at its end.

    The owner of a scenario that has one already gets it.
    """
    owner = scenario.initial.owner_uid
    if owner is None:
        owner = scenario.initial.n
        initial = replace(_appended(scenario.initial, 0, permit=False), owner_uid=owner)
        scenario = replace(scenario, initial=initial, miners=(*scenario.miners, "owner"))
    behaviours = tuple(burning(behaviour, owner_uid=owner, share=share) for behaviour in scenario.behaviours)
    return replace(scenario, behaviours=behaviours)


def _scenario(
    name: str,
    story: str,
    *,
    stakes: Sequence[int] = (800, 100, 100),
    miners: int = 2,
    rows: Sequence[Behaviour] = (),
    reset: tuple[int, str] | None = None,
) -> Scenario:
    """Validators A, B, C and miners M1, M2 …; stakes in whole alpha."""
    return Scenario(
        name=name,
        story=story,
        validators=tuple("ABCDEFGHIJ"[: len(stakes)]),
        miners=tuple(f"M{k + 1}" for k in range(miners)),
        initial=founded([*(stake * RAO_PER_TAO for stake in stakes), *[0] * miners], validators=len(stakes)),
        behaviours=tuple(rows),
        reset=reset,
    )


Lines: TypeAlias = Mapping[int, Sequence[Scores]]
"""By epoch, the scores that A, B, C … give to the miners from then on."""


def _told(lines: Lines) -> list[Behaviour]:
    count = len(next(iter(lines.values())))
    return [
        timetable(uid, {epoch: row(scores[uid], first=count) for epoch, scores in lines.items()})
        for uid in range(count)
    ]


def _switching(name: str, story: str, words: Mapping[int, str], **others: object) -> Scenario:
    """A story told in words such as `1 2 1`: the miner that A, B and C put all weight on."""
    chosen = {epoch: [_all_on(int(miner), of=2) for miner in word.split()] for epoch, word in words.items()}
    return _scenario(name, story, rows=_told(chosen), **others)  # type: ignore[arg-type]


def _all_on(miner: int, *, of: int) -> list[float]:
    return [float(k + 1 == miner) for k in range(of)]


def _switches() -> list[Scenario]:
    return [
        _switching(
            "kappa-first",
            "the big validator moves to M2 first, the small ones follow one by one",
            {0: "1 1 1", 1: "2 1 1", 2: "2 2 1", 3: "2 2 2"},
        ),
        _switching(
            "kappa-second",
            "a small validator discovers M2, the big one follows at once",
            {0: "1 1 1", 1: "1 2 1", 2: "2 2 1", 3: "2 2 2"},
        ),
        _switching(
            "kappa-third",
            "both small validators discover M2, the big one comes last",
            {0: "1 1 1", 1: "1 2 1", 2: "1 2 2", 3: "2 2 2"},
        ),
        _switching("all-switch", "everyone moves to M2 together", {0: "1 1 1", 1: "2 2 2"}),
        _switching(
            "second-then-third",
            "the big validator is late; later the other way round, one after another",
            {0: "1 1 1", 1: "1 2 2", 2: "2 2 2", 21: "2 1 2", 22: "2 1 1", 23: "1 1 1"},
            reset=(20, "M2"),
        ),
        _switching(
            "second-then-all",
            "a small validator discovers M2 and the others follow; later all move back together",
            {0: "1 1 1", 1: "1 2 1", 2: "2 2 1", 3: "2 2 2", 21: "1 1 1"},
            reset=(21, "M1"),
        ),
        _switching(
            "late-then-straggler",
            "the big validator is late, then one small one is early on the way back",
            {0: "1 1 1", 1: "1 2 2", 2: "2 2 2", 21: "2 2 1", 22: "1 1 1"},
            reset=(21, "M1"),
        ),
        _switching(
            "big-late-twice",
            "the big validator is late, twice",
            {0: "1 1 1", 1: "1 2 2", 2: "2 2 2", 21: "2 1 1", 22: "1 1 1"},
            reset=(20, "M2"),
        ),
        _merge(),
        _switching(
            "kappa-delayed",
            "the big validator ignores M2 for nine epochs",
            {0: "1 1 1", 1: "1 2 1", 10: "2 2 1", 11: "2 2 2"},
        ),
        _switching(
            "one-epoch-switch",
            "three equal validators, one of which errs for a single epoch",
            {0: "1 1 1", 20: "1 1 2", 21: "1 1 1"},
            stakes=(330, 330, 340),
        ),
    ]


def _merge() -> Scenario:
    made = _switching("merge", "two small validators merge their stake", {0: "2 2 2"})
    acts = (Stake(uid=1, alpha=200 * RAO_PER_TAO), Stake(uid=2, alpha=0))
    return replace(made, behaviours=(*made.behaviours, at_epoch(6, *acts)))


def _divided() -> list[Scenario]:
    a, b = (0.3, 0.7), (0.6, 0.4)
    first, second, both = (1, 0), (0, 1), (0.5, 0.5)
    foot = {0: [first, (0.999, 0.001), first], 1: [second, (0.001, 0.999), second]}
    return [
        _scenario(
            "clipping",
            "two big validators disagree, and the small one between them changes sides",
            stakes=(490, 490, 20),
            rows=_told({0: [a, b, (0.61, 0.39)], 20: [a, b, (0.3, 0.61)]}),
            reset=(20, "M2"),
        ),
        _scenario(
            "foot-in-door",
            "one validator always keeps a trace of weight on the miner it does not favour",
            rows=_told({**foot, 21: foot[0]}),
            reset=(20, "M2"),
        ),
        _scenario(
            "half-support",
            "one validator divides its weight, later another joins it",
            rows=_told({0: [second, both, second], 21: [second, both, both]}),
            reset=(20, "M1"),
        ),
        *(_stable(q) for q in (0.25, 0.5, 0.75, 0.9)),
    ]


def _stable(q: float) -> Scenario:
    a, b = (1 - q, 0, q), (0, 1 - q, q)
    return _scenario(
        f"stable-{q:g}",
        f"M3 always gets {q:g} of the weight while the rest moves from M1 to M2",
        miners=3,
        rows=_told({0: [a, a, a], 1: [a, b, a], 2: [b, b, a], 3: [b, b, b]}),
    )


def _takes_all() -> list[Scenario]:
    two = ((490, 490, 20), (0.60, 0.55), (0.05, 0.15, 0.15))
    three = ((340, 330, 330), (0.30, 0.35, 0.40), (0.05, 0.10, 0.10))
    return [
        _measured(f"{name}-{how}", *setting, winner=how == "winner")
        for name, setting in (("two-miners", two), ("three-miners", three))
        for how in ("share", "winner")
    ]


def _measured(
    name: str, stakes: Sequence[int], merit: Sequence[float], noise: Sequence[float], *, winner: bool
) -> Scenario:
    """Miners of nearly equal merit under validators that measure with noise."""
    count, miners = len(stakes), len(merit)
    z = np.random.default_rng(0).standard_normal((EPOCHS, count, miners))
    scores = np.clip(np.array(merit) + np.array(noise)[:, None] * z, 0, 1)
    if winner:
        scores = np.eye(miners)[np.argmax(scores, axis=-1)]
    how = "all weight goes to the best score" if winner else "weights are the scores"
    return _scenario(
        name,
        f"{miners} miners of nearly equal merit, measured with noise; {how}",
        stakes=stakes,
        miners=miners,
        rows=[every_epoch(uid, [row(line, first=count) for line in scores[:, uid]]) for uid in range(count)],
    )


def copying(*, delay: int = 1, changing: bool = True, seed: int = 0, epochs: int = EPOCHS) -> Scenario:
    """Two honest validators and one that copies what is visible of theirs, `delay` epochs of commit-reveal behind.

    The task ranks three of four miners once for all, or, `changing`, anew in every epoch.
    """
    draw = np.random.default_rng(seed)
    noise = 1 + 0.02 * draw.standard_normal((epochs, 2, 3))
    base = np.array([draw.permutation([1, 0.6, 0.3]) if changing else (1, 0.85, 0.6) for _ in range(epochs)])
    scores = np.maximum(0.01, base[:, None, :] * noise)
    initial = founded(
        [*(stake * RAO_PER_TAO for stake in (10_000, 6_000, 4_000)), 0, 0, 0, 0],
        validators=3,
        parameters=Hyperparameters(yuma3=True, commit_reveal=delay > 0),
        reveal_period=max(1, delay),
    )
    task = "changes with every epoch" if changing else "never changes"
    return Scenario(
        name="copier" if changing else "copier-static",
        story=f"C copies the weights of A and B, which a reveal delay of {delay} makes old, where the task {task}",
        validators=("A", "B", "C"),
        miners=("M1", "M2", "M3", "M4"),
        initial=initial,
        behaviours=(
            *(every_epoch(uid, [row(line, first=3) for line in scores[:, uid]], delay=delay) for uid in (0, 1)),
            copier(2, (0, 1), delay=delay),
        ),
        epochs=epochs,
    )


def cabal(honest_weight: float = 0.8, *, epochs: int = 200, seed: int = 0) -> Scenario:
    """Six honest validators against four of a cabal, all of equal stake, which grows by what each side earns.

    The honest put `honest_weight` of their weight on their own miners, the cabal puts all of it on its own.
    """
    if not 0 <= honest_weight <= 1:
        raise ConfigurationError(f"an honest weight of {honest_weight} lies outside 0 to 1")
    z = np.random.default_rng(seed).standard_normal((10, 20))
    scores = _by_side(np.maximum(0, 1 + 0.4 * z), honest_weight)
    return Scenario(
        name="cabal",
        story="four of ten validators vote for their own miners only; stake grows by what it earns",
        validators=(*(f"honest {k + 1}" for k in range(6)), *(f"cabal {k + 1}" for k in range(4))),
        miners=(*(f"M{k + 1}" for k in range(12)), *(f"cabal M{k + 1}" for k in range(8))),
        initial=founded([10**14] * 10 + [0] * 20, validators=10),
        behaviours=(_growth, *(timetable(uid, {0: row(scores[uid], first=10)}) for uid in range(10))),
        epochs=epochs,
    )


def _by_side(y: npt.NDArray[np.float64], honest_weight: float) -> npt.NDArray[np.float64]:
    ours, theirs = y[:, :12], y[:, 12:]
    part = np.where(np.arange(10) < 6, honest_weight, 0.0)[:, None]
    halves = (part * ours / ours.sum(axis=1, keepdims=True), (1 - part) * theirs / theirs.sum(axis=1, keepdims=True))
    return np.concatenate(halves, axis=1)


def _growth(view: View) -> list[Act]:
    """Validators keep what they earn, and a side's miners pass theirs on to the side's validators."""
    if view.outcome is None:
        return [Change(name="pot", value=sum(view.before.alpha_stake) // 100)]
    own, mined = view.outcome.validator_emission.tolist(), view.outcome.server_emission.tolist()
    sides = ((range(6), sum(mined[10:22]) // 6), (range(6, 10), sum(mined[22:]) // 4))
    flows = {uid: own[uid] + passed for uids, passed in sides for uid in uids}
    total = sum(view.before.alpha_stake) + sum(flows.values())
    return [*(Flow(uid=uid, alpha=alpha) for uid, alpha in flows.items()), Change(name="pot", value=total // 100)]


def burn(share: float = 0.5) -> Scenario:
    """Three validators that give a share of their weight to the owner's hotkey, M1, where it is burned."""
    if not 0 <= share <= 1:
        raise ConfigurationError(f"a share of {share} cannot be burned: it must lie within 0 and 1")
    scores = (share, *((1 - share) * part / 10 for part in (4, 3, 2, 1)))
    made = _scenario(
        "burn",
        f"validators burn {share:g} of miner emission by weights on the owner's hotkey, M1",
        stakes=(500, 300, 200),
        miners=5,
        rows=_told({0: [scores] * 3}),
    )
    return replace(made, initial=replace(made.initial, owner_uid=3))


def hand_over(
    *,
    timelocked: bool = True,
    period: int = 1,
    registered: int | None = 1500,
    commits: Sequence[int] = (1100, 1400, 1800, 2200, 2500, 2900),
) -> Scenario:
    """A uid changes hands at block `registered`, between a commit that names it and the reveal."""
    initial = replace(
        founded([600 * RAO_PER_TAO, 400 * RAO_PER_TAO, 0, 0, 0], validators=2, first_epoch=1360),
        block_at_registration=(10,) * 5,
        last_update=(10,) * 5,
        last_step_block=1000,
        parameters=Hyperparameters(yuma3=True, commit_reveal=True),
        reveal_period=period,
    )
    thirds = row((1, 1, 1), first=2)
    acts: list[Act] = [Weigh(uid=uid, row=thirds, block=at, hashed=not timelocked) for at in commits for uid in (0, 1)]
    if registered is not None:
        acts.append(Register(uid=4, block=registered))
    if not timelocked:
        acts += [Reveal(uid=uid, block=at + 10) for at in range(1360, 3000, 360) for uid in (0, 1)]
    return Scenario(
        name="hand-over",
        story="a uid changes hands between a commit that names it and the reveal",
        validators=("A", "B"),
        miners=("M1", "M2", "M3"),
        initial=initial,
        behaviours=(script(acts),),
        epochs=4,
    )


MAKERS: Mapping[str, Callable[[], Scenario]] = {
    "copier": copying,
    "copier-static": lambda: copying(changing=False),
    "cabal": cabal,
    "burn": burn,
    "hand-over": hand_over,
}


def scenarios() -> dict[str, Scenario]:
    """Every named scenario, those known from the field first."""
    field = [*_switches(), *_divided(), *_takes_all()]
    return {**{scenario.name: scenario for scenario in field}, **{name: make() for name, make in MAKERS.items()}}


def scenario(name: str) -> Scenario:
    """The scenario of this name; raises `ConfigurationError` for another, with the nearest one."""
    from difflib import get_close_matches

    known = scenarios()
    if name in known:
        return known[name]
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "taokit sim list"
    raise ConfigurationError(f"no scenario is called {name!r}", hint=hint)


__all__ = [
    "EPOCHS",
    "VARIANTS",
    "Scenario",
    "Variant",
    "burn",
    "cabal",
    "copying",
    "hand_over",
    "play",
    "scenario",
    "scenarios",
    "under",
    "with_burn",
    "with_copiers",
    "with_reset",
]
