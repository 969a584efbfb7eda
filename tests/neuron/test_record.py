import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from graphs import graph
from taokit.dendrite import Reply, Timings
from taokit.errors import (
    BadAnswer,
    ConfigurationError,
    Disconnected,
    LocalError,
    NotAsked,
    NotServed,
    TaokitError,
    TimedOut,
    Unreachable,
)
from taokit.metagraph import to_bytes
from taokit.neuron.record import MOST_QUESTIONS, RoundRecord, from_lines, to_lines
from taokit.protocol import Part, Question, Synapse, Tensor, outcome


class Point(Part):
    x: float = 0.0
    raw: bytes = b""


class Everything(Synapse):
    text: str
    points: list[Point] = Question(default_factory=list)
    array: Tensor | None = Question(None)
    reply: bytes | None = None


KINDS = {"Everything": Everything}
ERRORS = [
    None, NotServed("busy", status=503), BadAnswer("odd"), TimedOut("late"), Disconnected("cut"), Unreachable("gone"),
    NotAsked("left alone"),
]  # fmt: skip


def reply(uid, error=None):
    array = np.array([[1.5, 2.5]], dtype=np.float32)
    message = Everything(text="wörd\u2028", points=[Point(x=0.1, raw=b"\x00\xff")], array=array, reply=b"\xfe")
    message.timeout = 3.0
    message.axon.process_time, message.dendrite.status_code = 0.25, 200
    said = outcome(error)
    return Reply(
        uid=uid, hotkey=f"5H{uid}", message=message, outcome=said.word, status=said.status, error=error,
        timings=Timings(queue=0.1, connect=None, first_byte=0.2, total=0.3), size=7, sent=8, format="legacy",
        signed=True, tries=2,
    )  # fmt: skip


def record(**changes):
    chance = random.Random(5)
    before = chance.getstate()
    chance.random()
    return RoundRecord(
        **{
            "number": 12, "epoch": 3, "metagraph": graph("a", "b", "c"), "uids": (1, 2),
            "asked": (tuple(reply(uid, error) for uid, error in enumerate(ERRORS)), (reply(1),)),
            "before": before, "after": chance.getstate(), "scores": {1: 0.1, 2: 1 / 3}, "validator": "m:V", **changes,
        }
    )  # fmt: skip


def lines(**changes):
    return [line + b"\n" for line in to_lines(record(**changes))]


def test_a_record_comes_back_as_it_was():
    read, written = from_lines(lines(), KINDS), record()
    assert to_bytes(read.metagraph) == to_bytes(written.metagraph)
    names = ("number", "epoch", "uids", "before", "after", "scores", "validator", "organic")
    assert [getattr(read, name) for name in names] == [getattr(written, name) for name in names]
    for there, here in zip(sum(read.asked, ()), sum(written.asked, ()), strict=True):
        assert (type(there.error), str(there.error)) == (type(here.error), str(here.error))
        assert there.timings == here.timings
        assert there.message.ends == here.message.ends
        assert np.array_equal(there.message.array, here.message.array)
        plain = {"error": None, "message": None}
        assert replace(there, **plain) == replace(here, **plain)
        for name in ("text", "points", "reply"):
            assert getattr(there.message, name) == getattr(here.message, name)


def test_the_chance_goes_on_where_it_was():
    read, chance = from_lines(lines(), KINDS), random.Random(0)
    chance.setstate(read.after)
    expected = random.Random(5)
    expected.random()
    assert chance.random() == expected.random()


@pytest.mark.parametrize("scores", [None, {}])
def test_a_round_without_scores_says_so(scores):
    assert from_lines(lines(scores=scores), KINDS).scores == scores


@pytest.mark.parametrize("kept", range(10))
def test_a_cut_record_names_the_line(kept):
    whole = lines()
    assert len(whole) == 10
    with pytest.raises(ConfigurationError, match="line 1" if kept == 0 else f"cut short after line {kept}") as caught:
        from_lines(whole[:kept], KINDS)
    assert caught.value.hint


@pytest.mark.parametrize("number", range(10))
def test_a_cut_line_is_named(number):
    whole = lines()
    with pytest.raises(ConfigurationError, match=f"line {number + 1}: no JSON, or cut short"):
        from_lines([*whole[:number], whole[number][: len(whole[number]) // 2]], KINDS)


def spoiled(number, **changes):
    whole = lines()
    whole[number] = json.dumps({**json.loads(whole[number]), **changes}).encode()
    return whole


SPOILED = {
    "another format": (spoiled(0, format="taokit.round/9"), "line 1: no record"),
    "no numbers": (spoiled(0, before=[3, [1, 2], None]), "line 1"),
    "no uids": (spoiled(0, uids=None), "line 1"),
    "more questions than a record holds": (spoiled(0, questions=10**9), "line 1: 1000000000 questions"),
    "fewer questions than none": (spoiled(0, questions=-1), "line 1: -1 questions"),
    "an endless number of questions": (spoiled(0, questions=math.inf), "line 1"),
    "no metagraph": (spoiled(0, metagraph={}), "line 1"),
    "an unknown outcome": (spoiled(2, outcome="great"), "line 3.*'great'"),
    "an unknown class": (spoiled(2, **{"class": "Other"}), "line 3.*'Other'"),
    "a message that does not fit": (spoiled(2, message={"text": 7}), "line 3"),
    "another question": (spoiled(2, question=9), "line 3: question 9 of 2"),
    "a negative question": (spoiled(2, question=-1), "line 3"),
    "a time with another name": (spoiled(2, timings={"speed": 1}), "line 3"),
    "another number of replies": (spoiled(9, replies=3), "line 10: 3 replies"),
    "scores of no number": (spoiled(9, scores={"1": "much"}), "line"),
    "a list": ([*lines()[:3], b"[1]\n"], "line 4: no JSON object"),
    "more after the end": ([*lines(), b"{}\n"], "line 11: something after"),
}


@pytest.mark.parametrize(("whole", "said"), SPOILED.values(), ids=SPOILED)
def test_what_does_not_read_is_named_by_its_line(whole, said):
    with pytest.raises(ConfigurationError, match=said):
        from_lines(whole, KINDS)


def test_questions_that_nobody_was_asked_are_kept_up_to_a_bound():
    assert from_lines(lines(asked=((),) * MOST_QUESTIONS), KINDS).asked == ((),) * MOST_QUESTIONS
    with pytest.raises(LocalError, match=f"{MOST_QUESTIONS + 1} questions"):
        lines(asked=((),) * (MOST_QUESTIONS + 1))


def test_a_value_that_json_cannot_carry_is_our_own_fault():
    odd = Everything.model_construct(text="x", points=[Point.model_construct(x=math.inf, raw=b"")], array=None)
    with pytest.raises(LocalError):
        lines(asked=((replace(reply(1), message=odd),),))
    assert issubclass(LocalError, TaokitError)
