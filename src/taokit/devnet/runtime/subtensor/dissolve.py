"""Dissolving a subnet: its TAO goes to whoever holds its alpha, and almost everything stored of it is gone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import numpy as np

from taokit.devnet.runtime import balances, commitments
from taokit.devnet.runtime.refusal import DispatchError, as_root, ensure
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, pool, shares, storage, subnets, treasury
from taokit.devnet.runtime.subtensor.storage import (
    ALPHA_V2,
    ROOT_CLAIMABLE,
    ROOT_CLAIMED,
    SUBNET_ALPHA_IN,
    SUBNET_ALPHA_OUT,
    SUBNET_LOCKED,
    SUBNET_OWNER,
    SUBNET_PROTOCOL_ALPHA,
    SUBNET_TAO,
    TOTAL_HOTKEY_ALPHA,
    TOTAL_HOTKEY_SHARES_V2,
    TOTAL_NETWORKS,
    TOTAL_STAKE,
    WEIGHTS,
)
from taokit.devnet.runtime.swap import FEE_RATE, PAL_SWAP_INITIALIZED, SWAP_BALANCER

BY_NETUID: Final = (
    *(PAL_SWAP_INITIALIZED, FEE_RATE, SWAP_BALANCER, SUBNET_OWNER, SUBNET_ALPHA_IN, SUBNET_ALPHA_OUT),
    *(SUBNET_PROTOCOL_ALPHA, SUBNET_LOCKED, storage.SUBNETWORK_N, storage.NETWORKS_ADDED),
    *(storage.NETWORK_REGISTERED_AT, storage.UIDS, storage.KEYS, storage.ACTIVE, storage.EMISSION),
    *(storage.CONSENSUS, storage.DIVIDENDS, storage.VALIDATOR_PERMIT, storage.VALIDATOR_TRUST, storage.TEMPO),
    *(storage.KAPPA, storage.DIFFICULTY, storage.MAX_ALLOWED_UIDS, storage.IMMUNITY_PERIOD, storage.ACTIVITY_CUTOFF),
    *(storage.ACTIVITY_CUTOFF_FACTOR_MILLI, storage.LAST_EPOCH_BLOCK, storage.PENDING_EPOCH_AT),
    *(storage.SUBNET_EPOCH_INDEX, storage.MIN_ALLOWED_WEIGHTS, storage.REGISTRATIONS_THIS_INTERVAL),
    *(storage.POW_REGISTRATIONS_THIS_INTERVAL, storage.BURN_REGISTRATIONS_THIS_INTERVAL),
    *(storage.SUBNET_ALPHA_IN_EMISSION, storage.SUBNET_ALPHA_OUT_EMISSION, storage.SUBNET_TAO_IN_EMISSION),
    *(storage.SUBNET_VOLUME, storage.SUBNET_MOVING_PRICE, storage.SUBNET_TAO_FLOW, storage.SUBNET_EMA_TAO_FLOW),
    *(storage.SUBNET_PROTOCOL_FLOW, storage.SUBNET_EMA_PROTOCOL_FLOW, storage.SUBNET_EXCESS_TAO),
    *(storage.SUBNET_ROOT_SELL_TAO, storage.TOKEN_SYMBOL, storage.SUBNET_MECHANISM, storage.SUBNET_OWNER_HOTKEY),
    *(storage.NETWORK_REGISTRATION_ALLOWED, storage.NETWORK_POW_REGISTRATION_ALLOWED, storage.TRANSFER_TOGGLE),
    *(storage.LARGEST_LOCKED, storage.FIRST_EMISSION_BLOCK_NUMBER, storage.PENDING_VALIDATOR_EMISSION),
    *(storage.PENDING_SERVER_EMISSION, storage.PENDING_ROOT_ALPHA_DIVS, storage.PENDING_OWNER_CUT),
    *(storage.MINER_BURNED, storage.BLOCKS_SINCE_LAST_STEP, storage.LAST_MECHANSIM_STEP_BLOCK),
    *(storage.LAST_ADJUSTMENT_BLOCK, storage.SERVING_RATE_LIMIT, storage.RHO, storage.ALPHA_SIGMOID_STEEPNESS),
    *(storage.MAX_ALLOWED_VALIDATORS, storage.BONDS_MOVING_AVERAGE, storage.BONDS_PENALTY, storage.BONDS_RESET_ON),
    *(storage.WEIGHTS_SET_RATE_LIMIT, storage.VALIDATOR_PRUNE_LEN, storage.SCALING_LAW_POWER),
    *(storage.TARGET_REGISTRATIONS_PER_INTERVAL, storage.COMMIT_REVEAL_WEIGHTS_ENABLED, storage.BURN_HALF_LIFE),
    *(storage.BURN_INCREASE_MULT, storage.BURN, storage.MIN_BURN, storage.MAX_BURN, storage.MIN_DIFFICULTY),
    *(storage.MAX_DIFFICULTY, storage.REGISTRATIONS_THIS_BLOCK, storage.EMA_PRICE_HALVING_BLOCKS),
    *(storage.RAO_RECYCLED_FOR_REGISTRATION, storage.MAX_REGISTRATIONS_PER_BLOCK, storage.WEIGHTS_VERSION_KEY),
    *(storage.LIQUID_ALPHA_ON, storage.YUMA3_ON, storage.ALPHA_VALUES, storage.SUBTOKEN_ENABLED),
    *(storage.OWNER_CUT_AUTO_LOCK_ENABLED, storage.IMMUNE_OWNER_UIDS_LIMIT, storage.STAKE_WEIGHT),
    *(storage.LOADED_EMISSION, storage.BLOCK_AT_REGISTRATION, storage.AXONS, storage.NEURON_CERTIFICATES),
    *(storage.PROMETHEUS, storage.ALPHA_DIVIDENDS_PER_SUBNET, storage.PENDING_CHILD_KEYS),
    *(storage.ASSOCIATED_EVM_ADDRESS, storage.REVEAL_PERIOD_EPOCHS, storage.MECHANISM_COUNT_CURRENT),
    *(storage.MECHANISM_EMISSION_SPLIT, storage.LAST_HOTKEY_SWAP_ON_NETUID, ROOT_CLAIMED),
)
"""What begins with the netuid and goes with the subnet; other settings stay for the next one of this netuid."""

BY_MECHANISM: Final = (
    *(storage.LAST_UPDATE, storage.INCENTIVE, storage.WEIGHT_COMMITS, storage.TIMELOCKED_WEIGHT_COMMITS),
    *(storage.CRV3_WEIGHT_COMMITS, storage.CRV3_WEIGHT_COMMITS_V2, storage.BONDS, WEIGHTS),
)
BY_HOTKEY: Final = (
    *(storage.IS_NETWORK_MEMBER, storage.CHILDKEY_TAKE, storage.CHILD_KEYS, storage.PARENT_KEYS),
    *(storage.LAST_HOTKEY_EMISSION_ON_NETUID, storage.TOTAL_HOTKEY_ALPHA_LAST_EPOCH),
    *(storage.TRANSACTION_KEY_LAST_BLOCK, TOTAL_HOTKEY_ALPHA, TOTAL_HOTKEY_SHARES_V2),
)
"""What has the netuid as its second key."""


def dissolve(state: State, netuid: int) -> None:
    """The subnet is gone (`do_dissolve_network`)."""
    ensure(subnets.exists(state, netuid) and netuid != subnets.ROOT, "SubnetNotExists")
    owner, refund = state[SUBNET_OWNER, netuid], _refund(state, netuid)
    _drop_rates(state, netuid)
    protocol = _pay_holders(state, netuid)
    account = subnets.account_of(netuid)
    if refund:
        rest = max(0, balances.free(state, account) - protocol)
        with suppress(DispatchError):
            treasury.transfer(state, source=account, target=owner, rao=min(refund, rest))
    treasury.recycle(state, account, treasury.spendable(state, account))
    commitments.purge(state, netuid)
    _forget(state, netuid)
    state.deposit("SubtensorModule", "NetworkRemoved", netuid)


def _refund(state: Reading, netuid: int) -> int:
    """Rao of its price that the owner of an old enough subnet gets back: what its cut has not earned it since."""
    if state[storage.NETWORK_REGISTERED_AT, netuid] >= state[storage.NETWORK_REGISTRATION_START_BLOCK]:
        return 0
    issued = state[SUBNET_ALPHA_IN, netuid] + state[SUBNET_ALPHA_OUT, netuid]
    earned = issued * ((state[storage.SUBNET_OWNER_CUT] << 32) // 65535) >> 32
    worth = earned * (pool.price(state, netuid) >> 32) >> 32
    return int(max(0, state[SUBNET_LOCKED, netuid] - worth))


def _drop_rates(state: State, netuid: int) -> None:
    for keys in state.keys(ROOT_CLAIMABLE):
        rates = state[ROOT_CLAIMABLE, *keys]
        kept = tuple(rate for rate in rates if rate[0] != netuid)
        if kept != rates:
            state[ROOT_CLAIMABLE, *keys] = kept


def _pay_holders(state: State, netuid: int) -> int:
    """Rao of the reserve that the chain's own alpha stands for, after everybody else's is paid.

    Shares by alpha, what rounding leaves to the largest remainders (`destroy_alpha_in_out_stakes`).
    """
    reserve = state[SUBNET_TAO, netuid]
    own = state[SUBNET_PROTOCOL_ALPHA, netuid]
    if state[storage.NETWORK_REGISTERED_AT, netuid] > state[storage.TAO_IN_REFUND_DEPLOYMENT_BLOCK]:
        own += state[SUBNET_ALPHA_IN, netuid]
    holders: list[tuple[bytes | None, int]] = [*_holders(state, netuid)]
    if own:
        holders.append((None, own))
    del state[SUBNET_TAO, netuid]
    state[TOTAL_STAKE] = max(0, state[TOTAL_STAKE] - reserve)
    protocol = 0
    for (coldkey, _), rao in zip(holders, parts(reserve, [alpha for _, alpha in holders]), strict=True):
        if coldkey is None:
            protocol = rao
        elif rao:
            with suppress(DispatchError):
                subnets.pay_out(state, netuid, coldkey, rao)
    return protocol


def parts(whole: int, weights: list[int]) -> list[int]:
    """A whole divided by weights, exactly: what rounding leaves goes to the largest remainders, earlier ones first."""
    total = sum(weights)
    if not total:
        return [0] * len(weights)
    found = [whole * weight // total for weight in weights]
    remainders = [whole * weight % total for weight in weights]
    for at in sorted(range(len(weights)), key=lambda at: -remainders[at])[: whole - sum(found)]:
        found[at] += 1
    return found


def _holders(state: Reading, netuid: int) -> Iterator[tuple[bytes, int]]:
    """Coldkeys with the alpha each holds under a hotkey, hotkey by hotkey."""
    for (hotkey, at), _ in state.items(TOTAL_HOTKEY_ALPHA):
        if at != netuid:
            continue
        for coldkey in sorted(keys[1] for keys in state.keys(ALPHA_V2, hotkey) if keys[2] == netuid):
            held = shares.stake_of(state, hotkey, coldkey, netuid)
            alpha = held or shares.whole(state[ALPHA_V2, hotkey, coldkey, netuid])
            if alpha:
                yield coldkey, alpha


def _forget(state: State, netuid: int) -> None:
    """Everything stored of the subnet (`remove_network`)."""
    for index in neurons.indexes(state, netuid):
        for item in BY_MECHANISM:
            for keys in state.keys(item, index):
                del state[item, *keys]
    _ignore_on_root(state, netuid)
    if (storage.SUBNET_IDENTITIES_V3, netuid) in state:
        del state[storage.SUBNET_IDENTITIES_V3, netuid]
        state.deposit("SubtensorModule", "SubnetIdentityRemoved", netuid)
    for item in BY_NETUID:
        for keys in state.keys(item, netuid):
            del state[item, *keys]
    for item in BY_HOTKEY:
        for keys in state.keys(item):
            if keys[1] == netuid:
                del state[item, *keys]
    for keys in state.keys(ALPHA_V2):
        if keys[2] == netuid:
            del state[ALPHA_V2, *keys]
    state[TOTAL_NETWORKS] = max(0, state[TOTAL_NETWORKS] - 1)


def _ignore_on_root(state: State, netuid: int) -> None:
    """Weights that root's validators once set on the subnet become zeros."""
    for keys in state.keys(WEIGHTS, subnets.ROOT):
        row = state[WEIGHTS, *keys]
        aimed = row[:, 0] == netuid
        if aimed.any():
            state[WEIGHTS, *keys] = pairs(np.where(aimed[:, None] & [False, True], 0, row))


def root_dissolve_network(state: State, origin: bytes | None, *, netuid: int, **_: Any) -> None:
    """Root dissolves a subnet."""
    as_root(origin)
    dissolve(state, netuid)


HANDLERS: Final[dict[str, Any]] = {
    "dissolve_network": root_dissolve_network,
    "root_dissolve_network": root_dissolve_network,
}

__all__ = ["HANDLERS", "dissolve", "parts"]
