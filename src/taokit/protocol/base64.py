"""Bytes inside JSON: base64 of the standard alphabet, padded, and no other spelling."""

from __future__ import annotations

import base64
from typing import Any, TypeAlias, cast

from pydantic_core import CoreSchema, core_schema

Info: TypeAlias = core_schema.ValidationInfo[Any]

HOLDS_NO_SCHEMA = frozenset({"default", "expected", "metadata"})


def read_base64(text: str) -> bytes:
    """The bytes behind a base64 text; `ValueError` for other alphabets, missing padding and anything in between."""
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        raise ValueError("not base64 of the standard alphabet, padded") from None


def write_base64(data: bytes | bytearray | memoryview) -> str:
    """The base64 text of some bytes."""
    return base64.b64encode(data).decode("ascii")


def strict_bytes(schema: CoreSchema) -> CoreSchema:
    """The same schema, but every bytes value in it reads JSON by `read_base64`; pydantic itself is lenient there."""
    return cast("CoreSchema", _strict(schema))


def _strict(schema: Any) -> Any:
    if isinstance(schema, list | tuple):
        return type(schema)(map(_strict, schema))
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "bytes":
        return core_schema.with_info_before_validator_function(_from_json, cast("CoreSchema", schema))
    return {key: part if key in HOLDS_NO_SCHEMA else _strict(part) for key, part in schema.items()}


def _from_json(value: object, info: Info) -> object:
    return read_base64(value) if info.mode == "json" and isinstance(value, str) else value


__all__ = ["read_base64", "strict_bytes", "write_base64"]
