import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import Schedule, advance, commit_epoch, first_reveal_block, reveal_round, storage_order
from taokit.errors import ConfigurationError

from .worlds import recorded


def test_reveals_agree_with_the_recorded_schedules():
    for case in recorded("chain")[0]["schedule"]:
        clock, head = Schedule(**case["schedule"]), case["head"]
        first = first_reveal_block(clock, head, reveal_period=case["reveal_period"])
        assert commit_epoch(clock, head) == case["commit_epoch"]
        assert first == case["first_reveal_block"]
        assert reveal_round(case["now"], head=head, first=first) == case["reveal_round"]


def walked(clock, head, reveal_period):
    """The same by going from block to block."""
    after = advance({1: clock}, head + 1).schedules[1]
    epoch, block = after.epoch_of(head + 1), head + 1
    while after.epoch_of(block) < epoch + reveal_period:
        block += 1
        after = advance({1: after}, block).schedules[1]
    return epoch, block


@given(
    st.integers(1, 30),
    st.integers(0, 60),
    st.integers(0, 40),
    st.sampled_from([0, 7, 50_380, 50_401]),
    st.integers(1, 3),
)
def test_the_jump_to_a_reveal_equals_walking_there(tempo, ago, pending, waited, period):
    head = 1000
    clock = Schedule(tempo, head - ago, head - 20 + pending if pending else 0, 5, waited)
    found = commit_epoch(clock, head), first_reveal_block(clock, head, reveal_period=period)
    assert found == walked(clock, head, period)


def test_the_safety_net_fires_whatever_the_tempo():
    clock = Schedule(tempo=65535, last_epoch_block=1000, blocks_since_last_step=50_400)
    assert advance({1: clock}, 51_401).ran == (1,)
    assert clock.next_epoch_block(51_400) == 51_401


def test_two_epochs_fit_a_block_and_the_third_waits_for_the_next():
    due = Schedule(tempo=10, last_epoch_block=0, epoch_index=3, blocks_since_last_step=9)
    first = advance({1: due, 2: due, 256: due, 0: due}, 10)
    assert (first.ran, first.put_off) == ((1, 256), (2,))
    assert first.schedules[1] == Schedule(10, 10, 0, 4, 0)
    assert first.schedules[2] == Schedule(10, 0, 11, 3, 10)
    assert first.schedules[2].epoch_of(10) == 4  # extrinsics of this block count as the coming epoch
    assert first.schedules[0] == due
    assert advance(first.schedules, 11).ran == (2,)


def test_a_broken_subnet_uses_its_slot_up_and_charges_no_cap():
    due = Schedule(tempo=10, last_epoch_block=0, blocks_since_last_step=9)
    step = advance({1: due, 2: due, 3: due}, 10, broken={1})
    assert (step.ran, step.skipped) == ((2, 3), (1,))
    assert step.schedules[1] == Schedule(10, 10, 0, 1, 10)


def test_the_firing_block_belongs_to_the_new_epoch_before_and_after():
    clock = Schedule(tempo=10, last_epoch_block=0, epoch_index=3)
    assert clock.epoch_of(10) == advance({1: clock}, 10).schedules[1].epoch_of(10) == 4


def test_storage_order_reads_netuids_from_their_low_byte():
    assert storage_order([0, 1, 2, 256, 257]) == [256, 1, 257, 2]


def test_a_new_tempo_starts_the_cycle_anew():
    assert Schedule(10, 5).with_tempo(20, 8) == Schedule(20, 8)


def test_tempo_zero_never_runs():
    assert not Schedule(0, 0).due(10**6)
    with pytest.raises(ConfigurationError, match="tempo 0"):
        Schedule(0, 0).next_epoch_block(5)
