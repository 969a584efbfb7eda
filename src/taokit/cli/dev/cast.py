"""Who plays in `taokit dev`: each part is one neuron with a role class, a name, a stake and settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from taokit.neuron import Miner, Validator
from taokit.units import RAO_PER_TAO

STAKES = (5_000 * RAO_PER_TAO, 3_000 * RAO_PER_TAO, 1_000 * RAO_PER_TAO)
"""Rao of alpha that the first validators hold; one more repeats the last."""


@dataclass(frozen=True, slots=True)
class Part:
    """One neuron of the play."""

    name: str
    role: type[Miner | Validator]
    stake: int = 0  # rao of the subnet's alpha
    settings: Mapping[str, str] = field(default_factory=dict)
    scores: bool = True  # False for a validator that scores nobody itself

    @property
    def is_miner(self) -> bool:
        """Whether it answers rather than asks."""
        return issubclass(self.role, Miner)


def demo_cast(seed: int) -> tuple[Part, ...]:
    """Four miners, one of them a cheat, and three validators, one of which copies."""
    from taokit.cli.dev import squeeze

    settings = {"seed": str(seed)}
    return (
        Part("lzma", squeeze.LzmaMiner),
        Part("bz2", squeeze.Bz2Miner),
        Part("zlib", squeeze.ZlibMiner),
        Part("cheat", squeeze.CheatMiner),
        Part("honest-a", squeeze.SqueezeValidator, STAKES[0], settings),
        Part("honest-b", squeeze.SqueezeValidator, STAKES[1], settings),
        Part("copier", squeeze.CopyingValidator, STAKES[2], scores=False),
    )


def cast_of(
    kinds: Sequence[type[Miner]],
    validator: type[Validator],
    *,
    miners: int,
    validators: int,
    settings: Mapping[str, str],
) -> tuple[Part, ...]:
    """So many miners, of the given classes in turn, and so many validators of one class.

    A setting goes to the class that knows it. Of several classes, the first miners bear the names.
    """

    def own(role: type[Miner | Validator]) -> dict[str, str]:
        return {name: value for name, value in settings.items() if name in role.Settings.model_fields}

    turns = [kinds[k % len(kinds)] for k in range(miners)]
    answering = tuple(Part(_name(k, kinds), kind, settings=own(kind)) for k, kind in enumerate(turns))
    stakes = [*STAKES, *(STAKES[-1:] * validators)]
    return answering + tuple(Part(f"validator-{k}", validator, stakes[k], own(validator)) for k in range(validators))


def _name(k: int, kinds: Sequence[type[Miner]]) -> str:
    if len(kinds) == 1:
        return f"miner-{k}"
    lap, turn = divmod(k, len(kinds))
    return f"{kinds[turn].__name__}-{lap}" if lap else kinds[turn].__name__


__all__ = ["STAKES", "Part", "cast_of", "demo_cast"]
