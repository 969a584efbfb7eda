import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.consensus import (
    Commit,
    after_batch_reveal,
    after_reveal,
    commit_hash,
    earliest_commit,
    read_timelock_payload,
    refuse_commit,
    refuse_reveal,
    reveal_round,
    timelock_payload,
    without_expired,
)
from taokit.errors import ConfigurationError, Malformed

from .worlds import recorded

COMMITS = recorded("chain")[0]["commits"]
KEY = bytes(range(32))


def weights(case):
    return {"uids": case["uids"], "values": case["values"], "version_key": int(case["version_key"])}


def test_hashes_and_payloads_agree_with_the_chains():
    for case in COMMITS:
        hotkey = bytes.fromhex(case["hotkey"])
        assert commit_hash(hotkey, case["index"], salt=case["salt"], **weights(case)).hex() == case["hash"]
        assert timelock_payload(hotkey, **weights(case)).hex() == case["timelock_payload"]


def test_payloads_read_back_with_and_without_the_sender():
    for case in COMMITS:
        payload = bytes.fromhex(case["timelock_payload"])
        read = read_timelock_payload(payload)
        assert (read.hotkey.hex(), list(read.uids), list(read.values)) == (case["hotkey"], case["uids"], case["values"])
        assert read.version_key == int(case["version_key"])
    older = read_timelock_payload(timelock_payload(KEY, uids=[1, 2], values=[3, 4], version_key=5)[33:])
    assert (older.hotkey, older.uids, older.values, older.version_key) == (None, (1, 2), (3, 4), 5)


@given(st.binary(max_size=60))
def test_any_bytes_read_as_weights_or_are_malformed(payload):
    with contextlib.suppress(Malformed):
        read_timelock_payload(payload)


def test_a_payload_cut_short_is_malformed():
    with pytest.raises(Malformed, match="20 bytes are no weights"):
        read_timelock_payload(timelock_payload(KEY, uids=[1], values=[3], version_key=5)[:20])


def test_a_length_beyond_two_to_the_thirty_is_malformed():
    with pytest.raises(Malformed):
        read_timelock_payload(b"\x03" + bytes(40))


def test_numbers_that_do_not_fit_are_refused():
    with pytest.raises(ConfigurationError, match="uid is 65536, outside 0 to 65535"):
        timelock_payload(KEY, uids=[65536], values=[1], version_key=0)
    with pytest.raises(ConfigurationError, match="a hotkey has 32 bytes, not 3"):
        timelock_payload(b"abc", uids=[], values=[], version_key=0)


def test_the_round_is_never_before_the_first():
    assert reveal_round(0, head=10, first=20) == 1


def queue(*epochs):
    return tuple(Commit(bytes([at]), epoch, 100 + at) for at, epoch in enumerate(epochs))


def test_a_reveal_is_early_or_late_but_for_one_epoch():
    refusals = [refuse_reveal(queue(5), b"\0", epoch=epoch, reveal_period=2) for epoch in (6, 7, 8)]
    assert refusals == ["RevealTooEarly", None, "RevealTooEarly"]
    assert refuse_reveal(queue(5), b"?", epoch=7, reveal_period=2) == "NoWeightsCommitFound"


def test_of_two_commits_with_one_hash_the_older_is_judged():
    twins = (Commit(b"x", 5, 1), Commit(b"x", 6, 2))
    assert refuse_reveal(twins, b"x", epoch=7, reveal_period=1) == "RevealTooEarly"


def test_a_single_reveal_takes_the_older_ones_with_it_and_a_batch_does_not():
    four = queue(4, 5, 5, 5)
    assert after_reveal(four, b"\2", epoch=6, reveal_period=1) == four[3:]
    assert after_batch_reveal(four, [b"\2"], epoch=6, reveal_period=1) == (four[1], four[3])


def test_ten_unexpired_commits_are_enough():
    assert refuse_commit(queue(*[5] * 10), 6, reveal_period=1) == "TooManyUnrevealedCommits"
    assert refuse_commit(queue(4, *[5] * 9), 6, reveal_period=1) is None
    assert without_expired(queue(4, 4), 6, reveal_period=1) == ()


def test_the_epoch_masks_by_the_earliest_commit_that_has_not_expired():
    assert earliest_commit(queue(4, 5), [150], epoch=6, reveal_period=1) == 101
    assert earliest_commit((), [150, 120], epoch=6, reveal_period=1) == 120
    assert earliest_commit(queue(4), [], epoch=6, reveal_period=1) is None
