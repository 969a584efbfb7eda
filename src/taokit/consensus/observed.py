"""A metagraph as consensus reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from taokit.consensus.subnet import Hyperparameters, Stored
from taokit.metagraph import Metagraph


def settings_of(metagraph: Metagraph, parameters: Hyperparameters | None = None) -> Hyperparameters:
    """The hyperparameters of the subnet: what the metagraph says, and the rest from `parameters`.

    It does not say what only consensus reads, such as Yuma 3's switch and the bonds' penalty: Yuma 3 with the chain's
    defaults unless told.
    """
    own = metagraph.parameters
    return replace(
        parameters or Hyperparameters(yuma3=True, liquid_alpha=own.liquid_alpha),
        kappa=own.kappa,
        max_allowed_validators=own.max_validators,
        tempo=own.tempo,
        activity_cutoff=own.activity_cutoff,
        commit_reveal=own.commit_reveal,
    )


def stored_of(
    metagraph: Metagraph,
    *,
    parameters: Hyperparameters | None = None,
    commit_block: Mapping[int, int] | None = None,
    emission: int | None = None,
) -> Stored:
    """What an epoch would read if it ran at the metagraph's block; it must carry weights and bonds.

    For `parameters` see `settings_of`. The epoch distributes what the last one gave unless told.
    """
    return Stored(
        block=metagraph.block,
        emission=int(metagraph.emission.sum()) if emission is None else emission,
        last_update=metagraph.last_update,
        block_at_registration=metagraph.block_at_registration,
        alpha_stake=metagraph.alpha_stake,
        tao_stake=metagraph.tao_stake,
        validator_permit=metagraph.validator_permit,
        weights=metagraph.weights,
        bonds=metagraph.bonds,
        commit_block=commit_block or {},
        owner_uid=metagraph.uid_of(metagraph.owner_hotkey),
        last_step_block=metagraph.last_step,
        parameters=settings_of(metagraph, parameters),
    )


__all__ = ["settings_of", "stored_of"]
