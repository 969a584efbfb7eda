"""Parameters that can be set: where each is stored, who may set it, within which bounds, and what is announced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import storage, subnets
from taokit.devnet.runtime.table import Item

Bound = tuple[Callable[[Reading, int, Any], bool], str]
"""A condition over state, netuid and value, and the error when it fails; a dot in it names another pallet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setter:
    """One parameter and the rules of its call."""

    item: Item
    owner: str | None = None  # the owner may call, limited under this name; None: root only
    window: bool = True  # shut before an epoch
    exists: bool = True  # the subnet is looked up
    bounds: tuple[Bound, ...] = ()
    event: str | None = None
    unlimited: bool = False  # the owner may call as often as it likes


MOST_UIDS: Final = 256
"""The most that a subnet may have, over all its mechanisms."""


def _in(low: int, high: int) -> Callable[[Reading, int, Any], bool]:
    return lambda state, netuid, value: low <= value <= high


def _not_root(state: Reading, netuid: int, value: Any) -> bool:
    return netuid != subnets.ROOT


NOT_ROOT: Final[Bound] = (_not_root, "AdminUtils.NotPermittedOnRootSubnet")

SETTERS: Final[Mapping[str, Setter]] = {
    "serving_rate_limit": Setter(
        item=storage.SERVING_RATE_LIMIT, owner="ServingRateLimit", exists=False, event="ServingRateLimitSet"
    ),
    "min_difficulty": Setter(item=storage.MIN_DIFFICULTY, event="MinDifficultySet"),
    "max_difficulty": Setter(item=storage.MAX_DIFFICULTY, owner="MaxDifficulty", event="MaxDifficultySet"),
    "weights_version_key": Setter(
        item=storage.WEIGHTS_VERSION_KEY, owner="SetWeightsVersionKey", event="WeightsVersionKeySet"
    ),
    "weights_set_rate_limit": Setter(item=storage.WEIGHTS_SET_RATE_LIMIT, window=False, event="WeightsSetRateLimitSet"),
    "adjustment_interval": Setter(item=storage.ADJUSTMENT_INTERVAL, window=False, event="AdjustmentIntervalSet"),
    "adjustment_alpha": Setter(item=storage.ADJUSTMENT_ALPHA, owner="AdjustmentAlpha", event="AdjustmentAlphaSet"),
    "immunity_period": Setter(item=storage.IMMUNITY_PERIOD, owner="ImmunityPeriod", event="ImmunityPeriodSet"),
    "min_allowed_weights": Setter(
        item=storage.MIN_ALLOWED_WEIGHTS, owner="MinAllowedWeights", event="MinAllowedWeightSet"
    ),
    "max_allowed_uids": Setter(
        item=storage.MAX_ALLOWED_UIDS,
        owner="MaxAllowedUids",
        event="MaxAllowedUidsSet",
        bounds=(
            (
                lambda state, netuid, value: value >= state[storage.MIN_ALLOWED_UIDS, netuid],
                "AdminUtils.MaxAllowedUidsLessThanMinAllowedUids",
            ),
            (
                lambda state, netuid, value: value >= state[storage.SUBNETWORK_N, netuid],
                "AdminUtils.MaxAllowedUIdsLessThanCurrentUIds",
            ),
            (_in(0, MOST_UIDS), "AdminUtils.MaxAllowedUidsGreaterThanDefaultMaxAllowedUids"),
            (
                lambda state, netuid, value: value * state[storage.MECHANISM_COUNT_CURRENT, netuid] <= MOST_UIDS,
                "TooManyUIDsPerMechanism",
            ),
        ),
    ),
    "kappa": Setter(item=storage.KAPPA, window=False, event="KappaSet"),
    "rho": Setter(item=storage.RHO, owner="Rho"),
    "activity_cutoff": Setter(
        item=storage.ACTIVITY_CUTOFF,
        owner="ActivityCutoff",
        event="ActivityCutoffSet",
        bounds=((_in(360, 65535), "ActivityCutoffTooLow"),),
    ),
    "network_registration_allowed": Setter(
        item=storage.NETWORK_REGISTRATION_ALLOWED, window=False, exists=False, event="RegistrationAllowed"
    ),
    "target_registrations_per_interval": Setter(
        item=storage.TARGET_REGISTRATIONS_PER_INTERVAL, event="RegistrationPerIntervalSet"
    ),
    "min_burn": Setter(
        item=storage.MIN_BURN,
        owner="MinBurn",
        event="MinBurnSet",
        bounds=(
            (_in(0, 10**9 - 1), "AdminUtils.ValueNotInBounds"),
            (
                lambda state, netuid, value: value < state[storage.MAX_BURN, netuid],
                "AdminUtils.ValueNotInBounds",
            ),
        ),
    ),
    "max_burn": Setter(
        item=storage.MAX_BURN,
        owner="MaxBurn",
        event="MaxBurnSet",
        bounds=(
            (_in(10**8 + 1, (1 << 64) - 1), "AdminUtils.ValueNotInBounds"),
            (
                lambda state, netuid, value: value > state[storage.MIN_BURN, netuid],
                "AdminUtils.ValueNotInBounds",
            ),
        ),
    ),
    "difficulty": Setter(item=storage.DIFFICULTY, event="DifficultySet"),
    "max_allowed_validators": Setter(
        item=storage.MAX_ALLOWED_VALIDATORS,
        event="MaxAllowedValidatorsSet",
        bounds=(
            (
                lambda state, netuid, value: value <= state[storage.MAX_ALLOWED_UIDS, netuid],
                "AdminUtils.MaxValidatorsLargerThanMaxUIds",
            ),
        ),
    ),
    "bonds_penalty": Setter(item=storage.BONDS_PENALTY, owner="BondsPenalty", event="BondsPenaltySet"),
    "max_registrations_per_block": Setter(
        item=storage.MAX_REGISTRATIONS_PER_BLOCK, event="MaxRegistrationsPerBlockSet"
    ),
    "rao_recycled": Setter(
        item=storage.RAO_RECYCLED_FOR_REGISTRATION, window=False, event="RAORecycledForRegistrationSet"
    ),
    "min_childkey_take_per_subnet": Setter(
        item=storage.MIN_CHILDKEY_TAKE_PER_SUBNET,
        owner="MinChildkeyTake",
        event="MinChildKeyTakePerSubnetSet",
        bounds=((_in(0, 11_796), "AdminUtils.InvalidValue"),),
    ),
    "commit_reveal_weights_enabled": Setter(
        item=storage.COMMIT_REVEAL_WEIGHTS_ENABLED, owner="CommitRevealEnabled", event="CommitRevealEnabled"
    ),
    "liquid_alpha_enabled": Setter(item=storage.LIQUID_ALPHA_ON, owner="LiquidAlphaEnabled", exists=False),
    "commit_reveal_weights_interval": Setter(
        item=storage.REVEAL_PERIOD_EPOCHS,
        owner="WeightCommitInterval",
        event="CommitRevealPeriodsSet",
        bounds=((_in(0, 100), "RevealPeriodTooLarge"), (_in(1, 100), "RevealPeriodTooSmall")),
    ),
    "toggle_transfer": Setter(
        item=storage.TRANSFER_TOGGLE, owner="TransferEnabled", exists=False, event="TransferToggle"
    ),
    "recycle_or_burn": Setter(item=storage.RECYCLE_OR_BURN, owner="RecycleOrBurn", exists=False),
    "ema_price_halving_period": Setter(item=storage.EMA_PRICE_HALVING_BLOCKS, window=False, exists=False),
    "yuma3_enabled": Setter(item=storage.YUMA3_ON, owner="Yuma3Enabled", exists=False, event="Yuma3EnableToggled"),
    "bonds_reset_enabled": Setter(
        item=storage.BONDS_RESET_ON, owner="BondsResetEnabled", exists=False, event="BondsResetToggled"
    ),
    "subtoken_enabled": Setter(item=storage.SUBTOKEN_ENABLED, exists=False),
    "owner_immune_neuron_limit": Setter(
        item=storage.IMMUNE_OWNER_UIDS_LIMIT,
        owner="ImmuneNeuronLimit",
        exists=False,
        bounds=((_in(1, 10), "InvalidValue"),),
    ),
    "min_allowed_uids": Setter(
        item=storage.MIN_ALLOWED_UIDS,
        event="MinAllowedUidsSet",
        bounds=(
            (
                lambda state, netuid, value: value < state[storage.MAX_ALLOWED_UIDS, netuid],
                "AdminUtils.MinAllowedUidsGreaterThanMaxAllowedUids",
            ),
            (
                lambda state, netuid, value: value < state[storage.SUBNETWORK_N, netuid],
                "AdminUtils.MinAllowedUidsGreaterThanCurrentUids",
            ),
        ),
    ),
    "min_non_immune_uids": Setter(
        item=storage.MIN_NON_IMMUNE_UIDS, window=False, exists=False, event="MinNonImmuneUidsSet"
    ),
    "burn_half_life": Setter(
        item=storage.BURN_HALF_LIFE,
        owner="BurnHalfLife",
        event="BurnHalfLifeSet",
        bounds=(NOT_ROOT, (_in(1, 36_100), "AdminUtils.InvalidValue")),
    ),
    "burn_increase_mult": Setter(
        item=storage.BURN_INCREASE_MULT,
        owner="BurnIncreaseMult",
        event="BurnIncreaseMultSet",
        bounds=(NOT_ROOT, (_in(1 << 64, 3 << 64), "AdminUtils.InvalidValue")),
    ),
    "owner_cut_enabled": Setter(
        item=storage.OWNER_CUT_ENABLED, owner="OwnerCutEnabled", bounds=(NOT_ROOT,), unlimited=True
    ),
    "owner_cut_auto_lock_enabled": Setter(
        item=storage.OWNER_CUT_AUTO_LOCK_ENABLED, owner="OwnerCutEnabled", bounds=(NOT_ROOT,), unlimited=True
    ),
    "subnet_emission_enabled": Setter(
        item=storage.SUBNET_EMISSION_ENABLED, window=False, event="SubnetEmissionEnabledSet", bounds=(NOT_ROOT,)
    ),
}
"""By the name of the call without `sudo_set_`, of one subnet's parameters."""

GLOBAL: Final[Mapping[str, tuple[Item, str | None]]] = {
    "default_take": (storage.MAX_DELEGATE_TAKE, "MaxDelegateTakeSet"),
    "tx_rate_limit": (storage.TX_RATE_LIMIT, "TxRateLimitSet"),
    "subnet_owner_cut": (storage.SUBNET_OWNER_CUT, "SubnetOwnerCutSet"),
    "network_rate_limit": (storage.NETWORK_RATE_LIMIT, "NetworkRateLimitSet"),
    "network_immunity_period": (storage.NETWORK_IMMUNITY_PERIOD, "NetworkImmunityPeriodSet"),
    "network_min_lock_cost": (storage.NETWORK_MIN_LOCK_COST, "NetworkMinLockCostSet"),
    "subnet_limit": (storage.SUBNET_LIMIT, "SubnetLimitSet"),
    "lock_reduction_interval": (storage.NETWORK_LOCK_REDUCTION_INTERVAL, "NetworkLockCostReductionIntervalSet"),
    "stake_threshold": (storage.STAKE_THRESHOLD, "StakeThresholdSet"),
    "nominator_min_required_stake": (storage.NOMINATOR_MIN_REQUIRED_STAKE, None),
    "tx_delegate_take_rate_limit": (storage.TX_DELEGATE_TAKE_RATE_LIMIT, "TxDelegateTakeRateLimitSet"),
    "min_delegate_take": (storage.MIN_DELEGATE_TAKE, "MinDelegateTakeSet"),
    "subnet_moving_alpha": (storage.SUBNET_MOVING_ALPHA, None),
    "commit_reveal_version": (storage.COMMIT_REVEAL_WEIGHTS_VERSION, "CommitRevealVersionSet"),
    "admin_freeze_window": (storage.ADMIN_FREEZE_WINDOW, "AdminFreezeWindowSet"),
    "owner_hparam_rate_limit": (storage.OWNER_HYPERPARAM_RATE_LIMIT, "OwnerHyperparamRateLimitSet"),
    "max_mechanism_count": (storage.MAX_MECHANISM_COUNT, None),
    "start_call_delay": (storage.START_CALL_DELAY, "StartCallDelaySet"),
    "ck_burn": (storage.CK_BURN, None),
    "coldkey_swap_announcement_delay": (
        storage.COLDKEY_SWAP_ANNOUNCEMENT_DELAY,
        "ColdkeySwapAnnouncementDelaySet",
    ),
    "coldkey_swap_reannouncement_delay": (
        storage.COLDKEY_SWAP_REANNOUNCEMENT_DELAY,
        "ColdkeySwapReannouncementDelaySet",
    ),
    "dissolve_network_schedule_duration": (
        storage.DISSOLVE_NETWORK_SCHEDULE_DURATION,
        "DissolveNetworkScheduleDurationSet",
    ),
    "tao_flow_cutoff": (storage.TAO_FLOW_CUTOFF, None),
    "tao_flow_normalization_exponent": (storage.FLOW_NORM_EXPONENT, None),
    "tao_flow_smoothing_factor": (storage.FLOW_EMA_SMOOTHING_FACTOR, None),
    "net_tao_flow_enabled": (storage.NET_TAO_FLOW_ENABLED, None),
    "max_epochs_per_block": (storage.MAX_EPOCHS_PER_BLOCK, "MaxEpochsPerBlockSet"),
}
"""By the name of the call without `sudo_set_`, of the whole chain's parameters: root only, at any time."""

__all__ = ["GLOBAL", "MOST_UIDS", "SETTERS", "Setter"]
