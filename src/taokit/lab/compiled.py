"""The epoch on torch tensors: eager in chunks that fit the cache, or compiled for the shapes it meets."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

import numpy as np
import torch
from jaxtyping import Shaped
from torch.fx.experimental.proxy_tensor import make_fx

from taokit.consensus.epoch import Epoch, Inputs, run
from taokit.errors import ConfigurationError
from taokit.lab.batch import bucket, filled, leaves, mapped

Values: TypeAlias = Shaped[np.ndarray, "..."]
Tensors: TypeAlias = Sequence[torch.Tensor]
Shape: TypeAlias = tuple[Any, ...]

EAGER_AT_ONCE: Final = 8
"""Members of 256 uids and 64 lines whose matrices still fit a CPU's cache."""

COMPILED_AT_ONCE: Final = 64


def compiler(device: str = "cpu") -> str | None:
    """What torch.compile needs to make code for a device, or None where it is missing: a C++ compiler, or triton."""
    if torch.device(device).type == "cuda":
        return "triton" if importlib.util.find_spec("triton") else None
    return shutil.which(os.environ.get("CXX", "g++"))


def usable(device: str) -> torch.device:
    """The device, when it is there and has 64-bit floats; raises `ConfigurationError` by its name otherwise."""
    try:
        found = torch.device(device)
    except RuntimeError as error:
        raise ConfigurationError(f"torch knows no device {device!r}", hint="use cpu or cuda") from error
    if found.type == "mps":
        raise ConfigurationError("device 'mps' has no 64-bit floats, so it cannot divide exactly", hint="use cpu")
    try:
        torch.ones(1, dtype=torch.float64, device=found)
    except (AssertionError, NotImplementedError, RuntimeError, TypeError) as error:
        raise ConfigurationError(
            f"device {device!r} cannot hold 64-bit floats here: {error}", hint="use cpu"
        ) from error
    return found


@dataclass(frozen=True, slots=True)
class _Program:
    code: Callable[..., Tensors]
    form: Epoch  # what the tensors that the code returns make, in order; its own hold no data


@dataclass(slots=True)
class Programs:
    """Compiled epochs, one for each Yuma, form and shape of batch met so far."""

    made: dict[Shape, _Program] = field(default_factory=dict)
    backend: str = "inductor"  # torch.compile's

    @property
    def count(self) -> int:
        """How often something was compiled."""
        return len(self.made)

    def run(self, inputs: Inputs, *, yuma3: bool, liquid_alpha: bool) -> Epoch:
        """The epoch of every member of a batch of tensors; the first batch of a shape is compiled, which takes long."""
        tensors = leaves(inputs)
        sizes = tuple(tuple(tensor.shape) for tensor in tensors)
        key = (yuma3, liquid_alpha, inputs.order is None, str(tensors[0].device), sizes)
        if key not in self.made:
            self.made[key] = self._compiled(inputs, yuma3=yuma3, liquid_alpha=liquid_alpha)
        program = self.made[key]
        return filled(program.form, iter(program.code(*tensors)))

    def _compiled(self, inputs: Inputs, *, yuma3: bool, liquid_alpha: bool) -> _Program:
        """Code for batches of this shape."""
        forms = []

        def flat(*tensors: torch.Tensor) -> Tensors:
            epoch = run(filled(inputs, iter(tensors)), yuma3=yuma3, liquid_alpha=liquid_alpha)
            forms.append(mapped(epoch, _without_data))
            return tuple(leaves(epoch))

        # Traced here, by running it once, because what the compiler sees then holds tensors only: no records, no
        # look-up of the array library.
        graph = make_fx(flat)(*leaves(inputs))
        return _Program(torch.compile(graph, fullgraph=True, dynamic=False, backend=self.backend), forms[0])


def _without_data(tensor: torch.Tensor) -> torch.Tensor:
    return torch.empty(tensor.shape, dtype=tensor.dtype, device="meta")


PROGRAMS: Final = Programs()
"""What this process has compiled."""


class TorchEngine:
    """Epochs on torch tensors. Compiled where asked for and possible, else eager."""

    def __init__(
        self, device: str = "cpu", *, compiled: bool = False, at_once: int | None = None, programs: Programs = PROGRAMS
    ) -> None:
        self.device = usable(device)
        self.compiled = compiled and compiler(device) is not None
        self.programs = programs
        self._at_once = at_once or self._usual()

    def _usual(self) -> int:
        if self.device.type == "cuda":
            return 1 << 30  # as many as come
        return COMPILED_AT_ONCE if self.compiled else EAGER_AT_ONCE

    def run(self, inputs: Inputs, *, yuma3: bool, liquid_alpha: bool) -> Epoch:
        batch = inputs.emission.shape
        flat = mapped(inputs, lambda values: np.reshape(values, (-1, *values.shape[len(batch) :])))
        starts = range(0, max(1, flat.emission.shape[0]), self._at_once)
        parts = [_members(flat, slice(at, at + self._at_once)) for at in starts]
        epochs = [self._numpy_epoch(part, yuma3=yuma3, liquid_alpha=liquid_alpha) for part in parts]
        joined = filled(epochs[0], iter([np.concatenate(some) for some in zip(*map(leaves, epochs), strict=True)]))
        return mapped(joined, lambda values: np.reshape(values, (*batch, *values.shape[1:])))

    def run_tensors(self, inputs: Inputs, *, yuma3: bool, liquid_alpha: bool) -> Epoch:
        """The epoch of a batch of tensors on the engine's device, all of it at once, as tensors."""
        step = self.programs.run if self.compiled else run
        return step(inputs, yuma3=yuma3, liquid_alpha=liquid_alpha)

    def array(self, values: Values) -> torch.Tensor:
        # What numpy lets us write to, torch may look at without a copy; an epoch changes no input.
        return torch.as_tensor(values if values.flags.writeable else values.copy(), device=self.device)

    def numpy(self, array: torch.Tensor) -> Values:
        found: Values = array.cpu().numpy()
        return found

    def _numpy_epoch(self, inputs: Inputs, *, yuma3: bool, liquid_alpha: bool) -> Epoch:
        size = inputs.emission.shape[0]
        if self.compiled and size != bucket(size):  # few sizes, so that what is compiled serves again
            inputs = mapped(inputs, lambda values: values[np.minimum(np.arange(bucket(size)), size - 1)])
        epoch = self.run_tensors(mapped(inputs, self.array), yuma3=yuma3, liquid_alpha=liquid_alpha)
        return mapped(epoch, lambda tensor: self.numpy(tensor)[:size])


def _members(batch: Inputs, which: slice) -> Inputs:
    return mapped(batch, lambda values: values[which])


__all__ = ["COMPILED_AT_ONCE", "EAGER_AT_ONCE", "PROGRAMS", "Programs", "TorchEngine", "compiler", "usable"]
