import pytest

from taokit.errors import Busy, Replayed, Stale
from taokit.protocol import Replay


def key(nonce, format="btauth", sender="5A", uuid=""):
    return (format, sender, uuid, nonce)


def test_the_same_request_is_accepted_once():
    replay = Replay()
    replay.accept(key(1), now_ns=0, until_ns=10)
    with pytest.raises(Replayed):
        replay.accept(key(1), now_ns=10, until_ns=10)


@pytest.mark.parametrize("other", [key(2), key(1, format="legacy"), key(1, sender="5B"), key(1, uuid="u")])
def test_anything_that_differs_is_another_request(other):
    replay = Replay()
    replay.accept(key(1), now_ns=0, until_ns=10)
    replay.accept(other, now_ns=0, until_ns=10)
    assert len(replay) == 2


def test_what_is_stale_is_forgotten_and_what_is_fresh_never():
    replay = Replay(limit=2)
    replay.accept(key(1), now_ns=0, until_ns=10)
    replay.accept(key(2), now_ns=0, until_ns=20)
    with pytest.raises(Busy):
        replay.accept(key(3), now_ns=10, until_ns=30)
    replay.accept(key(3), now_ns=11, until_ns=30)
    with pytest.raises(Replayed):
        replay.accept(key(2), now_ns=11, until_ns=20)


def test_a_clock_that_goes_back_reopens_nothing():
    replay = Replay()
    replay.accept(key(1), now_ns=0, until_ns=10)
    replay.accept(key(2), now_ns=100, until_ns=110)
    with pytest.raises(Stale):
        replay.accept(key(1), now_ns=5, until_ns=10)
