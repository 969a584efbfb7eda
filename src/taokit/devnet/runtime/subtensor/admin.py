"""Setters: who may change which parameter, within which bounds, and when.

Root sets everything. An owner sets its own subnet's parameters, each no more often than the rate limit allows. Most
setters are shut, for root too, in the window before an epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from taokit.consensus.mechanisms import storage_index
from taokit.devnet.runtime.admin_utils import PALLET
from taokit.devnet.runtime.refusal import DispatchError, as_root, ensure, refuse, signed
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import storage, subnets
from taokit.devnet.runtime.subtensor.storage import LAST_RATE_LIMITED_BLOCK, TRANSACTION_KEY_LAST_BLOCK
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


BLOCKS_OF_LIMIT: Final = {"MechanismCountUpdate": 7200, "MechanismEmission": 7200, "MaxUidsTrimming": 216_000}
TRANSACTIONS: Final = {
    "SetWeightsVersionKey": 4,
    "MechanismCountUpdate": 7,
    "MechanismEmission": 8,
    "MaxUidsTrimming": 9,
    "TempoUpdate": 11,
}
"""Limits that are kept by account under a number; all others by subnet and parameter."""
SN_OWNER_HOTKEY_BLOCKS: Final = 50_400
MIN_TEMPO: Final = 360
MAX_TEMPO: Final = 50_400
MOST_UIDS: Final = 256


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
    "max_epochs_per_block": (storage.MAX_EPOCHS_PER_BLOCK, "MaxEpochsPerBlockSet"),
}
"""By the name of the call without `sudo_set_`, of the whole chain's parameters: root only, at any time."""

UTILS_EVENTS: Final = frozenset(event.name for event in PALLET.events)
"""The events that the admin pallet announces; all others are the subnet pallet's."""


def _fail(name: str) -> DispatchError:
    pallet, dot, rest = name.partition(".")
    return DispatchError(pallet, rest) if dot else refuse(name)


def window_shut(state: Reading, netuid: int) -> bool:
    """Whether an epoch is too near for setters (`is_in_admin_freeze_window`)."""
    clock = subnets.clock(state, netuid)
    if not clock.tempo:
        return False
    remaining = max(0, clock.last_epoch_block + clock.tempo - state.number)
    return clock.pending_epoch_at > state.number or bool(remaining < state[storage.ADMIN_FREEZE_WINDOW])


def _check_window(state: Reading, netuid: int) -> None:
    ensure(not window_shut(state, netuid), "AdminActionProhibitedDuringWeightsWindow")


def _limit_blocks(state: Reading, netuid: int, limit: str) -> int:
    tempo: int = state[storage.TEMPO, netuid]
    if limit == "TempoUpdate":
        return MIN_TEMPO
    if limit == "SetWeightsVersionKey":
        return tempo * int(state[storage.WEIGHTS_VERSION_KEY_RATE_LIMIT])
    return BLOCKS_OF_LIMIT.get(limit) or tempo * int(state[storage.OWNER_HYPERPARAM_RATE_LIMIT])


def _limit_place(netuid: int, account: bytes, limit: str) -> tuple[Any, ...]:
    if limit in TRANSACTIONS:
        return (TRANSACTION_KEY_LAST_BLOCK, account, netuid, TRANSACTIONS[limit])
    return (LAST_RATE_LIMITED_BLOCK, ("OwnerHyperparamUpdate", netuid, limit))


def _admit(state: State, origin: bytes | None, netuid: int, limit: str | None) -> None:
    """The caller is root, or the owner within its limit, which is counted when the call succeeds."""
    account = subnets.owner_or_root(state, origin, netuid)
    if account is None or limit is None:
        return
    place = _limit_place(netuid, account, limit)
    last = state[place]
    allowed = not last or state.number - last >= _limit_blocks(state, netuid, limit)
    ensure(allowed, "TxRateLimitExceeded")
    state[place] = state.number


def set_parameter(state: State, origin: bytes | None, name: str, *, netuid: int, value: Any) -> None:
    """One parameter of one subnet, after every check of its setter."""
    setter = SETTERS[name]
    if setter.owner is None:
        as_root(origin)
    else:
        _admit(state, origin, netuid, None if setter.unlimited else setter.owner)
    if setter.window:
        _check_window(state, netuid)
    if setter.exists and not subnets.exists(state, netuid):
        raise DispatchError("AdminUtils", "SubnetDoesNotExist")
    for holds, error in setter.bounds:
        if not holds(state, netuid, value):
            raise _fail(error)
    state[setter.item, netuid] = value
    if setter.event:
        _announce(state, setter.event, netuid, value)


def _announce(state: State, event: str, *fields: Any) -> None:
    state.deposit("AdminUtils" if event in UTILS_EVENTS else "SubtensorModule", event, *fields)


def set_global(state: State, origin: bytes | None, name: str, value: Any) -> None:
    """One parameter of the whole chain."""
    as_root(origin)
    if name == "max_epochs_per_block" and value < 1:
        raise DispatchError("AdminUtils", "ValueNotInBounds")
    item, event = GLOBAL[name]
    state[item] = value
    if event:
        _announce(state, event, value)


def set_bonds_moving_average(state: State, origin: bytes | None, *, netuid: int, bonds_moving_average: int) -> None:
    """How slowly bonds follow weights, in millionths; an owner may not go above 975,000."""
    _admit(state, origin, netuid, "BondsMovingAverage")
    _check_window(state, netuid)
    if origin is not None and bonds_moving_average > 975_000:
        raise DispatchError("AdminUtils", "BondsMovingAverageMaxReached")
    _check_exists(state, netuid)
    state[storage.BONDS_MOVING_AVERAGE, netuid] = bonds_moving_average
    _announce(state, "BondsMovingAverageSet", netuid, bonds_moving_average)


def set_alpha_sigmoid_steepness(state: State, origin: bytes | None, *, netuid: int, steepness: int) -> None:
    """How sharply liquid alpha turns, in hundredths; only root may make it negative."""
    _admit(state, origin, netuid, "AlphaSigmoidSteepness")
    _check_window(state, netuid)
    _check_exists(state, netuid)
    if origin is not None and steepness < 0:
        raise DispatchError("AdminUtils", "NegativeSigmoidSteepness")
    state[storage.ALPHA_SIGMOID_STEEPNESS, netuid] = steepness
    _announce(state, "AlphaSigmoidSteepnessSet", netuid, steepness)


def set_alpha_values(state: State, origin: bytes | None, *, netuid: int, alpha_low: int, alpha_high: int) -> None:
    """The bounds of liquid alpha, of 65535."""
    _admit(state, origin, netuid, "AlphaValues")
    _check_window(state, netuid)
    ensure(state[storage.LIQUID_ALPHA_ON, netuid], "LiquidAlphaDisabled")
    ensure(alpha_high >= 1638, "AlphaHighTooLow")
    ensure(1638 <= alpha_low <= alpha_high, "AlphaLowOutOfRange")
    state[storage.ALPHA_VALUES, netuid] = (alpha_low, alpha_high)


def _check_exists(state: Reading, netuid: int) -> None:
    if not subnets.exists(state, netuid):
        raise DispatchError("AdminUtils", "SubnetDoesNotExist")


def set_tempo(state: State, origin: bytes | None, *, netuid: int, tempo: int) -> None:
    """Root sets the blocks between epochs, to anything; the cycle starts anew."""
    as_root(origin)
    _check_window(state, netuid)
    _check_exists(state, netuid)
    _apply_tempo(state, netuid, tempo)


def set_own_tempo(state: State, origin: bytes | None, *, netuid: int, tempo: int) -> None:
    """The owner sets the blocks between epochs (`do_set_tempo`)."""
    owner = _owner(state, origin, netuid)
    ensure(MIN_TEMPO <= tempo <= MAX_TEMPO, "TempoOutOfBounds")
    _check_window(state, netuid)
    _admit(state, owner, netuid, "TempoUpdate")
    _apply_tempo(state, netuid, tempo)


def _owner(state: Reading, origin: bytes | None, netuid: int) -> bytes:
    return signed(subnets.owner_or_root(state, signed(origin), netuid))


def _apply_tempo(state: State, netuid: int, tempo: int) -> None:
    clock = subnets.clock(state, netuid).with_tempo(tempo, state.number)
    state[storage.TEMPO, netuid] = clock.tempo
    state[storage.LAST_EPOCH_BLOCK, netuid] = clock.last_epoch_block
    _announce(state, "TempoSet", netuid, tempo)


def set_activity_cutoff_factor(state: State, origin: bytes | None, *, netuid: int, factor_milli: int) -> None:
    """How many thousandths of a tempo a neuron stays active; window and limit bind the owner only."""
    subnets.owner_or_root(state, origin, netuid)
    ensure(1000 <= factor_milli <= 50_000, "ActivityCutoffFactorMilliOutOfBounds")
    if origin is not None:
        _check_window(state, netuid)
        _admit(state, origin, netuid, "ActivityCutoffFactorMilli")
    state[storage.ACTIVITY_CUTOFF_FACTOR_MILLI, netuid] = factor_milli
    _announce(state, "ActivityCutoffFactorMilliSet", netuid, factor_milli)


def trigger_epoch(state: State, origin: bytes | None, *, netuid: int) -> None:
    """The owner asks for an epoch after the freeze window, where weights are not sealed (`do_trigger_epoch`)."""
    owner = _owner(state, origin, netuid)
    ensure(not state[storage.COMMIT_REVEAL_WEIGHTS_ENABLED, netuid], "DynamicTempoBlockedByCommitReveal")
    ensure(state[storage.PENDING_EPOCH_AT, netuid] == 0, "EpochTriggerAlreadyPending")
    clock, window = subnets.clock(state, netuid), state[storage.ADMIN_FREEZE_WINDOW]
    ensure(max(0, clock.last_epoch_block + clock.tempo - state.number) >= window, "AutoEpochAlreadyImminent")
    _admit(state, owner, netuid, "TriggerEpoch")
    state[storage.PENDING_EPOCH_AT, netuid] = state.number + window
    _announce(state, "EpochTriggered", netuid, owner, state.number + window)


def set_mechanism_count(state: State, origin: bytes | None, *, netuid: int, mechanism_count: int) -> None:
    """How many mechanisms the subnet has; what the ones taken away stored is gone (`do_set_mechanism_count`)."""
    _admit(state, origin, netuid, "MechanismCountUpdate")
    _check_window(state, netuid)
    ensure(subnets.exists(state, netuid), "MechanismDoesNotExist")
    ensure(0 < mechanism_count <= state[storage.MAX_MECHANISM_COUNT], "InvalidValue")
    ensure(state[storage.MAX_ALLOWED_UIDS, netuid] * mechanism_count <= MOST_UIDS, "TooManyUIDsPerMechanism")
    before = state[storage.MECHANISM_COUNT_CURRENT, netuid]
    for mechanism in range(mechanism_count, before):
        _drop_mechanism(state, storage_index(netuid, mechanism))
    for mechanism in range(before, mechanism_count):
        _add_mechanism(state, netuid, storage_index(netuid, mechanism))
    if mechanism_count != before:
        state[storage.MECHANISM_COUNT_CURRENT, netuid] = mechanism_count
        del state[storage.MECHANISM_EMISSION_SPLIT, netuid]


def _drop_mechanism(state: State, index: int) -> None:
    for item in (storage.WEIGHTS, storage.BONDS, storage.WEIGHT_COMMITS, storage.TIMELOCKED_WEIGHT_COMMITS):
        for keys in state.keys(item, index):
            del state[item, *keys]
    del state[storage.INCENTIVE, index]
    del state[storage.LAST_UPDATE, index]


def _add_mechanism(state: State, netuid: int, index: int) -> None:
    n = state[storage.SUBNETWORK_N, netuid]
    state[storage.INCENTIVE, index] = array([0] * n, "u16")
    state[storage.LAST_UPDATE, index] = array([0] * n, "u64")


def set_mechanism_emission_split(state: State, origin: bytes | None, *, netuid: int, maybe_split: Any) -> None:
    """The mechanisms' parts of the emission, of 65535 together; None divides evenly."""
    _admit(state, origin, netuid, "MechanismEmission")
    _check_window(state, netuid)
    ensure(subnets.exists(state, netuid), "MechanismDoesNotExist")
    if maybe_split is None:
        del state[storage.MECHANISM_EMISSION_SPLIT, netuid]
        return
    split = [int(part) for part in maybe_split]
    ensure(len(split) <= state[storage.MECHANISM_COUNT_CURRENT, netuid] and sum(split) == 65535, "InvalidValue")
    state[storage.MECHANISM_EMISSION_SPLIT, netuid] = array(split, "u16")


def set_sn_owner_hotkey(state: State, origin: bytes | None, *, netuid: int, hotkey: bytes) -> None:
    """Which hotkey speaks for the owner, once a week at most (`do_set_sn_owner_hotkey`)."""
    subnets.owner_or_root(state, origin, netuid)
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    place = (LAST_RATE_LIMITED_BLOCK, ("SetSNOwnerHotkey", netuid))
    last = state[place]
    ensure(not last or state.number - last >= SN_OWNER_HOTKEY_BLOCKS, "TxRateLimitExceeded")
    state[place] = state.number
    subnets.set_owner_hotkey(state, netuid, hotkey)


def _pow_disabled(state: State, origin: bytes | None, **_: Any) -> None:
    raise DispatchError("AdminUtils", "POWRegistrationDisabled")


def _handler(name: str, argument: str) -> Callable[..., None]:
    """The handler of one call of the table."""

    def set_one(state: State, origin: bytes | None, **args: Any) -> None:
        if name in GLOBAL:
            set_global(state, origin, name, args[argument])
        else:
            set_parameter(state, origin, name, netuid=args["netuid"], value=args[argument])

    return set_one


def _short(call: str) -> str:
    return call.removeprefix("sudo_set_")


UTILS_HANDLERS: Final[dict[str, Any]] = {
    **{
        row.name: _handler(_short(row.name), row.args[-1][0])
        for row in PALLET.calls
        if _short(row.name) in SETTERS or _short(row.name) in GLOBAL
    },
    "sudo_set_alpha_sigmoid_steepness": set_alpha_sigmoid_steepness,
    "sudo_set_alpha_values": set_alpha_values,
    "sudo_set_bonds_moving_average": set_bonds_moving_average,
    "sudo_set_mechanism_count": set_mechanism_count,
    "sudo_set_mechanism_emission_split": set_mechanism_emission_split,
    "sudo_set_network_pow_registration_allowed": _pow_disabled,
    "sudo_set_sn_owner_hotkey": set_sn_owner_hotkey,
    "sudo_set_subnet_owner_hotkey": set_sn_owner_hotkey,
    "sudo_set_tempo": set_tempo,
}
"""The calls of the admin pallet."""

HANDLERS: Final[dict[str, Any]] = {
    "set_activity_cutoff_factor": set_activity_cutoff_factor,
    "set_tempo": set_own_tempo,
    "trigger_epoch": trigger_epoch,
}
"""The owner's own calls of the subnet pallet."""

__all__ = ["HANDLERS", "UTILS_HANDLERS", "set_global", "set_parameter", "window_shut"]
