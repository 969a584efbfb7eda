"""Setters: who may change which parameter, within which bounds, and when.

Root sets everything. An owner sets its own subnet's parameters, each no more often than the rate limit allows. Most
setters are shut, for root too, in the window before an epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from taokit.consensus.mechanisms import MAX_MECHANISMS
from taokit.devnet.runtime.admin_utils import PALLET
from taokit.devnet.runtime.refusal import DispatchError, as_root, ensure, refuse, signed
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, storage, subnets, trimming
from taokit.devnet.runtime.subtensor.setters import GLOBAL, MOST_UIDS, SETTERS
from taokit.devnet.runtime.subtensor.storage import LAST_RATE_LIMITED_BLOCK, TRANSACTION_KEY_LAST_BLOCK

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
    if name == "tao_flow_normalization_exponent" and not 1 << 64 <= value <= 2 << 64:
        raise DispatchError("AdminUtils", "InvalidValue")
    if name == "max_mechanism_count":
        ensure(0 < value <= MAX_MECHANISMS, "InvalidValue")
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
        _drop_mechanism(state, neurons.index_of(netuid, mechanism))
    for mechanism in range(before, mechanism_count):
        _add_mechanism(state, netuid, neurons.index_of(netuid, mechanism))
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


def trim(state: State, origin: bytes | None, *, netuid: int, max_n: int) -> None:
    """The subnet has no more than so many uids, now and later; the least paid that nothing protects go."""
    _admit(state, origin, netuid, "MaxUidsTrimming")
    _check_window(state, netuid)
    trimming.trim(state, netuid, max_n)


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


def _deprecated(state: State, origin: bytes | None, **_: Any) -> None:
    raise DispatchError("AdminUtils", "Deprecated")


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
    "sudo_set_total_issuance": _deprecated,
    "sudo_trim_to_max_allowed_uids": trim,
}
"""The calls of the admin pallet."""

HANDLERS: Final[dict[str, Any]] = {
    "set_activity_cutoff_factor": set_activity_cutoff_factor,
    "set_tempo": set_own_tempo,
    "trigger_epoch": trigger_epoch,
}
"""The owner's own calls of the subnet pallet."""

__all__ = ["HANDLERS", "UTILS_HANDLERS", "set_global", "set_parameter", "window_shut"]
