"""Every named scenario."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches

from taokit.errors import ConfigurationError
from taokit.lab.experiments import burn, cabal, copying, hand_over
from taokit.lab.scenarios import Scenario
from taokit.lab.stories import field_stories

MAKERS: Mapping[str, Callable[[], Scenario]] = {
    "copier": copying,
    "copier-static": lambda: copying(changing=False),
    "cabal": cabal,
    "burn": burn,
    "hand-over": hand_over,
}


def scenarios() -> dict[str, Scenario]:
    """Every named scenario, those known from the field first."""
    return {
        **{scenario.name: scenario for scenario in field_stories()},
        **{name: make() for name, make in MAKERS.items()},
    }


def scenario(name: str) -> Scenario:
    """The scenario of this name; raises `ConfigurationError` for another, with the nearest one."""
    known = scenarios()
    nearest(name, known, what="scenario")
    return known[name]


def nearest(name: str, known: Collection[str], *, what: str) -> None:
    """Raise `ConfigurationError` for a name that is not known, with the nearest one."""
    if name in known:
        return
    near = get_close_matches(name, known, n=1)
    hint = f"did you mean {near[0]}?" if near else "`taokit sim list` names them all"
    raise ConfigurationError(f"no {what} is called {name!r}", hint=hint)


__all__ = ["MAKERS", "nearest", "scenario", "scenarios"]
