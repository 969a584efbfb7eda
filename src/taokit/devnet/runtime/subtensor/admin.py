"""Setters: who may change which parameter, within which bounds, and when.

Root sets everything. An owner sets its own subnet's parameters, each no more often than the rate limit allows. Most
setters are shut, for root too, in the window before an epoch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from taokit.consensus.mechanisms import MAX_MECHANISMS
from taokit.devnet.runtime.admin_utils import PALLET
from taokit.devnet.runtime.refusal import DispatchError, as_root, ensure, refuse
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import storage, subnets, trimming
from taokit.devnet.runtime.subtensor.admission import admit, announce, check_exists, check_window
from taokit.devnet.runtime.subtensor.mechanisms import set_mechanism_count, set_mechanism_emission_split
from taokit.devnet.runtime.subtensor.setters import GLOBAL, SETTERS
from taokit.devnet.runtime.subtensor.storage import LAST_RATE_LIMITED_BLOCK
from taokit.devnet.runtime.subtensor.tempo import set_own_tempo, set_tempo, trigger_epoch

SN_OWNER_HOTKEY_BLOCKS: Final = 50_400


def _fail(name: str) -> DispatchError:
    pallet, dot, rest = name.partition(".")
    return DispatchError(pallet, rest) if dot else refuse(name)


def set_parameter(state: State, origin: bytes | None, name: str, *, netuid: int, value: Any) -> None:
    """One parameter of one subnet, after every check of its setter."""
    setter = SETTERS[name]
    if setter.owner is None:
        as_root(origin)
    else:
        admit(state, origin, netuid, None if setter.unlimited else setter.owner)
    if setter.window:
        check_window(state, netuid)
    if setter.exists:
        check_exists(state, netuid)
    for holds, error in setter.bounds:
        if not holds(state, netuid, value):
            raise _fail(error)
    state[setter.item, netuid] = value
    if setter.event:
        announce(state, setter.event, netuid, value)


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
        announce(state, event, value)


def set_bonds_moving_average(state: State, origin: bytes | None, *, netuid: int, bonds_moving_average: int) -> None:
    """How slowly bonds follow weights, in millionths; an owner may not go above 975,000."""
    admit(state, origin, netuid, "BondsMovingAverage")
    check_window(state, netuid)
    if origin is not None and bonds_moving_average > 975_000:
        raise DispatchError("AdminUtils", "BondsMovingAverageMaxReached")
    check_exists(state, netuid)
    state[storage.BONDS_MOVING_AVERAGE, netuid] = bonds_moving_average
    announce(state, "BondsMovingAverageSet", netuid, bonds_moving_average)


def set_alpha_sigmoid_steepness(state: State, origin: bytes | None, *, netuid: int, steepness: int) -> None:
    """How sharply liquid alpha turns, in hundredths; only root may make it negative."""
    admit(state, origin, netuid, "AlphaSigmoidSteepness")
    check_window(state, netuid)
    check_exists(state, netuid)
    if origin is not None and steepness < 0:
        raise DispatchError("AdminUtils", "NegativeSigmoidSteepness")
    state[storage.ALPHA_SIGMOID_STEEPNESS, netuid] = steepness
    announce(state, "AlphaSigmoidSteepnessSet", netuid, steepness)


def set_alpha_values(state: State, origin: bytes | None, *, netuid: int, alpha_low: int, alpha_high: int) -> None:
    """The bounds of liquid alpha, of 65535."""
    admit(state, origin, netuid, "AlphaValues")
    check_window(state, netuid)
    ensure(state[storage.LIQUID_ALPHA_ON, netuid], "LiquidAlphaDisabled")
    ensure(alpha_high >= 1638, "AlphaHighTooLow")
    ensure(1638 <= alpha_low <= alpha_high, "AlphaLowOutOfRange")
    state[storage.ALPHA_VALUES, netuid] = (alpha_low, alpha_high)


def set_activity_cutoff_factor(state: State, origin: bytes | None, *, netuid: int, factor_milli: int) -> None:
    """How many thousandths of a tempo a neuron stays active; window and limit bind the owner only."""
    subnets.owner_or_root(state, origin, netuid)
    ensure(1000 <= factor_milli <= 50_000, "ActivityCutoffFactorMilliOutOfBounds")
    if origin is not None:
        check_window(state, netuid)
        admit(state, origin, netuid, "ActivityCutoffFactorMilli")
    state[storage.ACTIVITY_CUTOFF_FACTOR_MILLI, netuid] = factor_milli
    announce(state, "ActivityCutoffFactorMilliSet", netuid, factor_milli)


def trim(state: State, origin: bytes | None, *, netuid: int, max_n: int) -> None:
    """The subnet has no more than so many uids, now and later; the least paid that nothing protects go."""
    admit(state, origin, netuid, "MaxUidsTrimming")
    check_window(state, netuid)
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

__all__ = ["HANDLERS", "UTILS_HANDLERS", "set_global", "set_parameter"]
