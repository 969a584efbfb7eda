import json
import struct
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from taokit.errors import BadAnswer, LocalError, Malformed
from taokit.protocol import (
    Answer,
    Part,
    Question,
    Synapse,
    Tensor,
    content_type,
    dump_answer,
    dump_question,
    parse_answer,
    parse_question,
)
from taokit.protocol.binary import pack, unpack
from taokit.protocol.objects import NotAnObject
from wire_classes import Echo, TensorAdd

DTYPES = ["float16", "float32", "float64", "uint8", "int8", "int16", "int32", "int64", "bool"]


class Layer(Part):
    name: str = ""
    weights: Tensor | None = None


class Model(Synapse):
    layers: list[Layer] = Question(default_factory=list)
    extra: Any = Question(None)
    data: bytes = b""
    gradients: list[Tensor] = Answer(default_factory=list)


def body_of(fields, tensors, *buffers, pad=b""):
    head = json.dumps({"fields": fields, "tensors": tensors}).encode() + pad
    return b"TKT1" + struct.pack("<I", len(head)) + head + b"".join(buffers)


A, B = np.arange(3, dtype="<f4"), np.array([[1, 2]], dtype="<i2")
TWO = [{"dtype": "float32", "shape": [3]}, {"dtype": "int16", "shape": [1, 2]}]


def test_a_body_is_the_head_and_the_buffers_one_after_the_other():
    body = dump_question(TensorAdd(a=A, b=B), binary=True)
    (length,) = struct.unpack("<I", body[4:8])
    assert body[:4] == b"TKT1"
    assert (8 + length) % 8 == 0
    assert json.loads(body[8 : 8 + length]) == {"fields": {"a": {"$tensor": 0}, "b": {"$tensor": 1}}, "tensors": TWO}
    assert body[8 + length :] == A.tobytes() + B.tobytes()
    assert content_type(body) == "application/octet-stream"
    assert content_type(b"{}") == "application/json"


def test_what_another_writer_sends_is_read():
    fields = {"b": {"$tensor": 0}, "a": {"$tensor": 1}, "more": 5}
    read = parse_question(TensorAdd, body_of(fields, TWO, A.tobytes(), B.tobytes()))
    assert (read.b.tolist(), read.a.tolist()) == (A.tolist(), B.tolist())
    padded = parse_question(TensorAdd, body_of(fields, TWO, A.tobytes(), B.tobytes(), pad=b"  \n"))
    assert padded.a.dtype == np.int16


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (2, 0, 3), (1, 1, 1, 2)])
def test_every_dtype_and_shape_comes_back(dtype, shape):
    array = (np.arange(int(np.prod(shape))).reshape(shape) % 2).astype(dtype)
    for sent in (array, np.array(array, order="F"), array.astype(array.dtype.newbyteorder(">"))):
        read = parse_question(TensorAdd, dump_question(TensorAdd(a=sent), binary=True))
        assert read.b is None
        assert (read.a.shape, read.a.dtype.name) == (shape, dtype)
        assert np.array_equal(read.a, array)
        assert read.a.flags.writeable


def test_tensors_in_parts_and_lists_and_answers_travel():
    sent = Model(layers=[Layer(name="a", weights=A), Layer(), Layer(weights=B)], data=b"\xff", extra={"k": [1]})
    served = parse_question(Model, dump_question(sent, binary=True))
    assert [layer.name for layer in served.layers] == ["a", "", ""]
    assert served.layers[1].weights is None
    assert np.array_equal(served.layers[2].weights, B)
    assert (served.data, served.extra) == (b"\xff", {"k": [1]})
    served.gradients = [B, A]
    answer = parse_answer(sent, dump_answer(served, binary=True))
    assert [one.tolist() for one in answer.gradients] == [B.tolist(), A.tolist()]


def test_a_message_without_tensors_may_be_binary_too():
    assert parse_question(Echo, dump_question(Echo(text="x"), binary=True)).text == "x"


def test_a_torch_tensor_travels_and_arrives_as_an_array_that_torch_can_share():
    tensor = torch.arange(6, dtype=torch.float32).reshape(2, 3).t().requires_grad_()
    for binary in (False, True):
        read = parse_question(TensorAdd, dump_question(TensorAdd(a=tensor), binary=binary))
        assert torch.equal(torch.from_numpy(read.a), tensor.detach())
    with pytest.raises(ValueError, match="bfloat16"):
        TensorAdd(a=torch.ones(2, dtype=torch.bfloat16))


@pytest.mark.parametrize(
    "body",
    [
        b"TKT1",
        b"TKT1\x00\x00\x00",
        b"TKT1\xff\xff\xff\xff{}",
        b"TKT1\x00\x00\x00\x00",
        b"TKT1\x02\x00\x00\x00{}",
        b"TKT2" + body_of({}, [])[4:],
        b"TKT1" + struct.pack("<I", 4) + b"[{}]",
        body_of([], []),
        body_of({}, {}),
        body_of({}, [], b"x"),
        body_of({}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": 0}}, TWO[:1], A.tobytes()[:-1]),
        body_of({"a": {"$tensor": 0}}, TWO[:1], A.tobytes() + b"\0"),
        body_of({"a": {"$tensor": 0}, "b": {"$tensor": 0}}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": 1}}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": -1}}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": True}}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": "0"}}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": 0.0}}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": 0}, "other": {"$tensor": 1}}, TWO[:1], A.tobytes()),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "object", "shape": [1]}], b"\0" * 8),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "float32"}], b"\0" * 4),
        body_of({"a": {"$tensor": 0}}, [{"dtype": ["float32"], "shape": [1]}], b"\0" * 4),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "float32", "shape": [1], "more": 1}], b"\0" * 4),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "float32", "shape": [-1]}], b"\0" * 4),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "float32", "shape": 1}], b"\0" * 4),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "float32", "shape": [1] * 40}], b"\0" * 4),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "float64", "shape": [1 << 62]}]),
        body_of({"a": {"$tensor": 0}}, [{"dtype": "bool", "shape": [1]}], b"\x02"),
        body_of({"a": {"$tensor": 0}}, [5], b""),
    ],
)
def test_anything_but_the_exact_form_is_malformed(body):
    with pytest.raises(Malformed):
        parse_question(TensorAdd, body)
    with pytest.raises(BadAnswer):
        parse_answer(TensorAdd(), body)


def test_a_tensor_where_none_is_expected_is_malformed():
    with pytest.raises(Malformed):
        parse_question(Echo, body_of({"text": {"$tensor": 0}}, TWO[:1], A.tobytes()))


def test_data_that_look_like_a_reference_are_not_sent():
    with pytest.raises(LocalError, match="tensor"):
        dump_question(Model(extra={"$tensor": 0}), binary=True)
    for harmless in ("$tensor", '"$tensor"', {"$tensor": 0, "more": 1}):
        body = dump_question(Model(extra=harmless, layers=[Layer(weights=A)]), binary=True)
        assert parse_question(Model, body).extra == harmless


def test_a_reference_means_nothing_in_a_json_body():
    with pytest.raises(Malformed):
        parse_question(TensorAdd, b'{"a": {"$tensor": 0}}')


class Whole(Synapse):
    a: Tensor | None = Question(None)
    out: Tensor | None = None

    def model_post_init(self, context):
        super().model_post_init(context)


def test_an_answer_is_read_beside_questions_that_hold_tensors():
    served = Whole(a=A)
    served.out = B
    assert np.array_equal(parse_answer(Whole(a=A), dump_answer(served, binary=True)).out, B)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.integers(0, 300), st.integers(0, 255))
def test_no_damage_makes_the_reader_fail_otherwise_than_by_refusing(noise, place, byte):
    whole = bytearray(pack({"a": {"$tensor": 0}, "b": {"$tensor": 1}}, [A, B]))
    whole[place % len(whole)] = byte
    for body in (bytes(whole), b"TKT1" + noise, bytes(whole[: place % len(whole)]), bytes(whole) + noise):
        try:
            fields, tensors = unpack(body)
        except NotAnObject:
            continue
        assert isinstance(fields, dict)
        assert sum(one.nbytes for one in tensors) <= len(body)
