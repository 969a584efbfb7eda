"""Arrays on the wire: the envelope `{buffer, dtype, shape}` around a msgpack map of exactly five keys."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias, cast

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
REFERENCE = "$tensor"
TORCH = "torch."

AnyArray: TypeAlias = npt.NDArray[Any]


class TensorsOut(list[AnyArray]):
    """Given to a dump as its context, it takes the tensors, of which the dump holds references."""


class TensorsIn(list[AnyArray]):
    """Given to a validation as its context, it resolves references to tensors."""


@dataclass(slots=True)
class Spelling:
    """How envelopes name dtypes. Given to a validation as its context, it is told; given to a dump, it is followed.

    The older SDKs write and read `float32`, and in torch mode `torch.float32`; neither reads what the other writes.
    """

    torch: bool = False


def wire_array(array: AnyArray) -> AnyArray:
    """The array little-endian and in C order, itself where it is so already; `ValueError` for any other dtype."""
    given = np.asarray(array)
    if given.dtype.name not in TYPES:
        raise ValueError(f"dtype {given.dtype.name} does not travel; cast it to one of {', '.join(TYPES)}")
    return np.asarray(given, dtype=TYPES[given.dtype.name], order="C")


def encode_tensor(array: AnyArray) -> dict[str, Any]:
    """The envelope of an array, which is written little-endian and in C order."""
    data = wire_array(array)
    name, shape = data.dtype.name, list(data.shape)
    inner = {b"nd": True, b"type": TYPES[name], b"kind": b"", b"shape": shape, b"data": data.tobytes()}
    buffer = base64.b64encode(msgpack.packb(inner, use_bin_type=True)).decode("ascii")
    return {"buffer": buffer, "dtype": name, "shape": shape or [0]}


def decode_tensor(envelope: object, *, max_bytes: int = MAX_TENSOR_BYTES) -> AnyArray:
    """The array in an envelope; `ValueError` for anything but the exact form. Nothing is ever unpickled."""
    buffer, name, outer_shape = _outer(envelope)
    inner = _inner(buffer, max_bytes)
    shape = shape_of(inner[b"shape"])
    if inner[b"nd"] is not True or inner[b"kind"] != b"" or inner[b"type"] != TYPES[name]:
        raise ValueError("the tensor's buffer is not a plain array of the stated dtype")
    if outer_shape != (shape or [0]):
        raise ValueError(f"the tensor says shape {outer_shape} outside and {shape} inside")
    if not isinstance(inner[b"data"], bytes):
        raise ValueError("the tensor's data are no bytes")
    return array_of(inner[b"data"], np.dtype(TYPES[name]), shape).copy()


def _outer(envelope: object) -> tuple[str, str, list[int]]:
    if not isinstance(envelope, Mapping) or set(envelope) != OUTER_KEYS:
        raise ValueError("a tensor is an object with buffer, dtype and shape")
    buffer, dtype = envelope["buffer"], envelope["dtype"]
    if not isinstance(buffer, str) or not isinstance(dtype, str):
        raise ValueError("a tensor's buffer and dtype are text")
    name = dtype.removeprefix(TORCH)
    if name not in TYPES:
        raise ValueError(f"dtype {dtype[:32]!r} does not travel")
    return buffer, name, shape_of(envelope["shape"])


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


def shape_of(value: object) -> list[int]:
    """The lengths of the axes in a JSON or msgpack value; `ValueError` when it is no shape."""
    if not isinstance(value, list | tuple) or len(value) > MAX_AXES:
        raise ValueError("a tensor's shape is a short list of lengths")
    if not all(type(length) is int and length >= 0 for length in value):
        raise ValueError("a tensor's lengths are integers from 0")
    return list(value)


def array_of(data: bytes | memoryview, dtype: np.dtype[Any], shape: list[int]) -> AnyArray:
    """A read-only view of bytes as an array; `ValueError` when they do not fill the shape or are no booleans."""
    if len(data) != dtype.itemsize * math.prod(shape):
        raise ValueError(f"the tensor's data do not fill shape {shape}")
    if dtype.kind == "b" and np.frombuffer(data, dtype=np.uint8).max(initial=0) > 1:
        raise ValueError("a tensor of booleans holds zeros and ones only")
    return np.frombuffer(data, dtype=dtype).reshape(shape)


class _TensorField:
    """Lets pydantic read an array, its envelope or a reference, and write one of the last two."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        written = core_schema.plain_serializer_function_ser_schema(_write, info_arg=True)
        return core_schema.with_info_plain_validator_function(_read, serialization=written)


def _write(array: AnyArray, info: core_schema.SerializationInfo) -> dict[str, Any]:
    out = info.context
    if isinstance(out, Spelling) and out.torch:
        envelope = encode_tensor(array)
        return {**envelope, "dtype": TORCH + envelope["dtype"]}
    if not isinstance(out, TensorsOut):
        return encode_tensor(array)
    out.append(array)
    return {REFERENCE: len(out) - 1}


def _read(value: object, info: core_schema.ValidationInfo[Any]) -> AnyArray:
    if isinstance(value, np.ndarray | np.generic):
        return _travelling(np.asarray(value))
    if callable(getattr(value, "detach", None)):
        return _travelling(_of_torch(value))
    if isinstance(info.context, TensorsIn) and isinstance(value, dict) and value.keys() == {REFERENCE}:
        return _referred(value[REFERENCE], info.context)
    array = decode_tensor(value)
    if isinstance(info.context, Spelling) and isinstance(value, Mapping) and value["dtype"].startswith(TORCH):
        info.context.torch = True
    return array


def _travelling(array: AnyArray) -> AnyArray:
    if array.dtype.name not in TYPES:
        raise ValueError(f"dtype {array.dtype.name} does not travel")
    return array


def _of_torch(tensor: Any) -> AnyArray:
    """The array of a torch tensor, whose memory it shares where that is possible; torch is not imported for it."""
    try:
        return cast("AnyArray", tensor.detach().cpu().numpy())
    except (TypeError, AttributeError):
        raise ValueError(f"dtype {getattr(tensor, 'dtype', '?')} does not travel; cast it first") from None


def _referred(number: object, tensors: TensorsIn) -> AnyArray:
    """A copy of the array that a reference names, so that it may be changed and the body be let go."""
    if type(number) is not int or not 0 <= number < len(tensors):
        raise ValueError("a reference to no tensor of the body")
    return tensors[number].copy()


Tensor: TypeAlias = Annotated[AnyArray, _TensorField()]
"""A numpy array as a field of a message. It needs a default: `a: Tensor | None = Question(None)`.

A torch tensor may be given and becomes an array; `torch.from_numpy` makes a tensor of one that arrived.
"""

__all__ = [
    "MAX_TENSOR_BYTES",
    "REFERENCE",
    "TORCH",
    "TYPES",
    "AnyArray",
    "Spelling",
    "Tensor",
    "TensorsIn",
    "TensorsOut",
    "array_of",
    "decode_tensor",
    "encode_tensor",
    "shape_of",
    "wire_array",
]
