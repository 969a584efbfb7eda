"""The life of one vector of weights, decided from values alone."""

from dataclasses import replace

import pytest

from taokit.chain import WeightCommit
from taokit.chain.beacon import TimelockedCommit
from taokit.neuron.advancing import (
    AGAIN,
    LIFETIME,
    SETTLED,
    Anew,
    Dropped,
    Landed,
    Send,
    Settled,
    Wait,
    advance,
    lifetime,
)
from taokit.neuron.submission import Submission, View

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


@pytest.mark.parametrize(("stage", "end"), [("setting", Anew), ("committing", Anew), ("committed", Dropped)])
@pytest.mark.parametrize(("uid", "block", "lost"), [(1, 701, True), (1, 700, False), (0, 701, False)])
def test_weights_for_a_uid_that_changed_hands_go_no_further(stage, end, uid, block, lost):
    """Uid 1 gets weight, uid 0 gets none; the weights were made at block 700."""
    it = replace(NEW, stage=stage, commit_epoch=7, salt=() if stage == "setting" else NEW.salt)
    commits = (COMMIT,) if stage == "committed" else ()
    _, step = advance(it, seen(720, epoch=7, commits=commits, registered={uid: block}), HOTKEY)
    assert isinstance(step, end) is lost


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


def test_what_was_sent_is_sent_again_under_its_nonce_for_as_long_as_the_chain_waits_for_that():
    it, step = advance(NEW, replace(seen(700), nonce=5), HOTKEY)
    assert (it.nonce, it.expires, step.lives) == (5, 700 + LIFETIME, LIFETIME)
    for block in range(701, 700 + AGAIN):
        assert advance(it, replace(seen(block), nonce=5), HOTKEY) == (it, Wait("its commit to get into a block"))
    again, step = advance(it, replace(seen(700 + AGAIN), nonce=5), HOTKEY)
    assert isinstance(step, Send)
    assert (again.nonce, again.sent, again.expires) == (5, 700 + AGAIN, 700 + AGAIN + LIFETIME)


def test_another_nonce_is_used_when_that_one_is_spent_or_what_bore_it_can_no_longer_get_in():
    it, _ = advance(NEW, replace(seen(700), nonce=5), HOTKEY)
    spent, step = advance(it, replace(seen(704), nonce=6), HOTKEY)
    assert isinstance(step, Send)
    assert spent.nonce == 6
    for block in range(704, 700 + LIFETIME - 1):  # something before it was lost: it cannot get in, and still might
        assert isinstance(advance(it, replace(seen(block), nonce=4), HOTKEY)[1], Wait)
    over, step = advance(it, replace(seen(700 + LIFETIME - 1), nonce=4), HOTKEY)
    assert isinstance(step, Send)
    assert over.nonce == 4


def test_nonces_of_others_under_way_are_left_alone():
    it, _ = advance(NEW, replace(seen(700), nonce=5, taken=frozenset({5, 6, 8})), HOTKEY)
    assert it.nonce == 7


@pytest.mark.parametrize(("left", "lives"), [(None, 16), (90, 16), (16, 16), (15, 8), (8, 8), (7, 4), (4, 4), (1, 4)])
def test_a_commit_lives_no_longer_than_its_epoch(left, lives):
    assert lifetime(left) == lives
    it, step = advance(NEW, replace(seen(700), left=left), HOTKEY)
    assert step.lives == lives
    assert it.expires == 700 + lives


def test_a_commit_is_not_sent_again_where_it_could_get_into_another_epoch():
    it, _ = advance(NEW, replace(seen(700), left=8), HOTKEY)
    assert isinstance(advance(it, replace(seen(704), left=4), HOTKEY)[1], Send)
    assert isinstance(advance(it, replace(seen(705), left=3), HOTKEY)[1], Wait)
    assert isinstance(advance(it, replace(seen(708), epoch=8), HOTKEY)[1], Dropped)


@pytest.mark.parametrize("stage", ["setting", "committing", "locking"])
def test_nothing_is_sent_while_the_rate_limit_or_the_version_would_refuse_it(stage):
    it = replace(NEW, stage=stage, sealed="00", round=9)
    for block in range(700, 709):
        _, step = advance(it, replace(seen(block, last_update=610), rate_limit=100), HOTKEY)
        assert isinstance(step, Wait)
        assert "710" in step.reason
    assert isinstance(advance(it, replace(seen(709, last_update=610), rate_limit=100), HOTKEY)[1], Send)
    assert isinstance(advance(it, replace(seen(700), rate_limit=100), HOTKEY)[1], Send)  # never set anything
    _, step = advance(it, replace(seen(700), version=12), HOTKEY)
    assert isinstance(step, Wait)
    assert "12" in step.reason


def test_a_reveal_meets_no_rate_limit():
    it = replace(NEW, stage="committed", commit_epoch=7)
    view = replace(seen(720, epoch=8, commits=(COMMIT,), last_update=702), rate_limit=100)
    assert isinstance(advance(it, view, HOTKEY)[1], Send)


@pytest.mark.parametrize(
    ("stage", "form", "anew"),
    [
        ("setting", "plain", False), ("setting", "hash", True), ("setting", "timelock", True),
        ("committing", "plain", True), ("committing", "hash", False), ("committing", "timelock", False),
        ("locking", "plain", True), ("locking", "hash", True), ("locking", "timelock", False),
    ],
)  # fmt: skip
def test_weights_in_a_form_that_the_chain_no_longer_takes_are_made_anew_once_nothing_of_them_can_get_in(
    stage, form, anew
):
    it, _ = advance(replace(NEW, stage=stage, sealed="00", round=9), seen(700), HOTKEY)
    _, step = advance(it, replace(seen(710), form=form), HOTKEY)
    assert isinstance(step, Wait if anew else Send)
    _, step = advance(it, replace(seen(700 + LIFETIME - 1), form=form), HOTKEY)
    assert isinstance(step, Anew if anew else Send)


def test_weights_locked_to_a_round_that_is_out_are_sealed_anew():
    it = replace(NEW, stage="locking", sealed="00", round=9)
    assert isinstance(advance(it, replace(seen(700), pulse=8), HOTKEY)[1], Send)
    assert isinstance(advance(it, replace(seen(700), pulse=9), HOTKEY)[1], Anew)


def test_a_commit_that_a_fork_took_away_is_sent_again_under_its_nonce():
    it, _ = advance(NEW, replace(seen(700), nonce=5), HOTKEY)
    it, _ = advance(it, replace(seen(702, commits=(COMMIT,)), nonce=6), HOTKEY)
    assert it.stage == "committed"
    same = replace(seen(704, row=NEW.stored()), nonce=5)  # the weights on chain may happen to be the same
    again, step = advance(it, same, HOTKEY)
    assert isinstance(step, Send)
    assert (again.stage, again.nonce, again.commit_epoch) == ("committing", 5, None)


def test_a_timelocked_commit_that_a_fork_took_away_is_sent_again():
    it, _ = advance(LOCKED, replace(looked(700), nonce=5), HOTKEY)
    it, _ = advance(it, replace(looked(702, locked=(LOCK,)), nonce=6), HOTKEY)
    again, step = advance(it, replace(looked(704), nonce=5), HOTKEY)
    assert isinstance(step, Send)
    assert (again.stage, again.nonce) == ("locking", 5)


def test_weights_that_landed_are_looked_after_until_no_fork_can_lose_them():
    it, _ = advance(replace(NEW, stage="setting", salt=()), seen(700), HOTKEY)
    it, step = advance(it, seen(701, row=NEW.stored(), last_update=701), HOTKEY)
    assert (step, it.landed) == (Landed(701), 701)
    for block in range(702, 701 + SETTLED):
        assert advance(it, seen(block, row=NEW.stored(), last_update=701), HOTKEY) == (it, Wait(""))
    assert advance(it, seen(701 + SETTLED, row=NEW.stored(), last_update=701), HOTKEY)[1] == Settled()
    assert advance(it, seen(703, row=((0, 65535),), last_update=703), HOTKEY)[1] == Settled()  # newer ones
    again, step = advance(it, seen(705, last_update=650), HOTKEY)
    assert isinstance(step, Send)
    assert again.landed is None


def test_a_reveal_that_a_fork_took_away_is_sent_again():
    it = replace(NEW, stage="revealing", commit_epoch=7, sent=720, nonce=6, expires=736)
    it, _ = advance(it, replace(seen(721, epoch=8, row=NEW.stored()), nonce=7), HOTKEY)
    assert it.landed == 721
    again, step = advance(it, replace(seen(724, epoch=8, commits=(COMMIT,)), nonce=6), HOTKEY)
    assert isinstance(step, Send)
    assert (again.stage, again.nonce, again.landed) == ("revealing", 6, None)


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
    it = replace(NEW, stage="revealing", commit_epoch=7, sent=720, nonce=0, expires=736)
    _, step = advance(it, seen(720 + AGAIN - 1, epoch=8, commits=(COMMIT,)), HOTKEY)
    assert isinstance(step, Wait)
    _, step = advance(it, seen(720 + AGAIN, epoch=8, commits=(COMMIT,)), HOTKEY)
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
    assert (it.stage, it.commit_epoch) == ("locked", 7)
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
    for block in range(701, 700 + AGAIN):
        assert advance(it, looked(block), HOTKEY) == (it, Wait("its commit to get into a block"))
    again, step = advance(it, looked(700 + AGAIN), HOTKEY)
    assert isinstance(step, Send)
    assert (again.sealed, again.nonce) == (it.sealed, it.nonce)
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
    assert isinstance(step, Anew)
    _, step = advance(LOCKED, looked(702, locked=(LOCK,), **changed), HOTKEY)
    assert isinstance(step, Wait)


def test_a_mechanisms_timelocked_commit_names_it():
    _, step = advance(replace(LOCKED, mechanism=1), looked(700), HOTKEY)
    assert (step.call.function, step.call.args["mecid"]) == ("commit_timelocked_mechanism_weights", 1)
