"""What is answered about subnets: metagraphs, settings, pools, and when the next epoch is. All in native form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from taokit.consensus.emission import block_emission
from taokit.devnet.runtime import commitments
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import neurons, stakeweight, storage, subnets
from taokit.devnet.runtime.subtensor.serving import NO_AXON
from taokit.devnet.runtime.subtensor.settings_info import field_names, settings
from taokit.devnet.runtime.subtensor.storage import (
    AXONS,
    BLOCK_AT_REGISTRATION,
    OWNER,
    SUBNET_IDENTITIES_V3,
)
from taokit.devnet.runtime.table import NOTHING

METAGRAPH: Final = field_names("Metagraph")
SELECTIVE: Final = field_names("SelectiveMetagraph")
DYNAMIC_INFO: Final = field_names("DynamicInfo")
SUBNET_STATE: Final = field_names("SubnetState")
SUBNET_INFO: Final = field_names("SubnetInfov2")


def metagraph(state: Reading, netuid: int) -> tuple[Any, ...] | None:
    """The whole subnet, 72 fields in their order, or None where there is none (`get_metagraph`)."""
    if not subnets.exists(state, netuid):
        return None
    known = {**settings(state, netuid), **_progress(state, netuid), **_columns(state, netuid)}
    return tuple(known[name] for name in METAGRAPH)


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
    alpha = [stakeweight.alpha_stake(state, hotkey, netuid) for hotkey in hotkeys]
    tao = [stakeweight.tao_stake(state, hotkey, netuid) for hotkey in hotkeys]
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
        "alpha_stake": tuple(alpha),
        "tao_stake": tuple(tao),
        "total_stake": tuple(stakeweight.together(state, *stake) >> 32 for stake in zip(alpha, tao, strict=True)),
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
    known = {**settings(state, netuid), **_progress(state, netuid), **_columns(state, netuid)}
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
    known = {**settings(state, netuid), **_progress(state, netuid)}
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
    known = {**settings(state, netuid), **_progress(state, netuid)}
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


__all__ = [
    "account_of",
    "all_dynamic_info",
    "all_mechagraphs",
    "all_metagraphs",
    "auto_stake_hotkey",
    "dynamic_info",
    "mechagraph",
    "metagraph",
    "next_epoch_block",
    "selective_mechagraph",
    "selective_metagraph",
    "subnet_info",
    "subnet_info_v2",
    "subnet_state",
    "subnets_info",
    "subnets_info_v2",
    "tao_emission",
]
