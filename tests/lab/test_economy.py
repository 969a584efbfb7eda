"""The laboratory's subnet that mints and pays, against the same subnet on the embedded chain: every number alike."""

import pytest

from taokit.lab.behaviours import row
from taokit.lab.world import Change, Register, Reveal, Weigh

from .twins import Twins

ACTS = [
    Weigh(uid=1, row=row((3, 1, 0), first=3), block=25),
    Weigh(uid=2, row=row((1, 1, 1), first=3), block=27),
    Change(name="bonds_penalty", value=40000, block=45),
    Weigh(uid=2, row=row((0, 1, 2), first=3), block=50),
    Register(block=70),  # takes the last free uid
    Weigh(uid=1, row=row((3, 1, 0, 9), first=3), block=75),
    Change(name="kappa", value=20000, block=90),
    Register(block=96),  # takes the uid of the miner that is pruned
    Weigh(uid=2, row=row((1, 2, 3, 4), first=3), block=130),
    Weigh(uid=1, row=row((1, 1), first=0), block=150),  # the owner's hotkey: burned
]


@pytest.mark.parametrize(("yuma3", "liquid"), [(False, False), (True, False), (True, True)])
def test_the_chain_and_the_laboratory_agree_in_every_epoch(yuma3, liquid):
    twins = Twins("subnet", MaxAllowedUids=7, ImmunityPeriod=30, Yuma3On=yuma3, LiquidAlphaOn=liquid)
    seen = []
    for chain, laboratory, step in twins.compare(ACTS, epochs=12):
        assert chain == laboratory, f"epoch {step.epoch} at block {step.block}"
        seen.append(step)
    assert not [refusal for step in seen for refusal in step.refused]
    assert seen[-1].subnet.n == 7
    assert len({tuple(step.outcome.incentive.tolist()) for step in seen}) > 4


def test_commits_and_reveals_agree_as_well():
    acts = [
        Register(block=22),
        Weigh(uid=1, row=row((3, 1, 0, 1), first=3), block=25, hashed=True),
        Weigh(uid=2, row=row((1, 1, 1, 1), first=3), block=27, hashed=True),
        Reveal(uid=1, block=44),
        Reveal(uid=2, block=45),
        Weigh(uid=1, row=row((0, 0, 1, 1), first=3), block=65, hashed=True),
        Register(block=70),  # takes uid 6 while a commit on it is sealed
        Weigh(uid=1, row=row((0, 1, 1), first=3), block=83, hashed=True),
        Reveal(uid=1, block=105),
    ]
    twins = Twins("demo", MaxAllowedUids=7, ImmunityPeriod=60)
    seen = []
    for chain, laboratory, step in twins.compare(acts, epochs=8):
        assert chain == laboratory, f"epoch {step.epoch} at block {step.block}"
        seen.append(step)
    assert not [refusal for step in seen for refusal in step.refused]
    assert seen[-1].subnet.block_at_registration[6] == 70
    assert any(step.outcome.incentive[6] for step in seen[1:])
