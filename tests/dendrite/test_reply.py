from types import SimpleNamespace

from taokit.dendrite import Reply, Target, Timings
from taokit.errors import TimedOut
from taokit.metagraph import Endpoint
from taokit.protocol import Synapse


def reply(error, **changes):
    fields = {"uid": 1, "hotkey": "5Hot", "message": Synapse(), "outcome": "ok", "status": 200, "timings": Timings()}
    return Reply(**{**fields, "error": error, **changes})


def test_a_reply_with_an_error_has_no_synapse():
    good, bad = reply(None), reply(TimedOut("late"))
    assert (good.ok, good.synapse) == (True, good.message)
    assert (bad.ok, bad.synapse) == (False, None)


def test_replies_are_compared_without_their_timings():
    assert reply(None) == reply(None, timings=Timings(total=9.0))
    assert reply(None) != reply(None, status=201)


def test_a_target_is_where_the_metagraph_says():
    graph = SimpleNamespace(hotkeys=("5A", "5B"), endpoints=(Endpoint("1.2.3.4", 1), Endpoint("8.8.8.8", 8091)))
    assert Target.of(graph, 1) == Target(uid=1, hotkey="5B", ip="8.8.8.8", port=8091)
