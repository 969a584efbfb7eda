"""A small record of a round, for tests."""

import random

from graphs import graph
from taokit.dendrite import Reply, Timings
from taokit.neuron import RoundRecord
from taokit.protocol import Synapse


class Ask(Synapse):
    required_hash_fields = ("word",)

    word: str
    answer: str | None = None


def answered(uid, answer):
    return Reply(
        uid=uid, hotkey=f"5H{uid}", message=Ask(word="w", answer=answer), outcome="ok", status=200, error=None,
        timings=Timings(),
    )  # fmt: skip


def round_record(**changes):
    """A round in which uid 1 answered."""
    chance = random.Random(1).getstate()
    values = {
        "number": 1, "epoch": 1, "metagraph": graph("a", "b"), "uids": (1,), "asked": ((answered(1, "yes"),),),
        "before": chance, "after": chance, "scores": {1: 0.5}, "validator": "module:Class",
    }  # fmt: skip
    return RoundRecord(**{**values, **changes})
