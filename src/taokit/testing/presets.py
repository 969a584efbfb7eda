"""The chains that tests begin from: each kind is made once, and set back after every test."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from taokit.devnet import Devnet
from taokit.devnet.presets import SIZES, Cast
from taokit.errors import ConfigurationError

KEPT: Final = 8
"""Chains that are kept at once; the one that was not needed for longest goes first."""
PRESETS: Final = ("subnet", "demo", "faithful", "empty")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a chain begins with."""

    preset: str = "subnet"
    arguments: Mapping[str, Any] = field(default_factory=dict)  # of the method of `Devnet` that the preset names

    @classmethod
    def of(cls, preset: str = "subnet", **arguments: Any) -> Kind:
        """What a marker says. Raises `ConfigurationError` for no preset."""
        if preset not in PRESETS:
            raise ConfigurationError(f"there is no preset {preset!r}", hint=f"take one of {', '.join(PRESETS)}")
        return cls(preset, arguments)

    @property
    def name(self) -> str:
        """Equal for equal kinds."""
        return f"{self.preset} {sorted(self.arguments.items(), key=lambda item: item[0])!r}"

    @property
    def cast(self) -> Cast:
        """The keys of its neurons."""
        if self.preset == "empty":
            return Cast(0, 0)
        known = {**dict(zip(("miners", "validators"), SIZES[self.preset], strict=True)), "seed": None, **self.arguments}
        return Cast(known["miners"], known["validators"], known["seed"])

    def make(self) -> Devnet:
        """A new chain. Raises `ConfigurationError` for arguments that its method does not take."""
        try:
            made: Devnet = getattr(Devnet, self.preset)(**self.arguments)
        except TypeError as error:
            said = f"the marker devnet({self.preset!r}) asks for what Devnet.{self.preset} does not take: {error}"
            raise ConfigurationError(said, hint="pass what the method takes, by name") from error
        return made


class Chains:
    """Chains by kind. They belong to one thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, Devnet] = OrderedDict()

    @contextmanager
    def begun(self, kind: Kind) -> Iterator[Devnet]:
        """Inside, the chain at its beginning, for one user at a time."""
        devnet = self._kept.pop(kind.name, None) or kind.make()
        first, anchor = devnet.head, devnet.anchor()
        anchor.__enter__()
        try:
            yield devnet
        finally:
            if _undone(anchor) and devnet.head == first:
                self._keep(kind, devnet)

    def _keep(self, kind: Kind, devnet: Devnet) -> None:
        self._kept[kind.name] = devnet
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)


def _undone(anchor: AbstractContextManager[None]) -> bool:
    """Whether the chain could go back; one that was reset or loaded meanwhile has forgotten where it was."""
    try:
        anchor.__exit__(None, None, None)
    except ConfigurationError:
        return False
    return True


__all__ = ["KEPT", "Chains", "Kind"]
