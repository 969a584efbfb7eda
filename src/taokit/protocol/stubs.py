"""The empty value of a field's type: what legacy clients put into a header for every required field."""

from __future__ import annotations

import types
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

EMPTY: dict[type, Any] = {str: "", bytes: "", bool: False, int: 0, float: 0.0}


def empty_value(annotation: Any) -> Any:
    """The JSON value that stands for "empty" in a type; None where the type has none."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return empty_value(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return None if type(None) in get_args(annotation) else empty_value(get_args(annotation)[0])
    kind = origin or annotation
    return _empty_of(kind) if isinstance(kind, type) else None


def _empty_of(kind: type) -> Any:
    if kind in EMPTY:
        return EMPTY[kind]
    if issubclass(kind, Mapping | BaseModel):
        return {}
    return [] if issubclass(kind, list | tuple | AbstractSet) else None


def stub_values(cls: type[BaseModel]) -> dict[str, Any]:
    """The empty JSON value of every field without a default, which legacy servers want in headers."""
    return {name: empty_value(info.annotation) for name, info in cls.model_fields.items() if info.is_required()}


__all__ = ["empty_value", "stub_values"]
