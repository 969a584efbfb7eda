"""A scenario as a value: a small story about incentive, the same under every Yuma, and what can be added to one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.acts import ResetBonds
from taokit.lab.behaviours import at_epoch, burning, copier
from taokit.lab.simulate import Behaviour, Step, simulate
from taokit.lab.world import Subnet, with_neuron

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
    validators = [uid for uid, permit in enumerate(scenario.initial.validator_permit) if permit]
    delay = scenario.initial.reveal_period if _sealed(scenario) else 0
    uids = range(scenario.initial.n, scenario.initial.n + count)
    copiers = [
        copier(uid, validators, delay=delay, mechanism=mechanism)
        for uid in uids
        for mechanism in range(len(scenario.initial.mechanisms))
    ]
    stake = sum(scenario.initial.alpha_stake[uid] for uid in validators) // max(1, len(validators))
    initial = scenario.initial
    for _ in uids:
        initial = with_neuron(initial, block=0, alpha=stake, permit=True)
    return replace(
        scenario,
        initial=initial,
        miners=(*scenario.miners, *(f"copier {k + 1}" for k in range(count))),
        behaviours=(*scenario.behaviours, *copiers),
    )


def _sealed(scenario: Scenario) -> bool:
    return scenario.initial.parameters.commit_reveal


def with_burn(scenario: Scenario, share: float) -> Scenario:
    """The scenario in which every validator gives this share of its weight to the owner's uid, a new one at its end.

    The owner of a scenario that has one already gets it.
    """
    owner = scenario.initial.owner_uid
    if owner is None:
        owner = scenario.initial.n
        initial = replace(with_neuron(scenario.initial, block=0), owner_uid=owner)
        scenario = replace(scenario, initial=initial, miners=(*scenario.miners, "owner"))
    behaviours = tuple(burning(behaviour, owner_uid=owner, share=share) for behaviour in scenario.behaviours)
    return replace(scenario, behaviours=behaviours)


__all__ = [
    "EPOCHS",
    "VARIANTS",
    "Scenario",
    "Variant",
    "play",
    "under",
    "with_burn",
    "with_copiers",
    "with_reset",
]
