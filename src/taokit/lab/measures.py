"""What a run was worth, and to whom."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from jaxtyping import Float, Int

from taokit.lab.simulate import Step


def returns(steps: Sequence[Step], uids: Sequence[int]) -> list[float]:
    """What validators earned for their stake: share of all dividends over mean share of stake; 1 is paid by stake.

    0 for one that never had stake, or where nobody earned dividends.
    """
    paid = sum(int(step.combined.dividends.sum(dtype=np.int64)) for step in steps)
    return [_return(steps, uid, paid) for uid in uids]


def _return(steps: Sequence[Step], uid: int, paid: int) -> float:
    earned = sum(int(step.combined.dividends[uid]) for step in steps)
    held = sum((stake_share(step, [uid]) for step in steps), Fraction(0))
    return float(Fraction(earned, paid) / (held / len(steps))) if held and paid else 0.0


def stake_share(step: Step, uids: Sequence[int]) -> Fraction:
    """The part of all alpha stake that these uids held in an epoch."""
    stake = step.stored.alpha_stake
    whole = sum(int(amount) for amount in stake)
    return Fraction(sum(int(stake[uid]) for uid in uids), whole) if whole else Fraction(0)


def per_stake(step: Step, uid: int) -> float:
    """Dividends per stake of a validator in an epoch: share of dividends over share of stake; 0 without stake."""
    paid = int(step.combined.dividends.sum(dtype=np.int64))
    share = stake_share(step, [uid])
    return float(Fraction(int(step.combined.dividends[uid]), paid) / share) if paid and share else 0.0


def against_honest(step: Step, uid: int, honest: Sequence[int]) -> float:
    """Dividends per stake of a validator over the smallest among the honest; 0 while those earn nothing."""
    least = min(per_stake(step, other) for other in honest)
    return per_stake(step, uid) / least if least else 0.0


def burned_share(step: Step, owner_uid: int) -> float:
    """The part of miner emission that went to the owner's hotkey, where it is burned or recycled."""
    emission = step.combined.server_emission.tolist()
    return emission[owner_uid] / sum(emission) if sum(emission) else 0.0


def tao_share(burned: float, *, subnets: int) -> float:
    """A subnet's share of TAO emission among so many of equal price, the others burning nothing."""
    return (1 - burned) / (subnets - burned)


def bond_shares(step: Step, uid: int, n: int, *, mechanism: int = 0) -> Float[np.ndarray, " uids"]:
    """Each uid's part of the stored bonds on a miner, of a mechanism; 0 where there are none."""
    held: Int[np.ndarray, " uids"] = np.zeros(n, dtype=np.int64)
    bonds = step.turns[mechanism].outcome.bonds if mechanism < len(step.turns) else {}
    for owner, row in bonds.items():
        held[owner] = row[row[:, 0] == uid, 1].sum(dtype=np.int64)
    whole = held.sum()
    return held / whole if whole else held.astype(np.float64)


__all__ = ["against_honest", "bond_shares", "burned_share", "per_stake", "returns", "stake_share", "tao_share"]
