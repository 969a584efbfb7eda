"""The named sweeps, and any scenario over a grid of parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.catalogue import nearest, scenario, scenarios
from taokit.lab.experiments import burn, copying
from taokit.lab.measures import against_honest, burned_share, returns, tao_share
from taokit.lab.retention import retention
from taokit.lab.scenarios import VARIANTS, play, under
from taokit.lab.sweep import Figures, Point, Sweep, Value

SETTLED = 24
"""Epochs until a copier's late start no longer shows."""

SUBNETS = 10
"""How many subnets share the TAO in the sweep of burning."""


def retention_sweep(scale: float) -> Sweep:
    """How useful an honest majority must be, by its share of stake."""
    return retention(scale=scale)


def copier_sweep(scale: float) -> Sweep:
    """What a copier earns beside the honest, by the delay of commit-reveal, the task and the seed."""
    seeds = max(1, round(10 * scale))
    grid: Mapping[str, Sequence[Value]] = {
        "changing": (False, True),
        "delay": (0, 1, 2, 3, 4),
        "seed": tuple(range(seeds)),
    }
    return Sweep(name="copier", grid=grid, measure=_copier, chunk=1)


def _copier(points: Sequence[Point], at_once: int) -> list[Figures]:
    return [{"against_honest": _copier_earns(point)} for point in points]


def _copier_earns(point: Point) -> float:
    told = copying(delay=int(point["delay"]), changing=bool(point["changing"]), seed=int(point["seed"]))
    settled = play(told)[SETTLED:]
    return round(sum(against_honest(step, 2, (0, 1)) for step in settled) / len(settled), 4)


def burn_sweep(scale: float) -> Sweep:
    """What burning a share of miner emission leaves of a subnet's TAO."""
    steps = max(2, round(20 * scale))
    shares = tuple(round(k / steps, 4) for k in range(steps + 1))
    return Sweep(name="burn", grid={"burn": shares}, measure=_burn, chunk=1, settings={"subnets": SUBNETS})


def _burn(points: Sequence[Point], at_once: int) -> list[Figures]:
    return [_burned(float(point["burn"])) for point in points]


def _burned(share: float) -> Figures:
    last = play(under(burn(share), "3"), epochs=6)[-1]
    burned = burned_share(last, 3)
    return {"burned": round(burned, 6), "tao_share": round(tao_share(burned, subnets=SUBNETS), 6)}


SWEEPS: Mapping[str, Callable[[float], Sweep]] = {
    "retention": retention_sweep,
    "copier": copier_sweep,
    "burn": burn_sweep,
}


def scenario_sweep(name: str, axes: Mapping[str, Sequence[Value]]) -> Sweep:
    """A scenario's returns under each variant, over a grid of hyperparameters such as `kappa`."""
    known = Hyperparameters.__dataclass_fields__
    unknown = [axis for axis in axes if axis not in known]
    if unknown:
        raise ConfigurationError(f"there is no parameter {unknown[0]}", hint=f"one of {', '.join(known)}")
    for axis, values in axes.items():
        for value in values:
            Hyperparameters(**{axis: value}).check()  # type: ignore[arg-type]
    grid: Mapping[str, Sequence[Value]] = {"yuma": tuple(VARIANTS), **axes}
    return Sweep(name=name, grid=grid, measure=partial(_returns, name=name), chunk=1)


def _returns(points: Sequence[Point], at_once: int, *, name: str) -> list[Figures]:
    return [_earned(name, point) for point in points]


def _earned(name: str, point: Point) -> Figures:
    changes: Any = {axis: value for axis, value in point.items() if axis != "yuma"}
    variant: Any = point["yuma"]
    told = under(scenario(name), variant, **changes)
    uids = range(len(told.validators))
    return dict(zip(told.validators, (round(value, 4) for value in returns(play(told), uids)), strict=True))


def sweep_of(name: str, *, scale: float | None = None, axes: Mapping[str, Sequence[Value]]) -> Sweep:
    """The sweep of this name at a scale, above 0 to 1, with other values on some of its axes; or that of a scenario.

    A scenario has one size only. Raises `ConfigurationError` for a name that is neither, a scale out of bounds or of a
    scenario, and an unknown axis.
    """
    if scale is not None and not 0 < scale <= 1:
        raise ConfigurationError(f"a scale of {scale:g} is out of bounds", hint="above 0, at most 1")
    if name not in SWEEPS:
        nearest(name, [*SWEEPS, *scenarios()], what="sweep or scenario")
    if name not in SWEEPS or (axes and set(axes) <= set(Hyperparameters.__dataclass_fields__)):
        if scale is not None:
            raise ConfigurationError(f"the scenario {name} has one size only", hint="leave --scale away")
        return scenario_sweep(name, axes)
    made = SWEEPS[name](1.0 if scale is None else scale)
    unknown = [axis for axis in axes if axis not in made.grid]
    if unknown:
        hint = f"one of {', '.join(made.grid)}; of the scenario {name}, any hyperparameter such as kappa"
        raise ConfigurationError(f"{name} has no axis {unknown[0]}", hint=hint)
    return Sweep(
        name=made.name,
        grid={**made.grid, **axes},
        measure=made.measure,
        bytes_per_point=made.bytes_per_point,
        chunk=made.chunk,
        settings=made.settings,
    )


def axis_values(texts: Sequence[str]) -> dict[str, list[Value]]:
    """Axes as a command line names them, `kappa=0,32767`; raises `ConfigurationError` for one that is none."""
    axes: dict[str, list[Value]] = {}
    for text in texts:
        name, equals, values = text.partition("=")
        if not equals or not name or not values:
            raise ConfigurationError(f"{text!r} names no axis", hint="such as --set kappa=16384,32767")
        axes[name] = [_value(name, value) for value in values.split(",")]
    return axes


def _value(name: str, text: str) -> Value:
    if text in ("true", "false"):
        return text == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    raise ConfigurationError(f"{name} has the value {text!r}, which is no number")


__all__ = ["SWEEPS", "axis_values", "scenario_sweep", "sweep_of"]
