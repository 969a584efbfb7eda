import json
from typing import Any

import numpy as np
import pytest

from taokit.errors import BadAnswer, LocalError, Malformed
from taokit.protocol import (
    Question,
    Synapse,
    dump_answer,
    dump_question,
    parse_answer,
    parse_envelope,
    parse_question,
)
from wire_classes import Echo, Nested, TensorAdd


class Loose(Synapse):
    value: Any = Question(None)


class Packed(Synapse):
    data: bytes = b""
    back: bytes | None = None


def test_questions_travel_out_and_answers_back():
    sent = Echo(text="hé")
    assert dump_question(sent) == '{"text":"hé"}'.encode()
    served = parse_question(Echo, dump_question(sent))
    served.reply = "ho"
    assert dump_answer(served) == b'{"reply":"ho"}'
    answer = parse_answer(sent, dump_answer(served))
    assert (answer.text, answer.reply, sent.reply) == ("hé", "ho", None)


def test_bytes_are_base64_of_the_standard_alphabet():
    body = dump_question(Packed(data=b"\xfb\xff\xfe\x00"))
    assert json.loads(body) == {"data": "+//+AA=="}
    assert parse_question(Packed, body).data == b"\xfb\xff\xfe\x00"


def test_tensors_travel_in_bodies():
    message = TensorAdd(a=np.ones((2, 2), dtype="i2"))
    assert np.array_equal(parse_question(TensorAdd, dump_question(message)).a, message.a)


def test_answer_fields_in_a_question_are_ignored_and_so_are_questions_in_an_answer():
    assert parse_question(Echo, b'{"text": "x", "reply": 7, "other": 1}').reply is None
    answer = parse_answer(Echo(text="mine"), b'{"text": 5, "reply": "r", "other": 1}')
    assert (answer.text, answer.reply) == ("mine", "r")


def test_a_missing_answer_field_has_its_default():
    assert parse_answer(Echo(text="x", reply="old"), b"{}").reply is None


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{nope", b"[1]", b"null", b'"x"', b"{}", b'{"text": 5}', b'{"text": null}', b'\xef\xbb\xbf{"text": ""}',
        b'{"text": "x"} {}', b'{"text": "\xff"}',
    ],
)  # fmt: skip
def test_a_body_that_is_no_question_is_malformed(body):
    with pytest.raises(Malformed):
        parse_question(Echo, body)
    with pytest.raises(Malformed):
        parse_envelope(Echo, body)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400 + ".0"])
def test_a_number_that_is_not_finite_is_refused(number):
    with pytest.raises(Malformed):
        parse_question(Loose, f'{{"value": [{number}]}}'.encode())
    with pytest.raises(BadAnswer):
        parse_answer(Nested(), f'{{"total": {number}}}'.encode())


def test_a_number_that_is_not_finite_is_not_sent_and_its_field_is_named():
    with pytest.raises(LocalError, match=r"value\.deep\.1"):
        dump_question(Loose(value={"deep": [0.0, float("nan")]}))


def test_nesting_is_bounded_and_brackets_in_text_are_not_nesting():
    def nested(levels):
        return b'{"value": ' + b"[" * levels + b"]" * levels + b"}"

    assert parse_question(Loose, nested(63)).value is not None
    with pytest.raises(Malformed, match="deeper"):
        parse_question(Loose, nested(64))
    text = json.dumps({"value": '[{"' * 500}).encode()
    assert parse_question(Loose, text).value == '[{"' * 500


def test_a_refusal_names_the_field_and_never_the_value():
    with pytest.raises(Malformed, match="text") as caught:
        parse_question(Echo, b'{"text": {"secret": "hunter2"}}')
    assert "hunter2" not in str(caught.value)


def test_an_answer_of_a_wrong_type_is_a_bad_answer():
    with pytest.raises(BadAnswer, match="reply"):
        parse_answer(Echo(text="x"), b'{"reply": 7}')


def test_the_ends_of_an_answer_are_its_own():
    sent = Echo(text="x")
    sent.axon.hotkey = "5B"
    answer = parse_answer(sent, b"{}")
    answer.axon.status_code = 200
    assert (sent.axon.status_code, answer.axon.hotkey) == (None, "5B")
