"""How a devnet with a running subnet begins: a constructor for each preset that has one, all with the same choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, Self, TypeVar

from taokit.devnet import presets
from taokit.devnet.presets import GENESIS_MS, SIZES, Cast, Miners, Validators
from taokit.devnet.runtime import Genesis, Preset


class Begun(Protocol):
    """A class of chains that begin with a preset."""

    @classmethod
    def of(cls, preset: Preset, config: Genesis, *, auto: bool) -> Self:
        """The chain."""


C = TypeVar("C", bound=Begun)


@dataclass(frozen=True, slots=True)
class Start(Generic[C]):
    """Makes chains of one preset."""

    cls: type[C]
    preset: Preset
    auto: bool  # whether submitting mines where nothing else is said

    def __call__(
        self,
        *,
        miners: Miners | None = None,
        validators: Validators | None = None,
        seed: int | str | bytes | None = None,
        genesis_ms: int = GENESIS_MS,
        auto: bool | None = None,
        **hyperparameters: Any,
    ) -> C:
        """The chain. Uid 0 is the owner's, then come the miners, then the validators.

        None stands for as many as the preset has. `seed` fixes their keys; without it they are `//miner/0` and so on.
        Hyperparameters go by storage name.
        """
        answering, asking = SIZES[self.preset]
        players = Cast(answering if miners is None else miners, asking if validators is None else validators, seed)
        config = presets.cast(players, genesis_ms, hyperparameters)
        if self.preset == "faithful":
            config = presets.faithful(config)
        return self.cls.of(self.preset, config, auto=self.auto if auto is None else auto)


@dataclass(frozen=True, slots=True)
class Running:
    """A preset with a running subnet; as an attribute of a class of chains it is their constructor, a `Start`."""

    preset: Preset
    auto: bool = True

    def __get__(self, instance: object, cls: type[C]) -> Start[C]:
        return Start(cls, self.preset, self.auto)


__all__ = ["Begun", "Running", "Start"]
