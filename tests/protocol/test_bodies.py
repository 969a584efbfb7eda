import json
from collections import deque
from typing import Annotated, Any

import numpy as np
import pytest
from pydantic import ConfigDict, Field, field_validator, model_validator

from taokit.errors import BadAnswer, LocalError, Malformed
from taokit.protocol import (
    Answer,
    LegacyDraft,
    Part,
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


class Gathered(Synapse):
    several: set[bytes] = Question(frozenset())
    fixed: frozenset[bytes] = Question(frozenset())
    queue: deque[bytes] = Question(())


def test_bytes_that_were_gathered_are_base64_too():
    sent = Gathered(several={b"\xfb\xff"}, fixed=frozenset({b"hi"}), queue=deque([b"a", b"b"]))
    body = dump_question(sent)
    assert json.loads(body) == {"several": ["+/8="], "fixed": ["aGk="], "queue": ["YQ==", "Yg=="]}
    assert parse_question(Gathered, body) == sent


class Nest(Part):
    data: bytes = b""
    nests: list["Nest"] = []  # noqa: RUF012  pydantic copies it


class Wrapped(Synapse):
    default: dict[str, Any] = Question({"type": "bytes"})
    nest: Nest | None = Question(None)
    either: bytes | int | None = Question(None)
    keys: dict[bytes, bytes] = Question({})


@pytest.mark.parametrize("text", ["-_8=", "+/8", " +/8=", "+/8=\\n", "Q===", "QQ==QQ==", "=", "\u00e9"])
def test_bytes_in_any_other_spelling_are_refused_wherever_they_are(text):
    for body in (
        '"nest":{"data":"%s"}',
        '"nest":{"nests":[{"data":"%s"}]}',
        '"keys":{"QQ==":"%s"}',
        '"keys":{"%s":""}',
    ):
        with pytest.raises(Malformed):
            parse_question(Wrapped, ("{" + body % text + "}").encode())
    with pytest.raises(Malformed):
        parse_question(Packed, f'{{"data":"{text}"}}'.encode())
    with pytest.raises(BadAnswer):
        parse_answer(Packed(), f'{{"back":"{text}"}}'.encode())


def test_bytes_are_read_wherever_they_are():
    whole = Wrapped(nest=Nest(data=b"\xfb", nests=[Nest(data=b"\xff")]), either=b"\x00")
    assert parse_question(Wrapped, dump_question(whole)) == whole
    assert parse_question(Wrapped, b'{"keys": {"QQ==": "Qg=="}}').keys == {b"A": b"B"}
    assert Wrapped().default == {"type": "bytes"}
    with pytest.raises(LocalError, match="keys"):
        dump_question(Wrapped(keys={b"A": b"B"}))


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


class Bounded(Synapse):
    model_config = ConfigDict(str_max_length=5)

    limit: int = 3
    words: Annotated[list[str], Field(max_length=2)] = Answer(default_factory=list)
    level: Annotated[int, Field(ge=0)] = Answer(0)
    numbers: list[int] = Answer(default_factory=list)


class Agreeing(Synapse):
    limit: int = 3
    level: int | None = None

    @model_validator(mode="after")
    def within(self):
        if self.level is not None and self.level > self.limit:
            raise ValueError("over the limit")
        return self


class Checked(Synapse):
    level: int | None = None

    @field_validator("level")
    @classmethod
    def even(cls, value):
        if value % 2:
            raise ValueError("odd")
        return value


@pytest.mark.parametrize(
    ("sent", "good", "bad"),
    [
        (Bounded(), b'{"words": ["a", "b"], "level": 1}', b'{"words": ["a", "b", "c"]}'),
        (Bounded(), b'{"words": ["12345"]}', b'{"words": ["123456"]}'),
        (Bounded(), b"{}", b'{"level": -1}'),
        (Agreeing(limit=5), b'{"level": 5}', b'{"level": 6}'),
        (Checked(), b'{"level": 4}', b'{"level": 3}'),
    ],
)
def test_an_answer_is_held_to_every_rule_of_its_class(sent, good, bad):
    parse_answer(sent, good)
    with pytest.raises(BadAnswer):
        parse_answer(sent, bad)


def test_a_body_of_wrong_values_is_described_in_short():
    with pytest.raises(BadAnswer, match="100000 values") as caught:
        parse_answer(Bounded(), json.dumps({"numbers": ["a"] * 100_000}).encode())
    assert len(str(caught.value)) < 200


def test_half_a_character_is_not_sent():
    for text in ("\ud800", "\udfff and more"):
        with pytest.raises(LocalError, match="surrogate"):
            dump_question(Echo(text=text))
        with pytest.raises(LocalError, match="surrogate"):
            LegacyDraft.of(Echo(text=text))
    assert parse_question(Echo, dump_question(Echo(text="\U0001f600"))).text == "\U0001f600"
    assert json.loads(LegacyDraft.of(Echo(text="\U0001f600")).fields)["text"] == "\U0001f600"


@pytest.mark.parametrize("rest", [b'"' + b'\\"' * 300_000, b'"' * 600_000, b"\\" * 600_000, b'"\\\\' * 200_000])
def test_brackets_are_counted_in_one_pass_whatever_comes_between(rest):
    with pytest.raises(Malformed):
        parse_question(Loose, b'{"value": [' + b"[]," * 100 + rest)
