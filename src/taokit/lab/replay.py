"""A real subnet in the laboratory: a metagraph as the start of a run, and its validators as they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from taokit.consensus import Hyperparameters, Schedule
from taokit.consensus.observed import settings_of
from taokit.errors import ConfigurationError
from taokit.lab.acts import Act, Weigh, checked_row
from taokit.lab.scenarios import Scenario
from taokit.lab.simulate import Behaviour, View
from taokit.lab.world import Mechanism, Subnet
from taokit.metagraph import Metagraph
from taokit.metagraph.store import from_bytes


def replayed(metagraph: Metagraph, *, parameters: Hyperparameters | None = None) -> Subnet:
    """The subnet that a metagraph describes, with its weights and bonds, ready for its next epoch.

    A metagraph does not carry what only consensus reads, such as Yuma 3's switch and the bonds' penalty: those come
    from `parameters`, and what it does carry comes from the metagraph. Weights go on in the open, whatever the
    subnet's commit-reveal says, because nobody's sealed rows are known. Raises `ConfigurationError` without a uid.
    """
    if metagraph.n == 0:
        raise ConfigurationError("the metagraph has no uid")
    own = metagraph.parameters
    settings = replace(settings_of(metagraph, parameters), commit_reveal=False)
    for uid, row in [*metagraph.weights.items(), *metagraph.bonds.items()]:
        checked_row(uid, row)
    return Subnet(
        block=metagraph.block,
        clock=Schedule(own.tempo, metagraph.block - metagraph.blocks_since_last_step),
        block_at_registration=_integers(metagraph.block_at_registration),
        alpha_stake=_integers(metagraph.alpha_stake),
        tao_stake=_integers(metagraph.tao_stake),
        validator_permit=tuple(metagraph.validator_permit.tolist()),
        emission=_integers(metagraph.emission),
        mechanisms=(
            Mechanism(
                last_update=_integers(metagraph.last_update),
                weights=dict(metagraph.weights),
                bonds=dict(metagraph.bonds),
            ),
        ),
        owner_uid=metagraph.uid_of(metagraph.owner_hotkey),
        last_step_block=metagraph.last_step,
        parameters=settings,
        pot=int(metagraph.emission.sum()) or 10**9,
        min_allowed_weights=own.min_allowed_weights,
        immunity_period=own.immunity_period,
        max_uids=own.max_uids,
    )


def _integers(column: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(value) for value in column)


def steady(subnet: Subnet) -> Behaviour:
    """Every validator that has weights submits them anew before each epoch, in the order it stored them."""

    def behave(view: View) -> Iterable[Act]:
        return [
            Weigh(uid=uid, row=row, mechanism=number)
            for number, mechanism in enumerate(subnet.mechanisms)
            for uid, row in mechanism.weights.items()
            if len(row)
        ]

    return behave


def read_metagraph(path: Path) -> Metagraph:
    """The metagraph of a file that `taokit.metagraph.to_bytes` made, plain or `.gz`.

    Raises `ConfigurationError` for a file that does not read, by what is wrong with it.
    """
    try:
        return from_bytes(path.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read: {error.strerror}") from error
    except ConfigurationError as error:
        raise ConfigurationError(f"{path}: {error}", hint="taokit.metagraph.to_bytes makes such a file") from error


def replay_file(path: Path) -> Scenario:
    """A metagraph's file as a story: every validator keeps its weights; see `read_metagraph`."""
    return replay(read_metagraph(path))


def replay(metagraph: Metagraph, *, parameters: Hyperparameters | None = None) -> Scenario:
    """A metagraph as a story in which every validator keeps its weights."""
    subnet = replayed(metagraph, parameters=parameters)
    return Scenario(
        name=f"subnet {metagraph.netuid}",
        story=f"{metagraph.name or 'the subnet'} as it stood at block {metagraph.block}, everybody keeping its weights",
        validators=(),
        miners=tuple(f"uid {uid}" for uid in metagraph.uids),
        initial=subnet,
        behaviours=(steady(subnet),),
        epochs=10,
    )


__all__ = ["read_metagraph", "replay", "replay_file", "replayed", "steady"]
