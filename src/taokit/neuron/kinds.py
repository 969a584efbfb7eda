"""Which neuron runs which role."""

from __future__ import annotations

from taokit.chain import AsyncChain
from taokit.errors import ConfigurationError
from taokit.neuron.host import Neuron
from taokit.neuron.miner import Miner
from taokit.neuron.mining import MinerNeuron
from taokit.neuron.place import Place
from taokit.neuron.role import Role
from taokit.neuron.supervising import SpawnAt, SupervisedMiner
from taokit.neuron.validating import ValidatorNeuron
from taokit.neuron.validator import Validator
from taokit.signer import Signer


def neuron_of(
    cls: type[Role], place: Place, *, signer: Signer, chain: AsyncChain, spawn: SpawnAt | None = None
) -> Neuron:
    """A neuron that runs an object of this class, not started yet. Raises `ConfigurationError` if it cannot run.

    `spawn` starts the other processes of a miner that has several workers.
    """
    cls.check()
    role = cls()
    if place.workers > 1 and place.worker is None:
        if isinstance(role, Miner) and spawn is not None:
            _refuse_batches(role, place.workers)
            return SupervisedMiner(role, place, signer=signer, chain=chain, spawn=spawn)
        raise ConfigurationError(f"{cls.__name__} runs in one process", hint="leave out --workers")
    if isinstance(role, Miner):
        return MinerNeuron(role, place, signer=signer, chain=chain)
    if isinstance(role, Validator):
        return ValidatorNeuron(role, place, signer=signer, chain=chain)
    raise ConfigurationError(
        f"{cls.__name__} is neither a Miner nor a Validator", hint="subclass taokit.Miner or taokit.Validator"
    )


def _refuse_batches(miner: Miner, workers: int) -> None:
    """Batches are gathered in one process; several would each hold a model, and fill theirs more slowly."""
    if batched := [handler.method for handler in miner.handlers if handler.batch is not None]:
        name = type(miner).__name__
        raise ConfigurationError(
            f"{name}.{batched[0]} takes batches, which one process gathers, and {workers} were asked for",
            hint="leave out --workers: a miner that batches uses one",
        )


__all__ = ["neuron_of"]
