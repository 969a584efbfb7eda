import pytest

from taokit.dendrite import Reply, Summary, Timings
from taokit.errors import TimedOut
from taokit.protocol import Synapse


def reply(outcome="ok", seconds=0.0, size=0, sent=0):
    error = None if outcome == "ok" else TimedOut()
    return Reply(
        uid=0, hotkey="5H", message=Synapse(), outcome=outcome, status=200, error=error,
        timings=Timings(total=seconds), size=size, sent=sent,
    )  # fmt: skip


def test_a_round_in_numbers():
    replies = [reply(seconds=number / 100, size=10, sent=1) for number in range(100, 0, -1)]
    summary = Summary.of([*replies, reply("timeout", 12.0, sent=1), reply("timeout", 12.0, sent=1)], 12.0)
    assert (summary.asked, summary.outcomes) == (102, {"ok": 100, "timeout": 2})
    assert (summary.p50, summary.p99) == pytest.approx((0.50, 0.99))
    assert (summary.received, summary.sent) == (1000, 102)
    assert str(summary) == (
        "asked 102 in 12.000 s: 100 ok, 2 timeout; p50 0.500 s, p99 0.990 s; 1000 bytes in, 102 out"
    )


def test_a_round_without_a_good_answer_has_no_quantiles():
    summary = Summary.of([reply("timeout")], 1.0)
    assert (summary.p50, summary.p99) == (None, None)
    assert str(summary) == "asked 1 in 1.000 s: 1 timeout; 0 bytes in, 0 out"


@pytest.mark.parametrize("count", [1, 2, 3, 99, 100, 101, 256])
def test_a_quantile_is_a_value_that_occurred_and_has_enough_below_it(count):
    summary = Summary.of([reply(seconds=float(number)) for number in range(1, count + 1)], 1.0)
    for value, share in ((summary.p50, 0.5), (summary.p99, 0.99)):
        assert value == int(value)
        assert value / count >= share > (value - 1) / count
