"""What the runtime answers when asked, in native form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from taokit.consensus.emission import block_emission
from taokit.consensus.subnet import activity_cutoff
from taokit.devnet.runtime import commitments, fees
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import creation, neurons, pool, stake_info, stakeweight, storage, subnets
from taokit.devnet.runtime.subtensor.info_types import TYPES as INFO_TYPES
from taokit.devnet.runtime.subtensor.serving import NO_AXON, NO_PROMETHEUS
from taokit.devnet.runtime.subtensor.storage import (
    AXONS,
    BLOCK_AT_REGISTRATION,
    OWNER,
    PROMETHEUS,
    SUBNET_IDENTITIES_V3,
    SUBNETWORK_N,
)
from taokit.devnet.runtime.subtensor.types import TYPES
from taokit.devnet.runtime.system import account_nonce
from taokit.devnet.runtime.table import NOTHING, Item, Struct
from taokit.devnet.runtime.timestamp import AUTHORITIES, SLOT_MS
from taokit.errors import UnknownName


def field_names(struct: str) -> list[str]:
    """The fields of a composite type, in order."""
    fields = next(made.fields for made in (*TYPES, *INFO_TYPES) if isinstance(made, Struct) and made.name == struct)
    return [name or "" for name, _ in fields]


PRUNING_SCORE: Final = 65535
"""What every neuron answers since pruning goes by emission."""

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

METAGRAPH: Final = field_names("Metagraph")
SELECTIVE: Final = field_names("SelectiveMetagraph")
DYNAMIC_INFO: Final = field_names("DynamicInfo")
SUBNET_STATE: Final = field_names("SubnetState")
SUBNET_INFO: Final = field_names("SubnetInfov2")
HYPERPARAMETERS_V2: Final = field_names("SubnetHyperparamsV2")
HYPERPARAMETERS: Final = field_names("SubnetHyperparams")
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


def metagraph(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The whole subnet, 72 fields in their order, or None where there is none (`get_metagraph`)."""
    if not subnets.exists(state, netuid):
        return None
    known = {**_settings(state, netuid), **_progress(state, netuid), **_columns(state, netuid)}
    return tuple(known[name] for name in METAGRAPH)


def _settings(state: Reading, netuid: int) -> dict[str, Any]:
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


def _progress(state: Reading, netuid: int) -> dict[str, Any]:
    """Names, the block and what waits for the epoch."""
    identity = state[SUBNET_IDENTITIES_V3, netuid]
    symbol = state[storage.TOKEN_SYMBOL, netuid]
    pending = state[storage.PENDING_VALIDATOR_EMISSION, netuid] + state[storage.PENDING_SERVER_EMISSION, netuid]
    return {
        "name": tuple(identity[0]) if identity else tuple(b"root" if netuid == subnets.ROOT else b"unknown"),
        "symbol": tuple(symbol),
        "identity": identity,
        "block": state.number,
        "blocks_since_last_step": state.number - state[storage.LAST_MECHANSIM_STEP_BLOCK, netuid],
        "subnet_emission": 0,
        "pending_alpha_emission": pending,
        "pending_root_emission": 0,
    }


def _columns(state: Reading, netuid: int) -> dict[str, Any]:
    """Everything that has one entry per uid."""
    hotkeys = neurons.hotkeys(state, netuid)
    coldkeys = [state[OWNER, hotkey] for hotkey in hotkeys]
    return {
        "hotkeys": tuple(hotkeys),
        "coldkeys": tuple(coldkeys),
        "identities": tuple(state[storage.IDENTITIES_V2, coldkey] for coldkey in coldkeys),
        "axons": tuple(state[AXONS, netuid, hotkey] or NO_AXON for hotkey in hotkeys),
        "active": state[storage.ACTIVE, netuid],
        "validator_permit": state[storage.VALIDATOR_PERMIT, netuid],
        "pruning_score": (),
        "last_update": state[storage.LAST_UPDATE, netuid],
        "emission": state[storage.EMISSION, netuid],
        "dividends": state[storage.DIVIDENDS, netuid],
        "incentives": state[storage.INCENTIVE, netuid],
        "consensus": state[storage.CONSENSUS, netuid],
        "trust": (),
        "rank": (),
        "block_at_registration": tuple(state[BLOCK_AT_REGISTRATION, netuid, uid] for uid in range(len(hotkeys))),
        "alpha_stake": tuple(stakeweight.alpha_stake(state, hotkey, netuid) for hotkey in hotkeys),
        "tao_stake": tuple(stakeweight.tao_stake(state, hotkey, netuid) for hotkey in hotkeys),
        "total_stake": tuple(stakeweight.total_stake(state, hotkey, netuid) >> 32 for hotkey in hotkeys),
        "tao_dividends_per_hotkey": tuple((hotkey, 0) for hotkey in hotkeys),
        "alpha_dividends_per_hotkey": tuple(
            (hotkey, state[storage.ALPHA_DIVIDENDS_PER_SUBNET, netuid, hotkey]) for hotkey in hotkeys
        ),
    }


def mechagraph(state: Reading, netuid: int, mecid: int) -> tuple[Any, ...] | None:
    """The metagraph of one mechanism, whose index stands in the netuid's place (`get_mechagraph`)."""
    if not subnets.exists(state, netuid) or mecid >= state[storage.MECHANISM_COUNT_CURRENT, netuid]:
        return None
    return _picked(_known(state, netuid, mecid), METAGRAPH)


def all_metagraphs(state: Reading) -> tuple[Any, ...]:
    """Every subnet's, in storage order."""
    return tuple(metagraph(state, netuid) for netuid in subnets.all_netuids(state))


def all_mechagraphs(state: Reading) -> tuple[Any, ...]:
    """Every mechanism's of every subnet."""
    return tuple(
        mechagraph(state, netuid, mechanism)
        for netuid in subnets.all_netuids(state)
        for mechanism in range(state[storage.MECHANISM_COUNT_CURRENT, netuid])
    )


def _known(state: Reading, netuid: int, mechanism: int = 0) -> dict[str, Any]:
    """Everything of a metagraph by its names."""
    known = {**_settings(state, netuid), **_progress(state, netuid), **_columns(state, netuid)}
    if mechanism:
        index = neurons.index_of(netuid, mechanism)
        known |= {"last_update": state[storage.LAST_UPDATE, index], "incentives": state[storage.INCENTIVE, index]}
    return {**known, "netuid": neurons.index_of(netuid, mechanism)}


def selective_metagraph(
    state: Reading, netuid: int, metagraph_indexes: Sequence[int], *, subid: int = 0
) -> tuple[Any, ...] | None:
    """The fields of the metagraph that were asked for by number, None in the place of others.

    Mirrors `get_selective_metagraph`; the netuid is always there, numbers that name nothing are passed over.
    """
    if not subnets.exists(state, netuid):
        return None
    wanted = {SELECTIVE[index] for index in map(int, metagraph_indexes) if index < len(SELECTIVE)}
    known = _known(state, netuid, subid)
    known |= {"netuid": netuid, "validators": None, "commitments": None}
    if "validators" in wanted:
        known["validators"] = _validators(state, netuid)
    if "commitments" in wanted:
        known["commitments"] = tuple(
            (keys[1], tuple(commitments.encoded(made))) for keys, made in state.items(commitments.COMMITMENT_OF, netuid)
        )
    if known["identity"] is None:
        known["identity"] = NOTHING
    return (netuid, *(known[name] if name in wanted else None for name in SELECTIVE[1:]))


def selective_mechagraph(
    state: Reading, netuid: int, subid: int, metagraph_indexes: Sequence[int]
) -> tuple[Any, ...] | None:
    """The same of one mechanism, or None where there is none."""
    if subid >= state[storage.MECHANISM_COUNT_CURRENT, netuid]:
        return None
    return selective_metagraph(state, netuid, metagraph_indexes, subid=subid)


def _validators(state: Reading, netuid: int) -> tuple[int, ...]:
    """Uids with a permit and more stake than the threshold, the least first."""
    permits, threshold = state[storage.VALIDATOR_PERMIT, netuid], state[storage.STAKE_THRESHOLD] << 32
    keys = [(uid, hotkey) for uid, hotkey in enumerate(neurons.hotkeys(state, netuid)) if uid < len(permits)]
    stakes = {uid: stakeweight.total_stake(state, hotkey, netuid) for uid, hotkey in keys if permits[uid]}
    return tuple(sorted((uid for uid, stake in stakes.items() if stake > threshold), key=lambda uid: stakes[uid]))


def dynamic_info(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """A subnet's pool and emission, or None where there is no subnet (`get_dynamic_info`)."""
    if not subnets.exists(state, netuid):
        return None
    known = {**_settings(state, netuid), **_progress(state, netuid)}
    renamed = {"subnet_name": known["name"], "token_symbol": known["symbol"], "subnet_identity": known["identity"]}
    return _picked({**known, **renamed, "emission": 0}, DYNAMIC_INFO)


def _picked(known: Mapping[str, Any], names: Sequence[str]) -> tuple[Any, ...]:
    return tuple(known[name] for name in names)


def all_dynamic_info(state: Reading) -> tuple[Any, ...]:
    """Every subnet's, in storage order."""
    return tuple(dynamic_info(state, netuid) for netuid in subnets.all_netuids(state))


def subnet_state(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """A subnet's neurons by columns, with what their hotkeys last earned everywhere (`get_subnet_state`)."""
    if not subnets.exists(state, netuid):
        return None
    columns = _columns(state, netuid)
    history = tuple(
        array([state[storage.LAST_HOTKEY_EMISSION_ON_NETUID, hotkey, other] for hotkey in columns["hotkeys"]], "u64")
        for other in subnets.all_netuids(state)
    )
    return _picked({**columns, "netuid": netuid, "emission_history": history}, SUBNET_STATE)


def subnet_info_v2(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """A subnet's settings as wallets once read them, or None (`get_subnet_info_v2`)."""
    if not subnets.exists(state, netuid):
        return None
    known = {**_settings(state, netuid), **_progress(state, netuid)}
    known |= {
        "max_allowed_validators": known["max_validators"],
        "scaling_law_power": state[storage.SCALING_LAW_POWER, netuid],
        "subnetwork_n": known["num_uids"],
        "max_allowed_uids": known["max_uids"],
        "blocks_since_last_step": state[storage.BLOCKS_SINCE_LAST_STEP, netuid],
        "network_modality": 0,
        "network_connect": (),
        "emission_value": 0,
        "owner": known["owner_coldkey"],
    }
    return _picked(known, SUBNET_INFO)


def subnet_info(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The same without the identity."""
    found = subnet_info_v2(state, netuid)
    return None if found is None else found[:-1]


def subnets_info(state: Reading) -> tuple[Any, ...]:
    """Every subnet's, by ascending netuid."""
    return tuple(subnet_info(state, netuid) for netuid in sorted(subnets.all_netuids(state)))


def subnets_info_v2(state: Reading) -> tuple[Any, ...]:
    """The same with identities."""
    return tuple(subnet_info_v2(state, netuid) for netuid in sorted(subnets.all_netuids(state)))


def hyperparameters_v2(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The subnet's parameters in the middle layout, or None where there is no subnet."""
    return _picked(_settings(state, netuid), HYPERPARAMETERS_V2) if subnets.exists(state, netuid) else None


def hyperparameters(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The subnet's parameters in the oldest layout, or None where there is no subnet."""
    if not subnets.exists(state, netuid):
        return None
    known = _settings(state, netuid)
    return tuple(known[name] for name in HYPERPARAMETERS)


def hyperparameter_entries(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The subnet's parameters as named, typed entries, or None where there is no subnet."""
    if not subnets.exists(state, netuid):
        return None
    known = _settings(state, netuid)
    return tuple((name.encode(), (kind, known[name])) for name, kind in ENTRIES.items())


def neurons_lite(state: Reading, netuid: int) -> tuple[Any, ...]:
    """Every neuron without weights and bonds, in the order of uids."""
    return tuple(_neuron_lite(state, netuid, uid) for uid in range(state[SUBNETWORK_N, netuid]))


def neuron_lite(state: Reading, netuid: int, uid: int) -> tuple[Any, ...] | None:
    """One neuron without weights and bonds, or None where nobody holds the uid."""
    return _neuron_lite(state, netuid, uid) if uid < state[SUBNETWORK_N, netuid] else None


def neurons_full(state: Reading, netuid: int) -> tuple[Any, ...]:
    """Every neuron with weights and bonds, in the order of uids."""
    return tuple(_neuron(state, netuid, uid) for uid in range(state[SUBNETWORK_N, netuid]))


def neuron_full(state: Reading, netuid: int, uid: int) -> tuple[Any, ...] | None:
    """One neuron with weights and bonds, or None where nobody holds the uid."""
    return _neuron(state, netuid, uid) if uid < state[SUBNETWORK_N, netuid] else None


def _neuron(state: Reading, netuid: int, uid: int) -> tuple[Any, ...]:
    *lite, pruning_score = _neuron_lite(state, netuid, uid)
    rows = (state[item, netuid, uid] for item in (storage.WEIGHTS, storage.BONDS))
    return (*lite, *(tuple((int(to), int(part)) for to, part in row if part) for row in rows), pruning_score)


def _neuron_lite(state: Reading, netuid: int, uid: int) -> tuple[Any, ...]:
    hotkey = state[storage.KEYS, netuid, uid]
    coldkey = state[OWNER, hotkey]

    def entry(item: Item) -> int:
        column = state[item, netuid]
        return int(column[uid]) if uid < len(column) else 0

    return (
        hotkey,
        coldkey,
        uid,
        netuid,
        bool(entry(storage.ACTIVE)),
        state[AXONS, netuid, hotkey] or NO_AXON,
        state[PROMETHEUS, netuid, hotkey] or NO_PROMETHEUS,
        ((coldkey, state[storage.TOTAL_HOTKEY_ALPHA, hotkey, netuid]),),
        0,  # rank
        entry(storage.EMISSION),
        entry(storage.INCENTIVE),
        entry(storage.CONSENSUS),
        0,  # trust
        entry(storage.VALIDATOR_TRUST),
        entry(storage.DIVIDENDS),
        entry(storage.LAST_UPDATE),
        bool(entry(storage.VALIDATOR_PERMIT)),
        PRUNING_SCORE,
    )


def next_epoch_block(state: Reading, netuid: int) -> int | None:
    """The block of the next epoch by the clock or by request, or None with a tempo of 0 (`get_next_epoch_start_block`).

    As on the chain it may lie in the past where an epoch was put off, and knows nothing of the safety net.
    """
    clock = subnets.clock(state, netuid)
    if not clock.tempo:
        return None
    by_clock = clock.last_epoch_block + clock.tempo
    return min(by_clock, clock.pending_epoch_at or by_clock)


def account_of(state: Reading, netuid: int) -> bytes | None:
    """The account that holds a subnet's TAO, or None where there is no subnet."""
    return subnets.account_of(netuid) if subnets.exists(state, netuid) else None


def auto_stake_hotkey(state: Reading, coldkey: bytes, netuid: int) -> Any:
    """Where a coldkey's mining is staked, or None."""
    return state[storage.AUTO_STAKE_DESTINATION, coldkey, netuid]


def tao_emission(state: Reading) -> int:
    """Rao of TAO that a block may mint now (`get_block_emission`)."""
    return block_emission(state[storage.TOTAL_ISSUANCE])


def _always(answer: Any) -> Callable[..., Any]:
    return lambda state, **_: answer


ANSWERS: Final[Mapping[str, Mapping[str, Callable[..., Any]]]] = {
    "AccountNonceApi": {"account_nonce": account_nonce},
    "AuraApi": {"slot_duration": _always(SLOT_MS), "authorities": lambda state: state[AUTHORITIES]},
    "DelegateInfoRuntimeApi": {
        "get_delegates": stake_info.delegates,
        "get_delegate": stake_info.delegate,
        "get_delegated": stake_info.delegated,
    },
    "NeuronInfoRuntimeApi": {
        "get_neurons": neurons_full,
        "get_neuron": neuron_full,
        "get_neurons_lite": neurons_lite,
        "get_neuron_lite": neuron_lite,
    },
    "StakeInfoRuntimeApi": {
        "get_stake_info_for_coldkey": stake_info.of_coldkey,
        "get_stake_info_for_coldkeys": stake_info.of_coldkeys,
        "get_stake_info_for_hotkey_coldkey_netuid": stake_info.of_position,
        "get_stake_availability_for_coldkeys": stake_info.availability,
        "get_stake_fee": stake_info.fee,
        "get_coldkey_lock": stake_info.coldkey_lock,
        "get_hotkey_conviction": _always(0),
        "get_most_convicted_hotkey_on_subnet": _always(None),
    },
    "SubnetInfoRuntimeApi": {
        "get_subnet_info": subnet_info,
        "get_subnets_info": subnets_info,
        "get_subnet_info_v2": subnet_info_v2,
        "get_subnets_info_v2": subnets_info_v2,
        "get_subnet_hyperparams": hyperparameters,
        "get_subnet_hyperparams_v2": hyperparameters_v2,
        "get_subnet_hyperparams_v3": hyperparameter_entries,
        "get_all_dynamic_info": all_dynamic_info,
        "get_dynamic_info": dynamic_info,
        "get_metagraph": metagraph,
        "get_all_metagraphs": all_metagraphs,
        "get_mechagraph": mechagraph,
        "get_all_mechagraphs": all_mechagraphs,
        "get_selective_metagraph": selective_metagraph,
        "get_selective_mechagraph": selective_mechagraph,
        "get_subnet_state": subnet_state,
        "get_coldkey_auto_stake_hotkey": auto_stake_hotkey,
        "get_subnet_to_prune": creation.to_prune,
        "get_subnet_account_id": account_of,
        "get_next_epoch_start_block": next_epoch_block,
        "get_block_emission": tao_emission,
    },
    "SubnetRegistrationRuntimeApi": {"get_network_registration_cost": creation.lock_cost},
    "SwapRuntimeApi": {
        "current_alpha_price": pool.price_rao,
        "current_alpha_price_all": stake_info.prices,
        "sim_swap_tao_for_alpha": stake_info.buying,
        "sim_swap_alpha_for_tao": stake_info.selling,
    },
    "TransactionPaymentApi": {
        "query_weight_to_fee": fees.weight_to_fee,
        "query_length_to_fee": fees.length_to_fee,
    },
    "TransactionPaymentCallApi": {
        "query_call_info": fees.call_info,
        "query_call_fee_details": fees.call_fee_details,
        "query_weight_to_fee": fees.weight_to_fee,
        "query_length_to_fee": fees.length_to_fee,
    },
}
"""What answers, by API and method. The two that take a whole extrinsic are the decoder's to ask by its call."""


def api(state: Reading, name: str, method: str, args: Mapping[str, Any]) -> Any:
    """The native answer of a runtime API's method; raises `UnknownName` for one that is not answered."""
    answer = ANSWERS.get(name, {}).get(method)
    if answer is None:
        raise UnknownName(f"the runtime has no {name}_{method}")
    return answer(state, **args)


__all__ = ["api"]
