"""Arrays on the wire: the envelope `{buffer, dtype, shape}` around a msgpack map of exactly five keys."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from typing import Annotated, Any, TypeAlias

import msgpack
import numpy as np
import numpy.typing as npt
from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

TYPES = {
    "float16": "<f2",
    "float32": "<f4",
    "float64": "<f8",
    "uint8": "|u1",
    "int8": "|i1",
    "int16": "<i2",
    "int32": "<i4",
    "int64": "<i8",
    "bool": "|b1",
}
MAX_TENSOR_BYTES = 64 << 20
MAX_AXES = 32
OUTER_KEYS = {"buffer", "dtype", "shape"}
INNER_KEYS = {b"nd", b"type", b"kind", b"shape", b"data"}

AnyArray: TypeAlias = npt.NDArray[Any]


def encode_tensor(array: AnyArray) -> dict[str, Any]:
    """The envelope of an array, which is written little-endian and in C order."""
    name = np.asarray(array).dtype.name
    if name not in TYPES:
        raise ValueError(f"dtype {name} does not travel; cast it to one of {', '.join(TYPES)}")
    data = np.asarray(array, dtype=TYPES[name])
    shape = list(data.shape)
    inner = {b"nd": True, b"type": TYPES[name], b"kind": b"", b"shape": shape, b"data": data.tobytes(order="C")}
    buffer = base64.b64encode(msgpack.packb(inner, use_bin_type=True)).decode("ascii")
    return {"buffer": buffer, "dtype": name, "shape": shape or [0]}


def decode_tensor(envelope: object, *, max_bytes: int = MAX_TENSOR_BYTES) -> AnyArray:
    """The array in an envelope; `ValueError` for anything but the exact form. Nothing is ever unpickled."""
    buffer, name, outer_shape = _outer(envelope)
    inner = _inner(buffer, max_bytes)
    shape = _shape(inner[b"shape"])
    if inner[b"nd"] is not True or inner[b"kind"] != b"" or inner[b"type"] != TYPES[name]:
        raise ValueError("the tensor's buffer is not a plain array of the stated dtype")
    if outer_shape != (shape or [0]):
        raise ValueError(f"the tensor says shape {outer_shape} outside and {shape} inside")
    return _array(inner[b"data"], np.dtype(TYPES[name]), shape)


def _outer(envelope: object) -> tuple[str, str, list[int]]:
    if not isinstance(envelope, Mapping) or set(envelope) != OUTER_KEYS:
        raise ValueError("a tensor is an object with buffer, dtype and shape")
    buffer, dtype = envelope["buffer"], envelope["dtype"]
    if not isinstance(buffer, str) or not isinstance(dtype, str):
        raise ValueError("a tensor's buffer and dtype are text")
    name = dtype.removeprefix("torch.")
    if name not in TYPES:
        raise ValueError(f"dtype {dtype[:32]!r} does not travel")
    return buffer, name, _shape(envelope["shape"])


def _inner(buffer: str, max_bytes: int) -> dict[bytes, Any]:
    if len(buffer) > max_bytes * 4 // 3 + 1024:
        raise ValueError(f"the tensor is larger than {max_bytes} bytes")
    try:
        inner = msgpack.unpackb(base64.b64decode(buffer, validate=True), raw=False)
    except (binascii.Error, ValueError, msgpack.UnpackException) as error:
        raise ValueError(f"the tensor's buffer does not decode: {type(error).__name__}") from None
    if not isinstance(inner, dict) or set(inner) != INNER_KEYS:
        raise ValueError("the tensor's buffer is not the map of a plain array")
    return inner


def _shape(value: object) -> list[int]:
    if not isinstance(value, list | tuple) or len(value) > MAX_AXES:
        raise ValueError("a tensor's shape is a short list of lengths")
    if not all(type(length) is int and length >= 0 for length in value):
        raise ValueError("a tensor's lengths are integers from 0")
    return list(value)


def _array(data: object, dtype: np.dtype[Any], shape: list[int]) -> AnyArray:
    if not isinstance(data, bytes) or len(data) != dtype.itemsize * math.prod(shape):
        raise ValueError(f"the tensor's data do not fill shape {shape}")
    if dtype.kind == "b" and data.strip(b"\x00\x01"):
        raise ValueError("a tensor of booleans holds zeros and ones only")
    return np.frombuffer(data, dtype=dtype).reshape(shape).copy()


class _TensorField:
    """Lets pydantic read an array or its envelope, and write the envelope."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            _array_or_envelope, serialization=core_schema.plain_serializer_function_ser_schema(encode_tensor)
        )


def _array_or_envelope(value: object) -> AnyArray:
    if not isinstance(value, np.ndarray | np.generic):
        return decode_tensor(value)
    array = np.asarray(value)
    if array.dtype.name not in TYPES:
        raise ValueError(f"dtype {array.dtype.name} does not travel")
    return array


Tensor: TypeAlias = Annotated[AnyArray, _TensorField()]
"""A numpy array as a field of a message. It needs a default: `a: Tensor | None = Question(None)`."""

__all__ = ["MAX_TENSOR_BYTES", "Tensor", "decode_tensor", "encode_tensor"]
