"""The laboratory's subnet that mints and pays, against the same subnet on the embedded chain: every number alike."""

import pytest

from taokit.lab.acts import Change, Flow, Register, Reveal, Weigh
from taokit.lab.behaviours import row

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
    seen = agreeing(twins, ACTS, epochs=12)
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
    seen = agreeing(twins, acts, epochs=8)
    assert seen[-1].subnet.block_at_registration[6] == 70
    assert any(step.outcome.incentive[6] for step in seen[1:])


def test_several_mechanisms_and_their_split_agree():
    acts = [
        Change(name="mechanism_count", value=2, block=22),
        Weigh(uid=1, row=row((3, 1, 0), first=3), block=25),
        Weigh(uid=2, row=row((1, 1, 1), first=3), block=27, mechanism=1),
        Change(name="split", value=(50_000, 15_535), block=43),
        Weigh(uid=1, row=row((0, 1, 5), first=3), block=46, mechanism=1),
        Register(block=70),
        Weigh(uid=2, row=row((0, 0, 1, 2), first=3), block=75),
        Change(name="split", value=(65_535,), block=82),  # the second mechanism gets nothing
        Register(block=96),  # takes the uid of the miner that is pruned, on both
        Change(name="split", value=None, block=102),
        Weigh(uid=2, row=row((1, 2, 3, 4), first=3), block=105, mechanism=1),
        Change(name="mechanism_count", value=1, block=142),
        Change(name="mechanism_count", value=2, block=162),  # anew, with nothing in it
    ]
    twins = Twins("subnet", MaxAllowedUids=7, ImmunityPeriod=30, Yuma3On=True)
    seen = agreeing(twins, acts, epochs=11)
    assert [len(step.turns) for step in seen][-5:] == [2, 1, 2, 2, 2]
    assert len({tuple(turn.part for turn in step.turns) for step in seen}) > 3
    assert any(step.turns[1].outcome.incentive.any() for step in seen if len(step.turns) == 2)


@pytest.mark.parametrize("period", [1, 2, 3])
def test_commits_of_two_mechanisms_agree_under_every_delay(period):
    acts = [
        Change(name="mechanism_count", value=2, block=22),
        *(
            Weigh(uid=uid, row=row((uid, mechanism, epoch), first=3), block=at, hashed=True, mechanism=mechanism)
            for epoch in range(3)
            for uid in (1, 2)
            for mechanism in (0, 1)
            for at in (30 + 20 * period * epoch,)
        ),
        *(
            Reveal(uid=uid, block=28 + 20 * period * (epoch + 1), mechanism=mechanism)
            for epoch in range(3)
            for uid in (1, 2)
            for mechanism in (0, 1)
        ),
    ]
    acts.sort(key=lambda act: (act.block, isinstance(act, Weigh)))
    seen = agreeing(Twins("demo", MaxAllowedUids=7, RevealPeriodEpochs=period), acts, epochs=4 * period + 3)
    assert len({str(step.turns[-1].outcome.incentive.tolist()) for step in seen[1:]}) > 3


def test_stake_that_leaves_agrees():
    acts = [
        Weigh(uid=1, row=row((3, 1, 0), first=3), block=25),
        Weigh(uid=2, row=row((1, 1, 1), first=3), block=27),
        Flow(uid=2, alpha=-1500 * 10**9, block=50),
        Flow(uid=1, alpha=-3_000_000_001, block=51),
    ]
    seen = agreeing(Twins("subnet"), acts, epochs=5)
    assert seen[1].combined.stake_weight[2] > seen[1].combined.stake_weight[1]
    assert seen[-1].combined.stake_weight[2] < seen[-1].combined.stake_weight[1]


def agreeing(twins, acts, *, epochs):
    """The laboratory's epochs, every one of which is the chain's."""
    seen = []
    for chain, laboratory, step in twins.compare(acts, epochs=epochs):
        assert chain == laboratory, f"epoch {step.epoch} at block {step.block}"
        seen.append(step)
    assert not [refusal for step in seen for refusal in step.refused]
    return seen
