"""Epochs: which subnets run one in a block, what the consensus makes of their state, and what is stored of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.consensus.commit import earliest_commit
from taokit.consensus.emission import Pots, split_emission
from taokit.consensus.mechanisms import Combined, combine
from taokit.consensus.schedule import Schedule, advance, storage_order
from taokit.consensus.subnet import Hyperparameters, Outcome, Stored, activity_cutoff, run_epoch
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import commits, neurons, payouts, stakeweight, storage, subnets
from taokit.devnet.runtime.subtensor.storage import (
    BLOCK_AT_REGISTRATION,
    BLOCKS_SINCE_LAST_STEP,
    BONDS,
    KEYS,
    LAST_EPOCH_BLOCK,
    LAST_MECHANSIM_STEP_BLOCK,
    MECHANISM_COUNT_CURRENT,
    MECHANISM_EMISSION_SPLIT,
    PENDING_EPOCH_AT,
    PENDING_OWNER_CUT,
    PENDING_ROOT_ALPHA_DIVS,
    PENDING_SERVER_EMISSION,
    PENDING_VALIDATOR_EMISSION,
    SUBNET_EPOCH_INDEX,
    SUBNETWORK_N,
    TIMELOCKED_WEIGHT_COMMITS,
    VALIDATOR_PERMIT,
    WEIGHT_COMMITS,
    WEIGHTS,
)
from taokit.devnet.runtime.table import Item

POTS: Final = (PENDING_SERVER_EMISSION, PENDING_VALIDATOR_EMISSION, PENDING_ROOT_ALPHA_DIVS, PENDING_OWNER_CUT)

COLUMNS: Final[Mapping[Item, str]] = {
    storage.ACTIVE: "active",
    storage.CONSENSUS: "consensus",
    storage.DIVIDENDS: "dividends",
    storage.EMISSION: "emission",
    storage.STAKE_WEIGHT: "stake_weight",
    VALIDATOR_PERMIT: "validator_permit",
    storage.VALIDATOR_TRUST: "validator_trust",
}
"""What a subnet stores of an epoch, once for all its mechanisms."""

NO_BONDS: Final = pairs([])


def run_due(state: State, netuids: list[int]) -> None:
    """Move every clock by a block, empty the pots of the subnets whose turn it is, then run their epochs.

    All subnets are scheduled before the first epoch runs (`drain_pending`, `distribute_emissions_to_subnets`).
    """
    for netuid, (pots, owner_cut) in _drained(state, netuids).items():
        run_one(state, netuid, pots, owner_cut=owner_cut)
        state[LAST_MECHANSIM_STEP_BLOCK, netuid] = state.number


def inputs_of(state: State, netuids: list[int], wanted: int) -> list[Stored]:
    """What the epoch of one subnet reads, one a mechanism; the state is moved up to it. Empty where none runs."""
    for netuid, (pots, owner_cut) in _drained(state, netuids).items():
        if netuid == wanted:
            return _inputs(state, netuid, pots)
        run_one(state, netuid, pots, owner_cut=owner_cut)
        state[LAST_MECHANSIM_STEP_BLOCK, netuid] = state.number
    return []


def _drained(state: State, netuids: list[int]) -> dict[int, tuple[Pots, int]]:
    """Every clock a block later, and the emptied pots of the subnets whose epoch runs in it, by ascending netuid."""
    clocks = {netuid: subnets.clock(state, netuid) for netuid in storage_order(netuids)}
    due = [netuid for netuid, clock in clocks.items() if clock.waited().due(state.number)]
    if not due:
        for netuid, clock in clocks.items():
            state[BLOCKS_SINCE_LAST_STEP, netuid] = clock.blocks_since_last_step + 1
        return {}
    return _schedule(state, clocks, broken=[netuid for netuid in due if _broken(state, netuid)])


def put_off(state: Reading, netuids: list[int]) -> frozenset[int]:
    """The subnets that are due in this block and have to wait for the next, since too many are."""
    clocks = {netuid: subnets.clock(state, netuid) for netuid in storage_order(netuids)}
    due = [netuid for netuid, clock in clocks.items() if clock.waited().due(state.number)]
    cap = state[storage.MAX_EPOCHS_PER_BLOCK]
    if len(due) <= cap:
        return frozenset()
    broken = [netuid for netuid in due if _broken(state, netuid)]
    return frozenset(advance(clocks, state.number, broken=broken, cap=cap).put_off)


def _schedule(state: State, clocks: dict[int, Schedule], *, broken: list[int]) -> dict[int, tuple[Pots, int]]:
    """The emptied pots of the subnets whose epoch runs now, by ascending netuid."""
    plan = advance(clocks, state.number, broken=broken, cap=state[storage.MAX_EPOCHS_PER_BLOCK])
    for netuid, clock in plan.schedules.items():
        _store_clock(state, netuid, clock)
    for netuid in plan.put_off:
        state.deposit("SubtensorModule", "EpochDeferred", netuid, state.number, state.number + 1)
    for netuid in plan.skipped:
        state.deposit("SubtensorModule", "EpochSkipped", netuid, state.number)
    return {netuid: _drain(state, netuid) for netuid in plan.ran}


def _store_clock(state: State, netuid: int, clock: Schedule) -> None:
    state[BLOCKS_SINCE_LAST_STEP, netuid] = clock.blocks_since_last_step
    for item, value in (
        (LAST_EPOCH_BLOCK, clock.last_epoch_block),
        (PENDING_EPOCH_AT, clock.pending_epoch_at),
        (SUBNET_EPOCH_INDEX, clock.epoch_index),
    ):
        if state[item, netuid] != value:
            state[item, netuid] = value


def _drain(state: State, netuid: int) -> tuple[Pots, int]:
    server, validator, root, owner = (state[item, netuid] for item in POTS)
    for item in POTS:
        state[item, netuid] = 0
    return Pots(server, validator, root), owner


def _broken(state: Reading, netuid: int) -> bool:
    """Whether one hotkey holds two uids, which no epoch can make sense of."""
    held = [state[KEYS, *keys] for keys in state.keys(KEYS, netuid)]
    return len(set(held)) < len(held)


def run_one(state: State, netuid: int, pots: Pots, *, owner_cut: int) -> None:
    """One epoch of one subnet: consensus of every mechanism, then the payouts (`distribute_emission`).

    Where nobody has a uid, as right after `levers.add_subnet`, only the owner is paid.
    """
    server: dict[bytes, int] = {}
    validator: dict[bytes, int] = {}
    if keys := neurons.hotkeys(state, netuid):
        whole = agree(state, netuid, pots)
        server = dict(zip(keys, whole.server_emission.tolist(), strict=True))
        validator = dict(zip(keys, whole.validator_emission.tolist(), strict=True))
    payouts.distribute(state, netuid, payouts.Earned(pots, owner_cut, server=server, validator=validator))


def agree(state: State, netuid: int, pots: Pots) -> Outcome | Combined:
    """The epoch without its payouts: what the mechanisms found together, which is stored already."""
    inputs = _inputs(state, netuid, pots)
    outcomes = list(map(run_epoch, inputs))
    for mechanism, outcome in enumerate(outcomes):
        _store_mechanism(state, neurons.index_of(netuid, mechanism), outcome)
    whole = outcomes[0] if len(outcomes) == 1 else combine(outcomes, [one.emission for one in inputs])
    _store_columns(state, netuid, whole)
    return whole


def _inputs(state: Reading, netuid: int, pots: Pots) -> list[Stored]:
    """What each mechanism's epoch reads."""
    split = state[MECHANISM_EMISSION_SPLIT, netuid]
    count = state[MECHANISM_COUNT_CURRENT, netuid]
    parts = split_emission(pots.emission, count, None if split is None else [int(part) for part in split])
    shared = _shared(state, netuid)
    return [_stored(state, netuid, mechanism, part, shared) for mechanism, part in enumerate(parts)]


def _shared(state: Reading, netuid: int) -> dict[str, Any]:
    """What all mechanisms of a subnet read alike."""
    keys = neurons.hotkeys(state, netuid)
    return {
        "block": state.number,
        "block_at_registration": [state[BLOCK_AT_REGISTRATION, netuid, uid] for uid in range(len(keys))],
        "alpha_stake": [stakeweight.alpha_stake(state, hotkey, netuid) for hotkey in keys],
        "tao_stake": [stakeweight.tao_stake(state, hotkey, netuid) for hotkey in keys],
        "validator_permit": state[VALIDATOR_PERMIT, netuid],
        "owner_uid": subnets.owner_uid(state, netuid),
        "last_step_block": state[LAST_MECHANSIM_STEP_BLOCK, netuid],
        "parameters": hyperparameters(state, netuid),
    }


def _stored(state: Reading, netuid: int, mechanism: int, part: int, shared: dict[str, Any]) -> Stored:
    index = neurons.index_of(netuid, mechanism)
    n = state[SUBNETWORK_N, netuid]
    return Stored(
        emission=part,
        last_update=state[storage.LAST_UPDATE, index],
        weights=_rows(state, WEIGHTS, index, n),
        bonds=_rows(state, BONDS, index, n),
        commit_block=_commit_blocks(state, netuid, index),
        **shared,
    )


def _rows(state: Reading, item: Item, index: int, n: int) -> dict[int, Any]:
    found = ((uid, state[item, index, uid]) for uid in range(n))
    return {uid: row for uid, row in found if len(row)}


def _commit_blocks(state: Reading, netuid: int, index: int) -> dict[int, int]:
    """By uid, the block of the earliest commit that is stored and not expired."""
    epoch, period = state[SUBNET_EPOCH_INDEX, netuid], state[storage.REVEAL_PERIOD_EPOCHS, netuid]
    timelocked: dict[bytes, list[int]] = {}
    for key in state.keys(TIMELOCKED_WEIGHT_COMMITS, index):
        for hotkey, block, _, _ in state[TIMELOCKED_WEIGHT_COMMITS, *key] if key[1] + period >= epoch else ():
            timelocked.setdefault(hotkey, []).append(block)
    committed = {key[1] for key in state.keys(WEIGHT_COMMITS, index)} | set(timelocked)
    blocks = {}
    for hotkey in committed:
        queue, uid = commits.queue_of(state, index, hotkey), neurons.uid_of(state, netuid, hotkey)
        block = earliest_commit(queue, timelocked.get(hotkey, ()), epoch=epoch, reveal_period=period)
        if uid is not None and block is not None:
            blocks[uid] = block
    return blocks


def hyperparameters(state: Reading, netuid: int) -> Hyperparameters:
    """The settings of a subnet that its epoch reads."""
    low, high = state[storage.ALPHA_VALUES, netuid]
    tempo = state[storage.TEMPO, netuid]
    return Hyperparameters(
        yuma3=state[storage.YUMA3_ON, netuid],
        liquid_alpha=state[storage.LIQUID_ALPHA_ON, netuid],
        alpha_low=low,
        alpha_high=high,
        alpha_sigmoid_steepness=state[storage.ALPHA_SIGMOID_STEEPNESS, netuid],
        bonds_moving_average=state[storage.BONDS_MOVING_AVERAGE, netuid],
        bonds_penalty=state[storage.BONDS_PENALTY, netuid],
        kappa=state[storage.KAPPA, netuid],
        max_allowed_validators=state[storage.MAX_ALLOWED_VALIDATORS, netuid],
        tempo=tempo,
        activity_cutoff=activity_cutoff(state[storage.ACTIVITY_CUTOFF_FACTOR_MILLI, netuid], tempo),
        commit_reveal=state[storage.COMMIT_REVEAL_WEIGHTS_ENABLED, netuid],
        stake_threshold=state[storage.STAKE_THRESHOLD],
        tao_weight=state[storage.TAO_WEIGHT],
    )


def _store_mechanism(state: State, index: int, outcome: Outcome) -> None:
    state[storage.INCENTIVE, index] = frozen(outcome.incentive)
    state.deposit("SubtensorModule", "IncentiveAlphaEmittedToMiners", index, frozen(outcome.server_emission))
    for uid in range(len(outcome.active)):
        row = outcome.bonds.get(uid)
        if row is not None:
            state[BONDS, index, uid] = frozen(row)
        elif len(state[BONDS, index, uid]):
            state[BONDS, index, uid] = NO_BONDS


def _store_columns(state: State, netuid: int, whole: Outcome | Combined) -> None:
    for item, name in COLUMNS.items():
        state[item, netuid] = frozen(getattr(whole, name))


def frozen(column: Any) -> Any:
    """The column itself, read-only from now on."""
    column.flags.writeable = False
    return column


__all__ = ["agree", "hyperparameters", "inputs_of", "put_off", "run_due", "run_one"]
