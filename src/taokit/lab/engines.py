"""Which arrays an epoch runs on: numpy, or torch on a CPU or GPU. The bits are the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, Protocol, TypeAlias, get_args

import numpy as np
from jaxtyping import Shaped

from taokit.consensus import Outcome, Stored
from taokit.consensus.epoch import Epoch, Inputs, run
from taokit.consensus.subnet import Loaded, load, unload
from taokit.errors import ConfigurationError
from taokit.lab.batch import apart, together

EngineName: TypeAlias = Literal["numpy", "torch"]
Values: TypeAlias = Shaped[np.ndarray, "..."]


class Engine(Protocol):
    """Runs epochs on arrays of one library."""

    def run(self, inputs: Inputs, *, yuma3: bool, liquid_alpha: bool) -> Epoch:
        """The epoch of every member, any leading batch dimensions; numpy arrays in and out."""

    def array(self, values: Values) -> Any:
        """The values as an array of the engine's library, on its device."""

    def numpy(self, array: Any) -> Values:
        """An array of the engine's library as numpy's."""


class NumpyEngine:
    """The plain install's: numpy, on the CPU."""

    def run(self, inputs: Inputs, *, yuma3: bool, liquid_alpha: bool) -> Epoch:
        return run(inputs, yuma3=yuma3, liquid_alpha=liquid_alpha)

    def array(self, values: Values) -> Values:
        return values

    def numpy(self, array: Values) -> Values:
        return np.asarray(array)


NUMPY: Final = NumpyEngine()


def engine(name: EngineName = "numpy", *, device: str = "cpu", compiled: bool = False) -> Engine:
    """The engine of this name; numpy runs on the CPU only, and only torch compiles.

    Raises `ConfigurationError` for an unknown name, where torch is not installed, and for a device that is absent or
    has no 64-bit floats.
    """
    if name not in get_args(EngineName):
        raise ConfigurationError(f"there is no engine {name!r}", hint="use numpy or torch")
    if name == "torch":
        return _torch(device, compiled=compiled)
    if device != "cpu":
        raise ConfigurationError(f"numpy has no device {device!r}", hint="use --engine torch")
    return NUMPY


def _torch(device: str, *, compiled: bool) -> Engine:
    try:
        from taokit.lab.compiled import TorchEngine
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise ConfigurationError("torch is not installed", hint="pip install 'taokit[torch]'") from error
    return TorchEngine(device, compiled=compiled)


def run_epochs(subnets: Sequence[Stored], on: Engine = NUMPY) -> list[Outcome]:
    """One epoch of each subnet, in order; those that run the same Yuma run as one batch."""
    loaded = [load(stored) for stored in subnets]
    outcomes: dict[int, Outcome] = {}
    for flags in sorted({_flags(stored) for stored in subnets}):
        at = [index for index, stored in enumerate(subnets) if _flags(stored) == flags]
        outcomes |= zip(at, _batch([loaded[index] for index in at], flags, on), strict=True)
    return [outcomes[index] for index in range(len(subnets))]


def _flags(stored: Stored) -> tuple[bool, bool]:
    return stored.parameters.yuma3, stored.parameters.yuma3 and stored.parameters.liquid_alpha


def _batch(loaded: Sequence[Loaded], flags: tuple[bool, bool], on: Engine) -> list[Outcome]:
    members = [one.inputs for one in loaded]
    epoch = on.run(together(members), yuma3=flags[0], liquid_alpha=flags[1])
    return [unload(one, own) for one, own in zip(loaded, apart(epoch, members), strict=True)]


__all__ = ["NUMPY", "Engine", "EngineName", "NumpyEngine", "engine", "run_epochs"]
