"""What a block mints and where it goes: shares between subnets, pools, chain buys and the pending pots.

TAO of the block goes to pools in proportion to slow prices; what no pool takes is not minted. Each subnet's own alpha
goes to its participants and waits in pots for the epoch. Numbers in between are U96F32 and U64F64 bits.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from taokit.consensus.emission import MAX_SUPPLY, alpha_shares, block_emission, root_proportion, subnet_shares
from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import pool, subnets
from taokit.devnet.runtime.subtensor.storage import (
    BLOCK_EMISSION,
    FIRST_EMISSION_BLOCK_NUMBER,
    MINER_BURNED,
    NETWORK_REGISTRATION_ALLOWED,
    OWNER_CUT_ENABLED,
    PENDING_OWNER_CUT,
    PENDING_ROOT_ALPHA_DIVS,
    PENDING_SERVER_EMISSION,
    PENDING_VALIDATOR_EMISSION,
    ROOT_PROP,
    SUBNET_ALPHA_IN,
    SUBNET_ALPHA_IN_EMISSION,
    SUBNET_ALPHA_OUT,
    SUBNET_ALPHA_OUT_EMISSION,
    SUBNET_EMISSION_ENABLED,
    SUBNET_EXCESS_TAO,
    SUBNET_OWNER_CUT,
    SUBNET_PROTOCOL_ALPHA,
    SUBNET_PROTOCOL_FLOW,
    SUBNET_ROOT_SELL_TAO,
    SUBNET_TAO,
    SUBNET_TAO_IN_EMISSION,
    SUBTOKEN_ENABLED,
    TAO_WEIGHT,
    TOTAL_ISSUANCE,
    TOTAL_STAKE,
)
from taokit.devnet.runtime.swap import ALPHA_RECYCLED, TOTAL_ALPHA_ISSUANCE
from taokit.devnet.runtime.table import Item

ONE: Final = pool.ONE
NEAR: Final = 44
"""Stretches of issuance that are looked up once: 2**44 rao, some 17,592 TAO."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What one block means for one subnet, in rao."""

    netuid: int
    tao_in: int  # into the pool's reserve
    alpha_in: int  # likewise
    excess: int  # TAO that buys alpha instead
    alpha_out: int  # alpha for the participants


def emitting(state: Reading, netuids: list[int]) -> list[int]:
    """The subnets that a block emits to (`get_subnets_to_emit_to`)."""
    return [
        netuid
        for netuid in netuids
        if netuid != subnets.ROOT
        and state[FIRST_EMISSION_BLOCK_NUMBER, netuid] is not None
        and state[SUBTOKEN_ENABLED, netuid]
        and state[NETWORK_REGISTRATION_ALLOWED, netuid]
    ]


def run(state: State, receivers: list[int]) -> None:
    """The coinbase up to the pending pots; epochs come after it (`run_coinbase`)."""
    for keys in state.keys(SUBNET_ROOT_SELL_TAO):
        del state[SUBNET_ROOT_SELL_TAO, *keys]
    left = max(0, MAX_SUPPLY - state[balances.ISSUANCE])
    emission = min(_emission_for(state, state[TOTAL_ISSUANCE]), left)
    given = _tao_by_subnet(state, receivers, emission)
    terms = {netuid: _terms(state, netuid, given[netuid]) for netuid in sorted(given)}
    minted = sum(_feed_pool(state, terms[netuid]) for netuid in receivers)
    if minted:
        _raise(state, TOTAL_ISSUANCE, minted)
        _raise(state, balances.ISSUANCE, minted)
    root_paid = sum(pool.moving_price(state, netuid) for netuid in receivers) > ONE
    for netuid in receivers:
        _fill_pots(state, terms[netuid], root_paid=root_paid)


def after(state: State, receivers: list[int]) -> None:
    """What follows the coinbase and is used by the next block: slow prices, then root's proportions."""
    for netuid in receivers:
        pool.update_moving_price(state, netuid)
    for netuid in receivers:
        state[ROOT_PROP, netuid] = root_part(state, netuid)


def alpha_issuance(state: Reading, netuid: int) -> int:
    """Rao of the subnet's alpha that exists."""
    return int(state[SUBNET_ALPHA_IN, netuid] + state[SUBNET_ALPHA_OUT, netuid])


def root_part(state: Reading, netuid: int) -> int:
    """Root's part of the subnet's stake, U96F32 (`root_proportion`)."""
    issued = alpha_issuance(state, netuid)
    return root_proportion(state[SUBNET_TAO, subnets.ROOT], issued, tao_weight=state[TAO_WEIGHT])


def recycle(state: State, netuid: int, alpha: int) -> None:
    """Alpha that ceases to exist, so that the subnet may mint it again (`recycle_subnet_alpha`)."""
    if alpha:
        state[SUBNET_ALPHA_OUT, netuid] = max(0, state[SUBNET_ALPHA_OUT, netuid] - alpha)
        _add(state, ALPHA_RECYCLED, netuid, alpha)
        state[TOTAL_ALPHA_ISSUANCE, netuid] = max(0, state[TOTAL_ALPHA_ISSUANCE, netuid] - alpha)


def _emission_for(state: State, issuance: int) -> int:
    """The amount for an issuance; the chain stores the last one computed, whatever it was of."""
    amount = _emission_near(issuance >> NEAR)
    if amount is None:
        amount = block_emission(issuance)
    if amount != state[BLOCK_EMISSION]:
        state[BLOCK_EMISSION] = amount
    return amount


@lru_cache(maxsize=1024)
def _emission_near(stretch: int) -> int | None:
    """The amount all along a stretch of issuance, or None where a halving lies in it.

    Amounts never rise with issuance, so equal ends speak for everything in between; the logarithm is slow.
    """
    first, last = block_emission(stretch << NEAR), block_emission((stretch + 1) << NEAR)
    return first if first == last else None


def _tao_by_subnet(state: Reading, receivers: list[int], emission: int) -> dict[int, int]:
    """TAO for each subnet, U96F32; the part of one whose switch is off goes to the others."""
    shares = _shares(state, receivers)
    enabled = {netuid: share for netuid, share in shares.items() if state[SUBNET_EMISSION_ENABLED, netuid]}
    if len(enabled) < len(shares):
        total = sum(enabled.values())
        shares = {netuid: _over(enabled.get(netuid, 0), total) for netuid in shares}
    return {netuid: emission * share >> 32 for netuid, share in shares.items()}


def _shares(state: Reading, receivers: list[int]) -> dict[int, int]:
    """Shares by slow price times what miners were left of their part, U64F64 (`get_shares`)."""
    prices = {netuid: pool.moving_price(state, netuid) for netuid in receivers}
    return subnet_shares(prices, {netuid: state[MINER_BURNED, netuid] for netuid in receivers})


def _over(part: int, whole: int) -> int:
    return (part << 64) // whole if whole else 0


def _terms(state: State, netuid: int, tao: int) -> Terms:
    """The split of one subnet's TAO between injection and chain buy (`get_subnet_terms`)."""
    alpha = _emission_for(state, alpha_issuance(state, netuid))
    price = pool.price(state, netuid) >> 32
    alpha_in, tao_in = (tao << 32) // price if price else 0, tao
    cap = root_part(state, netuid) * alpha
    if alpha_in > cap:
        alpha_in, tao_in = cap, cap * price >> 32
    return Terms(netuid, tao_in >> 32, alpha_in >> 32, max(0, tao - tao_in) >> 32, alpha)


def _feed_pool(state: State, terms: Terms) -> int:
    """The TAO that a pool took, injected and spent on alpha (`inject_and_maybe_swap`)."""
    netuid = terms.netuid
    fits = pool.inject(state, netuid, tao=terms.tao_in, alpha=terms.alpha_in)
    tao_in, alpha_in = (terms.tao_in, terms.alpha_in) if fits else (0, 0)
    spent = _buy_back(state, netuid, terms.excess)
    state[SUBNET_EXCESS_TAO, netuid] = spent
    state[SUBNET_TAO_IN_EMISSION, netuid] = tao_in
    state[SUBNET_ALPHA_IN_EMISSION, netuid] = alpha_in
    if alpha_in:
        _add(state, SUBNET_ALPHA_IN, netuid, alpha_in)
        _add(state, TOTAL_ALPHA_ISSUANCE, netuid, alpha_in)
    if tao_in:
        _add(state, SUBNET_TAO, netuid, tao_in)
        _raise(state, TOTAL_STAKE, tao_in)
    if tao_in + spent:
        _add(state, SUBNET_PROTOCOL_FLOW, netuid, tao_in + spent)
    if tao_in + terms.excess:
        balances.credit(state, subnets.account_of(netuid), tao_in + terms.excess)
    return tao_in + terms.excess


def _buy_back(state: State, netuid: int, tao: int) -> int:
    """Rao of TAO that bought alpha for the chain; none when the swap fails, though the TAO stays with the subnet."""
    if not tao:
        return 0
    try:
        swapped = pool.buy(state, netuid, tao, with_fee=False)
    except DispatchError:
        return 0
    _add(state, SUBNET_PROTOCOL_ALPHA, netuid, swapped.paid)
    return swapped.taken


def _fill_pots(state: State, terms: Terms, *, root_paid: bool) -> None:
    """The participants' alpha, divided into what waits for the epoch (`emit_to_subnets`)."""
    netuid, alpha = terms.netuid, terms.alpha_out
    state[SUBNET_ALPHA_OUT_EMISSION, netuid] = alpha
    _add(state, SUBNET_ALPHA_OUT, netuid, alpha)
    _add(state, TOTAL_ALPHA_ISSUANCE, netuid, alpha)
    parts = alpha_shares(
        alpha,
        root_proportion=root_part(state, netuid),
        owner_cut=state[SUBNET_OWNER_CUT],
        owner_cut_enabled=state[OWNER_CUT_ENABLED, netuid],
    )
    _add(state, PENDING_OWNER_CUT, netuid, parts.owner)
    _add(state, PENDING_SERVER_EMISSION, netuid, parts.server)
    _add(state, PENDING_VALIDATOR_EMISSION, netuid, parts.validator)
    if root_paid:
        _add(state, PENDING_ROOT_ALPHA_DIVS, netuid, parts.root)
    else:
        recycle(state, netuid, parts.root)


def _add(state: State, item: Item, netuid: int, amount: int) -> None:
    if amount:
        state[item, netuid] = state[item, netuid] + amount


def _raise(state: State, item: Item, amount: int) -> None:
    state[item] = state[item] + amount


__all__ = ["after", "alpha_issuance", "emitting", "recycle", "root_part", "run"]
