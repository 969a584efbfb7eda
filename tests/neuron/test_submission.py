"""The life of one vector of weights, decided from values alone."""

from dataclasses import replace

import pytest

from taokit.chain import WeightCommit
from taokit.chain.beacon import TimelockedCommit
from taokit.neuron.submission import LIFETIME, Dropped, Landed, Send, Submission, View, Wait, advance

HOTKEY = bytes(range(32))
NEW = Submission(
    netuid=1, mechanism=0, epoch=7, made=700, uids=(0, 1, 2), values=(0, 65535, 655), salt=(1, 2, 3), version_key=0,
    stage="committing",
)  # fmt: skip
COMMIT = WeightCommit(NEW.hash(HOTKEY), 7, 702)


def seen(block=701, epoch=7, commits=(), row=(), last_update=0, registered=None):
    return View(
        block=block, epoch=epoch, reveal_period=1, commits=commits, row=row, last_update=last_update,
        registered=registered or {},
    )  # fmt: skip


@pytest.mark.parametrize("stage", ["setting", "committing", "committed"])
@pytest.mark.parametrize(("uid", "block", "lost"), [(1, 701, True), (1, 700, False), (0, 701, False)])
def test_weights_for_a_uid_that_changed_hands_go_no_further(stage, uid, block, lost):
    """Uid 1 gets weight, uid 0 gets none; the weights were made at block 700."""
    it = replace(NEW, stage=stage, commit_epoch=7, salt=() if stage == "setting" else NEW.salt)
    commits = (COMMIT,) if stage == "committed" else ()
    _, step = advance(it, seen(720, epoch=7, commits=commits, registered={uid: block}), HOTKEY)
    assert isinstance(step, Dropped) is lost


def test_the_whole_way_by_commit_and_reveal():
    it, step = advance(NEW, seen(700), HOTKEY)
    assert isinstance(step, Send)
    assert (step.call.function, step.call.args["commit_hash"]) == ("commit_weights", NEW.hash(HOTKEY))
    it, step = advance(it, seen(701), HOTKEY)
    assert isinstance(step, Wait)
    it, step = advance(it, seen(702, commits=(COMMIT,)), HOTKEY)
    assert it.stage == "committed"
    assert step == Wait("epoch 8, to reveal what it committed in epoch 7")
    it, step = advance(it, seen(720, epoch=8, commits=(COMMIT,)), HOTKEY)
    assert isinstance(step, Send)
    assert step.call.function == "reveal_weights"
    assert step.call.args["salt"] == [1, 2, 3]
    _, step = advance(it, seen(721, epoch=8, row=NEW.stored()), HOTKEY)
    assert step == Landed(721)


def test_what_was_sent_is_sent_again_only_when_it_can_no_longer_get_in():
    it, _ = advance(NEW, seen(700), HOTKEY)
    for block in range(701, 700 + LIFETIME):
        again, step = advance(it, seen(block), HOTKEY)
        assert isinstance(step, Wait)
        assert again == it
    _, step = advance(it, seen(700 + LIFETIME), HOTKEY)
    assert isinstance(step, Send)


def test_a_commit_that_cannot_get_in_before_the_epoch_ends_is_dropped():
    it, _ = advance(NEW, seen(700), HOTKEY)
    _, step = advance(it, seen(700 + LIFETIME, epoch=8), HOTKEY)
    assert isinstance(step, Dropped)


def test_a_commit_that_got_in_late_is_revealed_by_the_epoch_that_the_chain_filed_it_under():
    it, _ = advance(NEW, seen(700), HOTKEY)
    late = replace(COMMIT, epoch=8)
    it, step = advance(it, seen(712, epoch=8, commits=(late,)), HOTKEY)
    assert step == Wait("epoch 9, to reveal what it committed in epoch 8")


def test_a_reveal_whose_time_has_passed_is_dropped():
    it = replace(NEW, stage="committed", commit_epoch=7)
    _, step = advance(it, seen(1500, epoch=9, commits=(COMMIT,)), HOTKEY)
    assert isinstance(step, Dropped)


def test_a_lost_reveal_is_sent_again_within_its_epoch():
    it = replace(NEW, stage="revealing", commit_epoch=7, sent=720)
    _, step = advance(it, seen(725, epoch=8, commits=(COMMIT,)), HOTKEY)
    assert isinstance(step, Wait)
    _, step = advance(it, seen(720 + LIFETIME, epoch=8, commits=(COMMIT,)), HOTKEY)
    assert isinstance(step, Send)


def test_a_commit_that_left_the_chain_without_its_row_is_not_called_landed():
    it = replace(NEW, stage="revealing", commit_epoch=7, sent=720)
    _, step = advance(it, seen(725, epoch=8, row=((0, 65535),)), HOTKEY)
    assert isinstance(step, Dropped)


def test_plain_weights_land_when_the_row_is_there_and_newer():
    it, step = advance(replace(NEW, stage="setting", salt=()), seen(700), HOTKEY)
    assert isinstance(step, Send)
    assert step.call.function == "set_weights"
    _, step = advance(it, seen(701, row=NEW.stored(), last_update=600), HOTKEY)
    assert isinstance(step, Wait)
    _, step = advance(it, seen(701, row=NEW.stored(), last_update=701), HOTKEY)
    assert step == Landed(701)


@pytest.mark.parametrize("stage", ["setting", "committing", "committed", "revealing", "locking", "locked"])
def test_a_file_reads_back(stage):
    it = replace(NEW, stage=stage, sent=3, commit_epoch=7)
    assert Submission.from_json(it.to_json()) == it


def test_a_mechanism_has_calls_of_its_own():
    _, step = advance(replace(NEW, mechanism=1), seen(700), HOTKEY)
    assert (step.call.function, step.call.args["mecid"]) == ("commit_mechanism_weights", 1)


def test_plain_weights_that_never_got_in_are_given_up_when_the_epoch_after_theirs_has_passed():
    it, _ = advance(replace(NEW, stage="setting", salt=()), seen(700), HOTKEY)
    _, step = advance(it, seen(800, epoch=8), HOTKEY)
    assert isinstance(step, Send)
    _, step = advance(it, seen(1100, epoch=9), HOTKEY)
    assert isinstance(step, Dropped)


@pytest.mark.parametrize("period", [1, 2, 3])
def test_the_reveal_is_due_in_one_epoch_exactly(period):
    it = replace(NEW, stage="committed", commit_epoch=7)
    for epoch in range(7, 7 + period + 2):
        _, step = advance(it, replace(seen(epoch=epoch, commits=(COMMIT,)), reveal_period=period), HOTKEY)
        due = 7 + period
        assert isinstance(step, Send if epoch == due else Wait if epoch < due else Dropped), epoch


def test_every_call_of_a_mechanism_names_it():
    commit = WeightCommit(replace(NEW, mechanism=1).hash(HOTKEY), 7, 702)
    plain, revealing = replace(NEW, mechanism=1, stage="setting"), replace(NEW, mechanism=1, stage="revealing")
    for it, view, function in (
        (plain, seen(700), "set_mechanism_weights"),
        (replace(revealing, commit_epoch=7), seen(720, epoch=8, commits=(commit,)), "reveal_mechanism_weights"),
    ):
        _, step = advance(it, view, HOTKEY)
        assert (step.call.function, step.call.args["mecid"]) == (function, 1)


def test_a_commit_under_way_when_its_epoch_ends_may_still_get_in():
    it, _ = advance(NEW, seen(700), HOTKEY)
    _, step = advance(it, seen(705, epoch=8), HOTKEY)
    assert isinstance(step, Wait)


LOCKED = replace(NEW, stage="locking", salt=(), sealed=b"sealed".hex(), round=99)
LOCK = TimelockedCommit(b"sealed", 99, 7, 702)


def looked(block, **seen_then):
    locked = seen_then.pop("locked", ())
    return replace(seen(block, **seen_then), locked=locked)


def test_the_whole_way_under_a_timelock():
    it, step = advance(LOCKED, looked(700), HOTKEY)
    assert isinstance(step, Send)
    assert step.call.function == "commit_timelocked_weights"
    assert (step.call.args["commit"], step.call.args["reveal_round"]) == (b"sealed", 99)
    assert step.call.args["commit_reveal_version"] == 4
    it, step = advance(it, looked(701), HOTKEY)
    assert isinstance(step, Wait)
    it, step = advance(it, looked(702, locked=(LOCK,)), HOTKEY)
    assert (it.stage, it.sent, it.commit_epoch) == ("locked", None, 7)
    assert step == Wait("the chain to reveal it in epoch 8, when round 99 of the beacon is out")
    assert not it.opens(looked(710))
    it, step = advance(it, looked(720, epoch=8, locked=(LOCK,)), HOTKEY)
    assert isinstance(step, Wait)
    assert it.opens(looked(720, epoch=8))
    _, step = advance(it, looked(723, epoch=8, row=LOCKED.stored()), HOTKEY)
    assert step == Landed(723)


def test_a_timelocked_commit_that_left_the_chain_without_its_row_is_lost():
    it = replace(LOCKED, stage="locked", commit_epoch=7)
    _, step = advance(it, looked(740, epoch=8, row=((0, 65535),)), HOTKEY)
    assert isinstance(step, Dropped)
    assert "99" in step.reason


def test_a_timelocked_commit_is_sent_once_as_long_as_it_can_get_in():
    it, _ = advance(LOCKED, looked(700), HOTKEY)
    for block in range(701, 700 + LIFETIME):
        assert advance(it, looked(block), HOTKEY) == (it, Wait("its commit to get into a block"))
    again, step = advance(it, looked(700 + LIFETIME), HOTKEY)
    assert isinstance(step, Send)
    assert again.sealed == it.sealed
    _, step = advance(it, looked(700 + LIFETIME, epoch=8), HOTKEY)
    assert isinstance(step, Dropped)


def test_whoever_was_away_while_it_was_revealed_finds_it_landed():
    it, _ = advance(LOCKED, looked(700), HOTKEY)
    _, step = advance(it, looked(900, epoch=9, row=LOCKED.stored(), last_update=702), HOTKEY)
    assert step == Landed(900)
    _, step = advance(it, looked(900, epoch=9, row=LOCKED.stored(), last_update=650), HOTKEY)
    assert isinstance(step, Dropped)


def test_weights_for_a_newcomer_are_not_locked_any_more_but_those_that_are_cannot_be_stopped():
    changed = {"registered": {1: 701}}
    _, step = advance(LOCKED, looked(702, **changed), HOTKEY)
    assert isinstance(step, Dropped)
    _, step = advance(LOCKED, looked(702, locked=(LOCK,), **changed), HOTKEY)
    assert isinstance(step, Wait)


def test_a_mechanisms_timelocked_commit_names_it():
    _, step = advance(replace(LOCKED, mechanism=1), looked(700), HOTKEY)
    assert (step.call.function, step.call.args["mecid"]) == ("commit_timelocked_mechanism_weights", 1)
