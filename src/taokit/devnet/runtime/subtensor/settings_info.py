"""What is answered about the settings of a subnet, in every layout that clients know. All in native form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.consensus.subnet import activity_cutoff
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import storage, subnets
from taokit.devnet.runtime.subtensor.info_types import TYPES as INFO_TYPES
from taokit.devnet.runtime.subtensor.storage import (
    SUBNETWORK_N,
)
from taokit.devnet.runtime.subtensor.types import TYPES
from taokit.devnet.runtime.table import Item, Struct


def field_names(struct: str) -> list[str]:
    """The fields of a composite type, in order."""
    fields = next(made.fields for made in (*TYPES, *INFO_TYPES) if isinstance(made, Struct) and made.name == struct)
    return [name or "" for name, _ in fields]


OF_SUBNET: Final[Mapping[str, Item]] = {
    "network_registered_at": storage.NETWORK_REGISTERED_AT,
    "owner_hotkey": storage.SUBNET_OWNER_HOTKEY,
    "owner_coldkey": storage.SUBNET_OWNER,
    "tempo": storage.TEMPO,
    "last_step": storage.LAST_MECHANSIM_STEP_BLOCK,
    "alpha_in": storage.SUBNET_ALPHA_IN,
    "alpha_out": storage.SUBNET_ALPHA_OUT,
    "tao_in": storage.SUBNET_TAO,
    "alpha_out_emission": storage.SUBNET_ALPHA_OUT_EMISSION,
    "alpha_in_emission": storage.SUBNET_ALPHA_IN_EMISSION,
    "tao_in_emission": storage.SUBNET_TAO_IN_EMISSION,
    "subnet_volume": storage.SUBNET_VOLUME,
    "moving_price": storage.SUBNET_MOVING_PRICE,
    "rho": storage.RHO,
    "kappa": storage.KAPPA,
    "min_allowed_weights": storage.MIN_ALLOWED_WEIGHTS,
    "max_weights_limit": storage.MAX_WEIGHTS_LIMIT,
    "weights_version": storage.WEIGHTS_VERSION_KEY,
    "weights_rate_limit": storage.WEIGHTS_SET_RATE_LIMIT,
    "max_validators": storage.MAX_ALLOWED_VALIDATORS,
    "num_uids": SUBNETWORK_N,
    "max_uids": storage.MAX_ALLOWED_UIDS,
    "burn": storage.BURN,
    "difficulty": storage.DIFFICULTY,
    "registration_allowed": storage.NETWORK_REGISTRATION_ALLOWED,
    "pow_registration_allowed": storage.NETWORK_POW_REGISTRATION_ALLOWED,
    "immunity_period": storage.IMMUNITY_PERIOD,
    "min_difficulty": storage.MIN_DIFFICULTY,
    "max_difficulty": storage.MAX_DIFFICULTY,
    "min_burn": storage.MIN_BURN,
    "max_burn": storage.MAX_BURN,
    "adjustment_alpha": storage.ADJUSTMENT_ALPHA,
    "adjustment_interval": storage.ADJUSTMENT_INTERVAL,
    "target_regs_per_interval": storage.TARGET_REGISTRATIONS_PER_INTERVAL,
    "max_regs_per_block": storage.MAX_REGISTRATIONS_PER_BLOCK,
    "serving_rate_limit": storage.SERVING_RATE_LIMIT,
    "commit_reveal_weights_enabled": storage.COMMIT_REVEAL_WEIGHTS_ENABLED,
    "commit_reveal_period": storage.REVEAL_PERIOD_EPOCHS,
    "liquid_alpha_enabled": storage.LIQUID_ALPHA_ON,
    "bonds_moving_avg": storage.BONDS_MOVING_AVERAGE,
}
"""What is answered as it is stored, by the API's name for it."""

HYPERPARAMETERS: Final = field_names("SubnetHyperparams")
HYPERPARAMETERS_V2: Final = field_names("SubnetHyperparamsV2")
ENTRIES: Final = {
    "kappa": "U16",
    "immunity_period": "U16",
    "min_allowed_weights": "U16",
    "max_weights_limit": "U16",
    "tempo": "U16",
    "weights_version": "U64",
    "weights_rate_limit": "U64",
    "activity_cutoff": "U64",
    "activity_cutoff_factor": "U32",
    "registration_allowed": "Bool",
    "target_regs_per_interval": "U16",
    "min_burn": "TaoBalance",
    "max_burn": "TaoBalance",
    "burn_half_life": "U16",
    "burn_increase_mult": "U64F64",
    "bonds_moving_avg": "U64",
    "max_regs_per_block": "U16",
    "serving_rate_limit": "U64",
    "max_validators": "U16",
    "commit_reveal_period": "U64",
    "commit_reveal_weights_enabled": "Bool",
    "alpha_high": "U16",
    "alpha_low": "U16",
    "liquid_alpha_enabled": "Bool",
    "alpha_sigmoid_steepness": "I32F32",
    "yuma_version": "U16",
    "subnet_is_active": "Bool",
    "transfers_enabled": "Bool",
    "bonds_reset_enabled": "Bool",
    "user_liquidity_enabled": "Bool",
    "owner_cut_enabled": "Bool",
    "owner_cut_auto_lock_enabled": "Bool",
    "min_childkey_take": "U16",
}
"""The named entries of the newest layout, in order, with the variant that carries each."""


def settings(state: Reading, netuid: int) -> dict[str, Any]:
    """Parameters by their API names."""
    low, high = state[storage.ALPHA_VALUES, netuid]
    tempo, factor = state[storage.TEMPO, netuid], state[storage.ACTIVITY_CUTOFF_FACTOR_MILLI, netuid]
    return {
        **{name: state[item, netuid] for name, item in OF_SUBNET.items()},
        "netuid": netuid,
        "alpha_low": low,
        "alpha_high": high,
        "activity_cutoff": activity_cutoff(factor, tempo),
        "activity_cutoff_factor": factor,
        "burn_half_life": state[storage.BURN_HALF_LIFE, netuid],
        "burn_increase_mult": state[storage.BURN_INCREASE_MULT, netuid],
        "alpha_sigmoid_steepness": (state[storage.ALPHA_SIGMOID_STEEPNESS, netuid] << 32) // 100,
        "yuma_version": 3 if state[storage.YUMA3_ON, netuid] else 2,
        "subnet_is_active": state[storage.SUBTOKEN_ENABLED, netuid],
        "transfers_enabled": state[storage.TRANSFER_TOGGLE, netuid],
        "bonds_reset_enabled": state[storage.BONDS_RESET_ON, netuid],
        "user_liquidity_enabled": False,
        "owner_cut_enabled": state[storage.OWNER_CUT_ENABLED, netuid],
        "owner_cut_auto_lock_enabled": state[storage.OWNER_CUT_AUTO_LOCK_ENABLED, netuid],
        "min_childkey_take": state[storage.MIN_CHILDKEY_TAKE_PER_SUBNET, netuid],
    }


def hyperparameters(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The subnet's parameters in the oldest layout, or None where there is no subnet."""
    if not subnets.exists(state, netuid):
        return None
    known = settings(state, netuid)
    return tuple(known[name] for name in HYPERPARAMETERS)


def hyperparameter_entries(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The subnet's parameters as named, typed entries, or None where there is no subnet."""
    if not subnets.exists(state, netuid):
        return None
    known = settings(state, netuid)
    return tuple((name.encode(), (kind, known[name])) for name, kind in ENTRIES.items())


def hyperparameters_v2(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The subnet's parameters in the middle layout, or None where there is no subnet."""
    if not subnets.exists(state, netuid):
        return None
    known = settings(state, netuid)
    return tuple(known[name] for name in HYPERPARAMETERS_V2)


__all__ = ["field_names", "hyperparameter_entries", "hyperparameters", "hyperparameters_v2", "settings"]
