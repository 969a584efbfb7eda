"""Experiments of our own: what a copier earns, how a cabal grows, what burning costs, when a uid changes hands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.acts import Act, Change, Flow, Register, Reveal, Weigh
from taokit.lab.behaviours import copier, every_epoch, row, script, timetable
from taokit.lab.scenarios import EPOCHS, Scenario
from taokit.lab.simulate import View
from taokit.lab.stories import scored, tale
from taokit.lab.world import Mechanism, founded
from taokit.units import RAO_PER_TAO


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
    if view.last is None:
        return [Change(name="pot", value=sum(view.before.alpha_stake) // 100)]
    earned = view.last.combined
    own, mined = earned.validator_emission.tolist(), earned.server_emission.tolist()
    sides = ((range(6), sum(mined[10:22]) // 6), (range(6, 10), sum(mined[22:]) // 4))
    flows = {uid: own[uid] + passed for uids, passed in sides for uid in uids}
    total = sum(view.before.alpha_stake) + sum(flows.values())
    return [*(Flow(uid=uid, alpha=alpha) for uid, alpha in flows.items()), Change(name="pot", value=total // 100)]


def burn(share: float = 0.5) -> Scenario:
    """Three validators that give a share of their weight to the owner's hotkey, M1, where it is burned."""
    if not 0 <= share <= 1:
        raise ConfigurationError(f"a share of {share} cannot be burned: it must lie within 0 and 1")
    scores = (share, *((1 - share) * part / 10 for part in (4, 3, 2, 1)))
    made = tale(
        "burn",
        f"validators burn {share:g} of miner emission by weights on the owner's hotkey, M1",
        stakes=(500, 300, 200),
        miners=5,
        rows=scored({0: [scores] * 3}),
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
        mechanisms=(Mechanism(last_update=(10,) * 5),),
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


__all__ = ["burn", "cabal", "copying", "hand_over"]
