"""Yuma as sentences over Python integers and lists of (uid, value): slow, and written without arrays or masks."""

from taokit.consensus import scalar
from taokit.consensus.scalar import ONE, div, mul, ratio


def normalised(values):
    total = sum(values)
    return [div(value, total) for value in values] if total else list(values)


def u16(x):
    return min(65535, mul(x, 65535 << 32) >> 32)


def stakes(stored):
    weight = scalar.u64_ratio(stored.parameters.tao_weight)
    totals = [(a << 32) + t * weight for a, t in zip(stored.alpha_stake, stored.tao_stake, strict=True)]
    threshold = stored.parameters.stake_threshold
    kept = [total if uid == stored.owner_uid or total >> 32 >= threshold else 0 for uid, total in enumerate(totals)]
    return [total >> 32 for total in totals], [(k << 32) // sum(kept) if sum(kept) else 0 for k in kept]


def new_permits(stored, stake):
    ascending = sorted(range(len(stake)), key=lambda uid: stake[uid])
    dropped = ascending[: max(0, len(stake) - stored.parameters.max_allowed_validators)]
    return [uid == stored.owner_uid or (stake[uid] != 0 and uid not in dropped) for uid in range(len(stake))]


def weight_rows(stored, permit):
    n, rows = len(permit), []
    for uid in range(n):
        row = [tuple(map(int, entry)) for entry in stored.weights.get(uid, [])] if permit[uid] else []
        row = [(j, w) for j, w in row if j < n]
        if uid != stored.owner_uid:
            row = [(j, w) for j, w in row if j != uid]
        row = [(j, w) for j, w in row if stored.last_update[uid] > stored.block_at_registration[j]]
        commit = stored.commit_block.get(uid)
        if stored.parameters.commit_reveal and commit is not None:
            row = [(j, w) for j, w in row if commit >= stored.block_at_registration[j]]
        total = sum(w for _, w in row)
        rows.append([(j, div(w << 32, total << 32) if total else 0) for j, w in row])
    return rows


def median(votes, scores, minority):
    best = None
    for x in sorted(score for vote, score in zip(votes, scores, strict=True) if vote > 0):
        below = sum(vote for vote, score in zip(votes, scores, strict=True) if vote > 0 and score < x)
        if best is None or below <= minority:
            best = x
    return best or 0


def column_normalised(rows):
    total = {}
    for row in rows:
        for j, value in row:
            total[j] = total.get(j, 0) + value
    return [[(j, div(value, total[j]) if total[j] else value) for j, value in row] for row in rows]


def ema(new, old, rate, n):
    rows = []
    for a, b in zip(new, old, strict=True):
        a, b = dict(a), dict(b)
        values = [(j, mul(rate, a.get(j, 0)) + mul(ONE - rate, b.get(j, 0))) for j in range(n)]
        rows.append([(j, value) for j, value in values if value > 0])
    return rows


def cursor(row, n):
    """What a reader finds that only moves forward over the row while it counts uids up."""
    found, at = [0] * n, 0
    for j in range(n):
        while at < len(row) and row[at][0] < j:
            at += 1
        if at < len(row) and row[at][0] == j:
            found[j] = row[at][1]
    return found


def clamp(x, low, high):
    return max(low, min(high, x))


def liquid_rate(consensus, weight, bond, parameters):
    low, high = ratio(parameters.alpha_low), ratio(parameters.alpha_high)
    difference = clamp(weight - consensus if weight >= bond else bond - weight, 0, ONE)
    slope = scalar.truncated(parameters.alpha_sigmoid_steepness << 32, -100)
    e = scalar.exp(clamp(mul(slope, difference - ONE // 2), -20 * ONE, 20 * ONE))
    sigma = (ONE << 32) // (ONE + e)
    return max(low, min(low + mul(sigma, high - low), high)) if low <= high else low


def liquid_ema(new, old, consensus, parameters):
    rows, n = [], len(consensus)
    for a, b in zip(new, old, strict=True):
        seen, held, real = cursor(a, n), cursor(b, n), dict(b)
        row = []
        for j, weight in a:
            rate = liquid_rate(consensus[j], seen[j], held[j], parameters)
            row.append((j, min(ONE, mul(ONE - rate, real.get(j, 0)) + max(0, mul(rate, weight)))))
        rows.append([(j, value) for j, value in row if value > 0])
    return rows


def reports_for_bonds(weights, clipped, parameters, n):
    penalty = ratio(parameters.bonds_penalty)
    if penalty in (0, ONE):
        return clipped if penalty else weights
    rows = []
    for full, cut in zip(weights, clipped, strict=True):
        full, cut = dict(full), dict(cut)
        mixed = [(j, full.get(j, 0) + mul(penalty, cut.get(j, 0) - full.get(j, 0))) for j in range(n)]
        rows.append([(j, value) for j, value in mixed if value > 0])
    return rows


def old_bonds(stored, n):
    last = stored.last_step_block
    since = last + 1 if last else max(stored.block - stored.parameters.tempo, 0)
    rows = [[tuple(map(int, entry)) for entry in stored.bonds.get(uid, [])] for uid in range(n)]
    return [[(j, b) for j, b in row if stored.block_at_registration[j] < since] for row in rows]


def new_bonds(stored, reports, active, incentive, consensus):
    """The bonds as stored, and dividends."""
    parameters, n = stored.parameters, len(incentive)
    rate = ONE - (((parameters.bonds_moving_average << 64) // 10**6) >> 32)
    old = old_bonds(stored, n)
    if not parameters.yuma3:
        old = column_normalised([[(j, b << 32) for j, b in row] for row in old])
        delta = column_normalised([[(j, mul(w, a)) for j, w in row] for row, a in zip(reports, active, strict=True)])
        bonds = column_normalised(ema(delta, old, rate, n))
        largest = {j: max(dict(row).get(j, 0) for row in bonds) for j in range(n)}
        dividends = [sum(mul(incentive[j], b) for j, b in row) for row in bonds]
        return [[(j, u16(div(b, largest[j]))) for j, b in row] for row in bonds], normalised(dividends)
    old = [[(j, ratio(b)) for j, b in row] for row in old]
    liquid = parameters.liquid_alpha and any(consensus)
    bonds = liquid_ema(reports, old, consensus, parameters) if liquid else ema(reports, old, rate, n)
    earned = [sum(mul(b, incentive[j]) for j, b in row) for row in column_normalised(bonds)]
    dividends = [mul(share, a) for share, a in zip(earned, active, strict=True)]
    return [[(j, u16(b)) for j, b in row] for row in bonds], normalised(dividends)


def run_epoch(stored):
    """The outcome of an epoch, as a dict of lists."""
    n, parameters = len(stored.last_update), stored.parameters
    total, stake = stakes(stored)
    permit = [old or uid == stored.owner_uid for uid, old in enumerate(stored.validator_permit)]
    is_active = [update + parameters.activity_cutoff >= stored.block for update in stored.last_update]
    active = normalised([s if permit[i] and is_active[i] else 0 for i, s in enumerate(stake)])
    weights = weight_rows(stored, permit)
    votes = normalised(active)
    minority = sum(votes) - ratio(parameters.kappa)
    consensus = [median(votes, [dict(row).get(j, 0) for row in weights], minority) for j in range(n)]
    clipped = [[(j, min(w, consensus[j])) for j, w in row if w <= consensus[j] or consensus[j] > 0] for row in weights]
    rank = [sum(mul(active[i], dict(row).get(j, 0)) for i, row in enumerate(clipped)) for j in range(n)]
    incentive = normalised(rank)
    reports = reports_for_bonds(weights, clipped, parameters, n)
    bonds, dividends = new_bonds(stored, reports, active, incentive, consensus)
    now_permitted = new_permits(stored, stake)
    server, validator, both = emission(incentive, dividends, stake, active)
    return {
        "active": is_active,
        "stake_weight": [u16(x) for x in stake],
        "consensus": [u16(x) for x in consensus],
        "incentive": [u16(x) for x in incentive],
        "dividends": [u16(x) for x in dividends],
        "validator_trust": [u16(sum(w for _, w in row)) for row in clipped],
        "validator_permit": now_permitted,
        "emission": [x * stored.emission >> 32 for x in both],
        "server_emission": [x * stored.emission >> 32 for x in server],
        "validator_emission": [x * stored.emission >> 32 for x in validator],
        "stake": total,
        "bonds": [row if now_permitted[i] else [] for i, row in enumerate(bonds)],
    }


def emission(incentive, dividends, stake, active):
    whole = sum(incentive) + sum(dividends)
    if whole == 0:
        fallback = active if sum(active) else stake
        return incentive, fallback, fallback
    both = [div(i + d, whole) for i, d in zip(incentive, dividends, strict=True)]
    return [div(i, whole) for i in incentive], [div(d, whole) for d in dividends], both
