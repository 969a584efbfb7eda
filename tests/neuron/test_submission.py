"""A vector of weights on its way, as a value."""

from dataclasses import replace

import pytest

from taokit.neuron.submission import Submission, View

NEW = Submission(
    netuid=1, mechanism=0, epoch=7, made=700, uids=(0, 1, 2), values=(0, 65535, 655), salt=(1, 2, 3), version_key=0,
    stage="committing",
)  # fmt: skip
SEEN = View(block=700, epoch=7, reveal_period=1, commits=(), row=(), last_update=0)


@pytest.mark.parametrize("stage", ["setting", "committing", "committed", "revealing", "locking", "locked"])
def test_a_file_reads_back(stage):
    it = replace(NEW, stage=stage, sent=3, commit_epoch=7)
    assert Submission.from_json(it.to_json()) == it


def test_what_was_sent_is_pending_until_its_nonce_is_spent_or_no_block_can_hold_it():
    assert not NEW.pending(SEEN)
    it = replace(NEW, sent=700, nonce=5, expires=716)
    assert it.pending(replace(SEEN, nonce=5))
    assert it.pending(replace(SEEN, block=714, nonce=5))  # block 715 may hold it
    assert not it.pending(replace(SEEN, block=715, nonce=5))
    assert not it.pending(replace(SEEN, nonce=6))


def test_a_neuron_that_never_set_weights_meets_no_rate_limit():
    assert replace(SEEN, rate_limit=100).free_from == 0
    assert replace(SEEN, rate_limit=100, last_update=650).free_from == 750
