"""Bodies that carry tensors as raw bytes: `TKT1`, the length of a JSON head, the head, and the buffers."""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from taokit.errors import LocalError
from taokit.protocol.objects import MAX_DEPTH, NotAnObject, read_object, write_object
from taokit.protocol.tensor import REFERENCE, TORCH, TYPES, AnyArray, TensorsIn, array_of, shape_of, wire_array

MAGIC = b"TKT1"
LENGTH = struct.Struct("<I")
BEGIN = len(MAGIC) + LENGTH.size
ALIGNED = 8  # bytes; where the buffers begin
HEAD_KEYS = {"fields", "tensors"}
MARK = f'"{REFERENCE}"'.encode()
TENSOR_KEYS = {"dtype", "shape"}
JSON_TYPE, BINARY_TYPE = "application/json", "application/octet-stream"


def is_binary(body: bytes) -> bool:
    """Whether a body is of this form. Its first bytes say so, which are signed, and not its content type."""
    return body.startswith(MAGIC)


def content_type(body: bytes) -> str:
    """What the sender of a body calls it."""
    return BINARY_TYPE if is_binary(body) else JSON_TYPE


def pack(fields: dict[str, Any], tensors: Sequence[AnyArray]) -> bytes:
    """The body that holds these fields, in which `{"$tensor": i}` stands for tensor `i`.

    `LocalError` when untyped data in the fields look like such a reference themselves.
    """
    arrays = [wire_array(tensor) for tensor in tensors]
    listed = [{"dtype": array.dtype.name, "shape": list(array.shape)} for array in arrays]
    head = write_object({"fields": fields, "tensors": listed})
    if head.count(MARK) != len(arrays) and sorted(references(fields)) != list(range(len(arrays))):
        raise LocalError(f"the key {REFERENCE} stands for tensors in a binary body, rename it or send JSON")
    head += b" " * (-(BEGIN + len(head)) % ALIGNED)
    return b"".join((MAGIC, LENGTH.pack(len(head)), head, *(array.data for array in arrays)))


def unpack(body: bytes, *, depth: int = MAX_DEPTH) -> tuple[dict[str, Any], TensorsIn]:
    """Fields and tensors of such a body; `NotAnObject` for anything but the exact form. Lengths are checked first."""
    if len(body) < BEGIN:
        raise NotAnObject("a binary body cut short")
    (length,) = LENGTH.unpack_from(body, len(MAGIC))
    if length > len(body) - BEGIN:
        raise NotAnObject("a binary body whose head does not end")
    head = read_object(body[BEGIN : BEGIN + length], depth=depth)
    fields, listed = head.get("fields"), head.get("tensors")
    if head.keys() != HEAD_KEYS or not isinstance(fields, dict) or not isinstance(listed, list):
        raise NotAnObject("a binary body whose head has other parts than fields and tensors")
    forms = [_form(entry) for entry in listed]
    if sorted(references(fields)) != list(range(len(forms))):
        raise NotAnObject("a binary body whose fields do not name each tensor once")
    return fields, TensorsIn(_arrays(memoryview(body)[BEGIN + length :], forms))


def references(value: object) -> Iterator[int]:
    """The numbers of all tensors that a JSON value names; -1 for a reference of a wrong form."""
    if isinstance(value, dict):
        if value.keys() == {REFERENCE}:
            number = value[REFERENCE]
            yield number if type(number) is int else -1
        else:
            for item in value.values():
                yield from references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from references(item)


def _form(entry: object) -> tuple[np.dtype[Any], list[int]]:
    if not isinstance(entry, dict) or entry.keys() != TENSOR_KEYS or not isinstance(entry["dtype"], str):
        raise NotAnObject("a binary body whose head describes a tensor in another form")
    name = entry["dtype"].removeprefix(TORCH)
    if name not in TYPES:
        raise NotAnObject("a binary body with a tensor of no known dtype")
    try:
        return np.dtype(TYPES[name]), shape_of(entry["shape"])
    except ValueError as error:
        raise NotAnObject(f"a binary body: {error}") from None


def _arrays(buffers: memoryview, forms: list[tuple[np.dtype[Any], list[int]]]) -> list[AnyArray]:
    """Read-only views of the buffers, once it is known that they fill the body exactly."""
    sizes = [dtype.itemsize * math.prod(shape) for dtype, shape in forms]
    if sum(sizes) != len(buffers):
        raise NotAnObject("a binary body whose tensors do not fill it")
    arrays, begin = [], 0
    for (dtype, shape), size in zip(forms, sizes, strict=True):
        try:
            arrays.append(array_of(buffers[begin : begin + size], dtype, shape))
        except ValueError as error:
            raise NotAnObject(f"a binary body: {error}") from None
        begin += size
    return arrays


__all__ = ["content_type", "is_binary", "pack", "unpack"]
