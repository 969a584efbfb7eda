from types import SimpleNamespace

import pytest

from taokit.chain import Status
from taokit.devnet.pool import AHEAD, CAPACITY, Pool, Submission, refuse_stale
from taokit.errors import PoolRefused


def extrinsic(nonce=0, signer=b"a", data=b"x"):
    return SimpleNamespace(nonce=nonce, signer=signer, data=data)


def admit(pool, made, next_nonce):
    pool.refuse_known(made)
    refuse_stale(made, next_nonce)
    pool.refuse_excess(made, next_nonce)


def put(pool, **kwargs):
    made = extrinsic(**kwargs)
    admit(pool, made, 0)
    submission = Submission(made, None)
    pool.add(submission, 0)
    return submission


def code(pool, made, next_nonce=0):
    with pytest.raises(PoolRefused) as caught:
        admit(pool, made, next_nonce)
    return caught.value.code, caught.value.name


def test_order_is_by_signer_and_nonce():
    pool = Pool()
    for signer, nonce in [(b"b", 0), (b"a", 1), (b"a", 0)]:
        put(pool, signer=signer, nonce=nonce)
    assert [(one.extrinsic.signer, one.extrinsic.nonce) for one in pool.in_order()] == [(b"a", 0), (b"a", 1), (b"b", 0)]


def test_what_came_into_a_block_by_itself_takes_no_other_with_its_nonce_along():
    pool = Pool()
    waiting, other = put(pool), Submission(extrinsic(data=b"y"), None)
    pool.remove(other, Status("in_block", bytes(32)))
    assert list(pool) == [waiting]
    assert [one.kind for one in other.statuses] == ["in_block"]


def test_a_used_nonce_is_stale():
    assert code(Pool(), extrinsic(nonce=2), next_nonce=3) == (1010, "Stale")


def test_the_same_bytes_again_and_others_with_the_same_nonce():
    pool = Pool()
    put(pool)
    assert code(pool, extrinsic()) == (1013, "AlreadyImported")
    assert code(pool, extrinsic(data=b"y")) == (1014, "TooLowPriority")


def test_neither_the_pool_nor_the_queue_of_one_signer_grows_without_bound():
    pool = Pool()
    assert code(pool, extrinsic(nonce=AHEAD + 1)) == (1016, "ImmediatelyDropped")
    for number in range(CAPACITY):
        put(pool, signer=number.to_bytes(4, "big"))
    assert code(pool, extrinsic(signer=b"late")) == (1016, "ImmediatelyDropped")


def test_clearing_tells_everybody():
    pool = Pool()
    submission = put(pool)
    pool.clear()
    assert len(pool) == 0
    assert [status.kind for status in submission.told()] == ["ready", "dropped"]
    assert submission.done
