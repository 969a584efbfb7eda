"""What becomes of a subnet when something happens to it. The rules are those of `taokit.consensus`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from taokit.consensus import MIN_NON_IMMUNE_UIDS, Hyperparameters, Row, Rows, protected_uids, uid_to_prune
from taokit.consensus.mechanisms import MAX_MECHANISMS
from taokit.consensus.scalar import U16, U64, whole
from taokit.errors import ConfigurationError
from taokit.lab.acts import Act, Change, Flow, Refusal, Register, ResetBonds, Reveal, Stake, Weigh
from taokit.lab.sealing import revealed, weighed
from taokit.lab.world import Mechanism, Subnet, with_entry, with_neuron

SETTINGS = ("pot", "reveal_period", "weights_rate_limit", "min_allowed_weights", "immunity_period", "max_uids")

MECHANISM_SETTINGS = ("mechanism_count", "split")


def happened(subnet: Subnet, act: Act, block: int) -> tuple[Subnet, Refusal | None]:
    """The subnet after an act at a block, and why the chain refused it if it did.

    Raises `ConfigurationError` for an act that cannot be: an unknown uid or setting, a value out of bounds, a row
    that is none.
    """
    subnet = replace(subnet, block=block)
    match act:
        case Weigh():
            return weighed(subnet, act)
        case Reveal():
            return revealed(subnet, act)
        case Register():
            return _registered(subnet, act)
        case Stake():
            return _staked(subnet, act.uid, alpha=act.alpha, tao=act.tao), None
        case Flow():
            subnet.known(act.uid)
            return _staked(subnet, act.uid, alpha=subnet.alpha_stake[act.uid] + act.alpha), None
        case Change():
            return _changed(subnet, act), None
        case ResetBonds():
            return _without_bonds(subnet, act.uid), None


def _registered(subnet: Subnet, act: Register) -> tuple[Subnet, Refusal | None]:
    uid = _place(subnet) if act.uid is None else act.uid
    if uid is None:
        return subnet, Refusal(subnet.block, -1, "NoNeuronIdAvailable")
    if uid == subnet.n and subnet.n < subnet.max_uids:
        return _staked(with_neuron(subnet, block=subnet.block), uid, alpha=act.alpha, tao=act.tao), None
    subnet.known(uid)
    if uid == subnet.owner_uid:
        raise ConfigurationError(f"uid {uid} is the owner's, which is never replaced")
    return _staked(_replaced(subnet, uid), uid, alpha=act.alpha, tao=act.tao), None


def _place(subnet: Subnet) -> int | None:
    if subnet.n < subnet.max_uids:
        return subnet.n
    return uid_to_prune(
        subnet.emission,
        subnet.block_at_registration,
        block=subnet.block,
        immunity_period=subnet.immunity_period,
        protected=protected_uids(subnet.owner_uid, {}),
        min_non_immune=MIN_NON_IMMUNE_UIDS,
    )


def _replaced(subnet: Subnet, uid: int) -> Subnet:
    """The uid in new hands: nothing of the old neuron stays, and weights on it become zeros (`clear_neuron`)."""
    return replace(
        subnet,
        block_at_registration=with_entry(subnet.block_at_registration, uid, subnet.block),
        validator_permit=with_entry(subnet.validator_permit, uid, False),
        emission=with_entry(subnet.emission, uid, 0),
        mechanisms=tuple(_cleared(mechanism.touched(uid, subnet.block), uid) for mechanism in subnet.mechanisms),
    )


def _cleared(mechanism: Mechanism, uid: int) -> Mechanism:
    return replace(
        mechanism,
        weights={other: _zeroed(row, uid) for other, row in mechanism.weights.items() if other != uid},
        bonds={other: row for other, row in mechanism.bonds.items() if other != uid},
        sealed=tuple(one for one in mechanism.sealed if one.uid != uid),
    )


def _zeroed(row: Row, uid: int) -> Row:
    return np.where((row[:, 0] == uid)[:, None] & np.array([False, True]), np.uint16(0), row)


def _without_bonds(subnet: Subnet, uid: int) -> Subnet:
    """All bonds on a uid are gone (`do_reset_bonds`)."""
    subnet.known(uid)
    reset = (replace(one, bonds=_without_column(one.bonds, uid)) for one in subnet.mechanisms)
    return replace(subnet, mechanisms=tuple(reset))


def _without_column(rows: Rows, uid: int) -> dict[int, Row]:
    return {other: row[row[:, 0] != uid] for other, row in rows.items()}


def _staked(subnet: Subnet, uid: int, *, alpha: int | None = None, tao: int | None = None) -> Subnet:
    subnet.known(uid)
    if alpha is not None:
        amount = whole(f"the stake of uid {uid}", alpha, largest=U64)
        subnet = replace(subnet, alpha_stake=with_entry(subnet.alpha_stake, uid, amount))
    if tao is not None:
        amount = whole(f"the TAO stake of uid {uid}", tao, largest=U64)
        subnet = replace(subnet, tao_stake=with_entry(subnet.tao_stake, uid, amount))
    return subnet


def _changed(subnet: Subnet, act: Change) -> Subnet:
    if act.name == "split":
        return replace(subnet, split=_split(act.value, len(subnet.mechanisms)))
    if not isinstance(act.value, int):
        raise ConfigurationError(f"{act.name} is {act.value}, which is no whole number")
    if act.name == "mechanism_count":
        return _with_count(subnet, act.value)
    if act.name in SETTINGS:
        changes: Mapping[str, Any] = {act.name: whole(act.name, act.value, largest=U64)}
        return replace(subnet, **changes)
    return _with_parameter(subnet, act.name, act.value)


def _with_count(subnet: Subnet, value: int) -> Subnet:
    """Another number of mechanisms; the split is forgotten where it differs (`do_set_mechanism_count`)."""
    count = whole("mechanism_count", value, smallest=1, largest=MAX_MECHANISMS)
    if count == len(subnet.mechanisms):
        return subnet
    fresh = (Mechanism(last_update=(0,) * subnet.n),) * max(0, count - len(subnet.mechanisms))
    return replace(subnet, mechanisms=(*subnet.mechanisms[:count], *fresh), split=None)


def _split(value: Any, count: int) -> tuple[int, ...] | None:
    """The split, if the chain takes it (`do_set_emission_split`)."""
    if value is None:
        return None
    parts = tuple(value) if isinstance(value, Sequence) else ()
    if not 0 < len(parts) <= count or any(part < 0 for part in parts) or sum(parts) != U16:
        raise ConfigurationError(f"the split is {value}: it needs up to {count} parts that sum to {U16}")
    return parts


def _with_parameter(subnet: Subnet, name: str, value: int | bool) -> Subnet:
    if name not in {item.name for item in fields(Hyperparameters)}:
        raise ConfigurationError(f"there is no parameter {name}", hint=f"one of {', '.join(parameter_names())}")
    setting: Mapping[str, Any] = {name: value}
    parameters = replace(subnet.parameters, **setting)
    parameters.check()
    if name == "tempo":
        subnet = replace(subnet, clock=subnet.clock.with_tempo(int(value), subnet.block))
    return replace(subnet, parameters=parameters)


def parameter_names() -> list[str]:
    """What a `Change` can name."""
    return [*(item.name for item in fields(Hyperparameters)), *SETTINGS, *MECHANISM_SETTINGS]


__all__ = ["happened", "parameter_names"]
