"""Why an epoch says what it says: of a validator's weights and trust, and of a miner's incentive.

Shares are fractions of one; each is a chain number of 32 fraction bits, which a float holds exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from jaxtyping import Int64

from taokit.consensus.bonds import Standing, absolute, for_bonds, relative
from taokit.consensus.emission import subnet_shares
from taokit.consensus.epoch import Epoch, by_uid, run
from taokit.consensus.fixed import mul_share, share
from taokit.consensus.prepared import prepare
from taokit.consensus.reasons import (
    Burning,
    Dropped,
    Earned,
    Entry,
    IncentiveExplained,
    Rating,
    Support,
    TrustExplained,
    WeightsExplained,
    WhatIf,
)
from taokit.consensus.rows import Row, Rows
from taokit.consensus.scalar import ONE
from taokit.consensus.subnet import Loaded, Stored, load
from taokit.errors import ConfigurationError

Lines: TypeAlias = Int64[np.ndarray, " lines"]
Uids: TypeAlias = Int64[np.ndarray, " uids"]
Matrix: TypeAlias = Int64[np.ndarray, "lines uids"]

NO_ENTRIES = np.zeros((0, 2), dtype=np.uint16)


@dataclass(frozen=True, slots=True)
class _Case:
    """An epoch laid open."""

    stored: Stored
    loaded: Loaded
    epoch: Epoch
    active: Lines  # shares of the stake that votes
    weights: Matrix  # share of each line
    clipped: Matrix

    def line_of(self, uid: int) -> int | None:
        line = int(self.loaded.inputs.line[uid])
        return None if line == len(self.loaded.lines) else line


def _case(stored: Stored, uid: int) -> _Case:
    loaded = load(stored)
    if not 0 <= uid < len(loaded.active):
        raise ConfigurationError(f"there is no uid {uid}: the subnet has {len(loaded.active)}")
    parameters, inputs = stored.parameters, loaded.inputs
    epoch = run(inputs, yuma3=parameters.yuma3, liquid_alpha=parameters.liquid_alpha)
    weights = share(inputs.weights)
    clipped = np.minimum(weights, epoch.consensus[None, :])
    return _Case(stored, loaded, epoch, share(inputs.votes), weights, clipped)


def explain_weights(stored: Stored, uid: int) -> WeightsExplained:
    """Why a validator's stored weights count as they do. Raises `ConfigurationError` for a uid that is not there."""
    case = _case(stored, uid)
    return WeightsExplained(
        uid=uid,
        block=stored.block,
        last_update=int(stored.last_update[uid]),
        permit=_permitted(stored, uid),
        active=bool(case.loaded.active[uid]),
        stake=_fraction(case.epoch.active_stake[uid]),
        entries=_entries(case, uid),
        earned=_earned(case, uid),
        as_consensus=_as_consensus(case, uid),
    )


def _permitted(stored: Stored, uid: int) -> bool:
    return bool(stored.validator_permit[uid]) or uid == stored.owner_uid


def _entries(case: _Case, uid: int) -> tuple[Entry, ...]:
    row, line, n = case.stored.weights.get(uid, NO_ENTRIES), case.line_of(uid), len(case.loaded.active)
    entries = []
    for miner, value in row.tolist():
        counted = 0.0 if line is None or miner >= n else _fraction(case.weights[line, miner])
        entries.append(Entry(miner, value, counted, _dropped(case.stored, uid, miner)))
    return tuple(entries)


def _dropped(stored: Stored, uid: int, miner: int) -> Dropped | None:
    """Why the epoch leaves an entry out, by the first rule that does."""
    if not _permitted(stored, uid):
        return "no validator permit"
    if miner >= len(stored.last_update):
        return "unknown uid"
    if miner == uid and uid != stored.owner_uid:
        return "own weight"
    registered = stored.block_at_registration[miner]
    if stored.last_update[uid] <= registered:
        return "registered after the report"
    if stored.parameters.commit_reveal and stored.commit_block.get(uid, registered) < registered:
        return "registered after the commit"
    return None


def _earned(case: _Case, uid: int) -> Earned:
    epoch = case.epoch
    amount = int(epoch.emission.validator.view(np.uint64)[uid])
    return Earned(_fraction(epoch.validator_trust[uid]), _fraction(epoch.dividends[uid]), amount)


def _as_consensus(case: _Case, uid: int) -> WhatIf | None:
    ceiling = {miner: float(bits) for miner, bits in enumerate(case.epoch.consensus.tolist()) if bits and miner != uid}
    return what_if(case.stored, uid, ceiling) if ceiling and _permitted(case.stored, uid) else None


def what_if(stored: Stored, uid: int, weights: Mapping[int, float] | Sequence[float]) -> WhatIf:
    """What a validator would earn in this epoch had it reported other weights, of any scale, at the same time.

    A validator that never reported is taken to report right before the epoch. Raises `ConfigurationError` for unknown
    uids, and as `prepare` does.
    """
    case = _case(stored, uid)
    sent = prepare(weights if isinstance(weights, Mapping) else list(weights), len(case.loaded.active))
    changed = with_row(stored, uid, np.column_stack([sent.uids, sent.values]).astype(np.uint16))
    return WhatIf(uid, _earned(case, uid), _earned(_case(changed, uid), uid))


def with_row(stored: Stored, uid: int, row: Row) -> Stored:
    """The same, had this validator reported this row; one that never reported does so right before the epoch."""
    rows: Rows = {**stored.weights, uid: row}
    if len(stored.weights.get(uid, NO_ENTRIES)):
        return replace(stored, weights=rows)
    updates = [int(block) for block in stored.last_update]
    updates[uid] = max(updates[uid], stored.block)
    return replace(stored, weights=rows, last_update=updates)


def explain_trust(stored: Stored, uid: int) -> TrustExplained:
    """Why a validator's trust is what it is. Raises `ConfigurationError` for a uid that is not there."""
    case = _case(stored, uid)
    ratings = _ratings(case, uid)
    return TrustExplained(
        uid=uid,
        block=stored.block,
        permit=_permitted(stored, uid),
        active=bool(case.loaded.active[uid]),
        stake=_fraction(case.epoch.active_stake[uid]),
        trust=_fraction(case.epoch.validator_trust[uid]),
        cut=sum(rating.cut for rating in ratings),
        dividends=_fraction(case.epoch.dividends[uid]),
        dividends_uncut=_fraction(_dividends_uncut(case, uid)[uid]),
        ratings=tuple(sorted(ratings, key=lambda rating: (-rating.cut, -rating.weight, rating.uid))),
    )


def _ratings(case: _Case, uid: int) -> list[Rating]:
    line, ceiling = case.line_of(uid), case.epoch.consensus
    if line is None:
        return []
    weights, cut = case.weights[line], case.weights[line] - case.clipped[line]
    miners = np.nonzero((weights > 0) | (ceiling > 0))[0].tolist()
    return [Rating(j, _fraction(weights[j]), _fraction(ceiling[j]), _fraction(cut[j])) for j in miners]


def _dividends_uncut(case: _Case, uid: int) -> Uids:
    """Everybody's dividends had clipping spared one row where bonds are bought; incentive stays."""
    line, inputs, parameters = case.line_of(uid), case.loaded.inputs, case.loaded.inputs.parameters
    if line is None:
        return np.asarray(case.epoch.dividends)
    clipped = case.clipped.copy()
    clipped[line] = case.weights[line]
    reports = for_bonds(case.weights, clipped, inputs.has_weight, parameters.penalty, inputs.order)
    standing = Standing(active=case.active, incentive=case.epoch.incentive, consensus=case.epoch.consensus)
    if not case.stored.parameters.yuma3:
        bonds = absolute(reports, inputs.bonds, standing, rate=parameters.rate)
    else:
        sigmoid = parameters.sigmoid if case.stored.parameters.liquid_alpha else None
        bonds = relative(reports, inputs.bonds, standing, rate=parameters.rate, sigmoid=sigmoid, order=inputs.order)
    return np.asarray(by_uid(share(bonds.dividends), inputs.line))


def explain_incentive(stored: Stored, uid: int) -> IncentiveExplained:
    """Why a miner's incentive is what it is. Raises `ConfigurationError` for a uid that is not there."""
    case = _case(stored, uid)
    ceiling, reports = int(case.epoch.consensus[uid]), case.weights[:, uid]
    behind = reports >= ceiling if ceiling else reports > 0
    uncut = share(np.sum(mul_share(case.weights, case.active[:, None]), axis=0))
    return IncentiveExplained(
        uid=uid,
        block=stored.block,
        incentive=_fraction(case.epoch.incentive[uid]),
        incentive_uncut=_fraction(uncut[uid]),
        consensus=_fraction(ceiling),
        backing=_fraction(np.sum(case.active * behind)),
        needed=_fraction(case.loaded.inputs.parameters.kappa),
        emission=int(case.epoch.emission.server.view(np.uint64)[uid]),
        owner=uid == stored.owner_uid,
        supports=_supports(case, uid),
    )


def _supports(case: _Case, uid: int) -> tuple[Support, ...]:
    ranks = mul_share(case.clipped[:, uid], case.active)
    whole = int(ranks.sum())
    found = [
        Support(
            uid=int(case.loaded.lines[line]),
            stake=_fraction(case.active[line]),
            weight=_fraction(case.weights[line, uid]),
            counted=_fraction(case.clipped[line, uid]),
            part=int(ranks[line]) / whole if whole else 0.0,
        )
        for line in np.nonzero((case.active > 0) & (case.weights[:, uid] > 0))[0].tolist()
    ]
    return tuple(sorted(found, key=lambda one: (-one.part, -one.stake, one.uid)))


def _fraction(bits: int | np.integer | Int64[np.ndarray, ""]) -> float:
    return int(bits) / ONE


def explain_burning(prices: Mapping[int, int], burned: Mapping[int, int], *, netuid: int, would_burn: float) -> Burning:
    """What burning a share of its miners' emission, 0 to 1, does to a subnet's share of a block's TAO.

    By netuid: moving prices, of one scale, and the shares of miner emission that went to owner keys, 32 fraction bits;
    see `subnet_shares`. Raises `ConfigurationError` for a subnet without a price and a share outside 0 to 1.
    """
    if netuid not in prices:
        raise ConfigurationError(f"subnet {netuid} gets no TAO: it has no price")
    if not 0 <= would_burn <= 1:
        raise ConfigurationError(f"the share to burn is {would_burn}, outside 0 to 1")
    now = subnet_shares(prices, burned)[netuid]
    then = subnet_shares(prices, {**burned, netuid: round(would_burn * ONE)})[netuid]
    return Burning(
        netuid=netuid,
        burned=_fraction(burned.get(netuid, 0)),
        would_burn=would_burn,
        share=now / (1 << 64),
        would_share=then / (1 << 64),
    )


__all__ = ["explain_burning", "explain_incentive", "explain_trust", "explain_weights", "what_if", "with_row"]
