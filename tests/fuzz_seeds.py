"""Honest requests and answers, from which fuzzers start."""

from __future__ import annotations

from functools import cache

import numpy as np

from signed_requests import epistula, legacy, signed
from taokit.protocol import dump_answer
from taokit.protocol.legacy import Envelope
from taokit.protocol.objects import write_object
from taokit.protocol.terminal import Terminal
from wire_classes import Echo, Nested, TensorAdd

ARRAY = np.arange(6, dtype="f4").reshape(2, 3)
QUESTIONS = (Echo(text="a \u00e9"), Nested(options={"a": [1, {"b": 1.5}]}, flags=[True]), TensorAdd(a=ARRAY, b=ARRAY))
ANSWERS = (Echo(text="x", reply="y"), Nested(total=1.5), TensorAdd(out=ARRAY))


@cache
def seeds(side: str) -> list[bytes]:
    """Inputs of one of the targets that it takes for honest."""
    if side == "request":
        formats = (signed, legacy, epistula)
        return [joined(n, make(one).headers, make(one).body) for n, one in enumerate(QUESTIONS) for make in formats]
    bodies = [dump_answer(one, binary=binary) for one in ANSWERS for binary in (False, True)]
    envelope = Envelope(name="Echo", timeout=12.0, dendrite=Terminal(), axon=Terminal())
    base = write_object({**vars(envelope), "reply": "y"})
    said = [("bt_header_axon_process_time", "0.5"), ("bt_header_axon_status_code", "200")]
    refusal = joined(0, [], b'{"message": "busy"}')
    return [joined(n // 2 + 1, [], body) for n, body in enumerate(bodies)] + [joined(3, said, base), refusal]


def joined(number: int, headers: object, body: bytes) -> bytes:
    """One input of these parts."""
    lines = [f"{name}: {value}" for name, value in headers]
    return bytes([number]) + "\n".join(lines).encode() + b"\n\n" + body
