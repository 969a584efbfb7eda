import base64
import pickle

import msgpack
import numpy as np
import pytest

from taokit.errors import Malformed
from taokit.protocol import decode_tensor, encode_tensor, parse_question
from wire_classes import TensorAdd


def test_torch_spelling_is_read_and_big_endian_is_turned():
    wire = {**encode_tensor(np.arange(3, dtype=">f4")), "dtype": "torch.float32"}
    assert decode_tensor(wire).tolist() == [0.0, 1.0, 2.0]


def packed(**changes):
    inner = {"nd": True, "type": "<f4", "kind": b"", "shape": [2], "data": b"\0" * 8, **changes}
    return base64.b64encode(msgpack.packb({name.encode(): value for name, value in inner.items()})).decode()


GOOD = {"buffer": packed(), "dtype": "float32", "shape": [2]}


@pytest.mark.parametrize(
    "wire",
    [
        None,
        "text",
        {**GOOD, "more": 1},
        {**GOOD, "shape": [3]},
        {**GOOD, "shape": "2"},
        {**GOOD, "shape": [True, 2]},
        {**GOOD, "shape": [-2]},
        {**GOOD, "dtype": "float64"},
        {**GOOD, "dtype": "object"},
        {**GOOD, "dtype": 5},
        {**GOOD, "buffer": "!!"},
        {**GOOD, "buffer": ""},
        {**GOOD, "buffer": base64.b64encode(msgpack.packb([1])).decode()},
        {**GOOD, "buffer": packed(nd=False)},
        {**GOOD, "buffer": packed(nd=1)},
        {**GOOD, "buffer": packed(type=">f4")},
        {**GOOD, "buffer": packed(type=b"<f4")},
        {**GOOD, "buffer": packed(kind=b"O", data=pickle.dumps([1]))},
        {**GOOD, "buffer": packed(data=b"\0" * 7)},
        {**GOOD, "buffer": packed(data="\0" * 8)},
        {**GOOD, "buffer": packed(complex=True)},
        {**GOOD, "shape": [2**62, 2**62], "buffer": packed(shape=[2**62, 2**62])},
        {"buffer": packed(type="|b1", data=b"\0\2"), "dtype": "bool", "shape": [2]},
    ],
)
def test_anything_but_the_exact_form_is_refused(wire):
    assert decode_tensor(GOOD).tolist() == [0.0, 0.0]
    with pytest.raises(ValueError):
        decode_tensor(wire)


def test_a_tensor_over_the_limit_is_refused_before_it_is_decoded():
    with pytest.raises(ValueError, match="larger"):
        decode_tensor(encode_tensor(np.zeros(2000)), max_bytes=1000)


def test_a_tensor_is_a_field_of_a_message():
    message = parse_question(TensorAdd, b'{"a": null}')
    assert message.a is None
    with pytest.raises(Malformed):
        parse_question(TensorAdd, b'{"a": {"buffer": ""}}')
    assert TensorAdd(a=np.float32(3)).a.shape == ()
    with pytest.raises(ValueError, match="does not travel"):
        TensorAdd(a=np.zeros(2, dtype=complex))
