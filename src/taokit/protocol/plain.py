"""Which fields pydantic writes as JSON by itself exactly as they travel, so that no other encoder need see them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

LEAVES = frozenset({str, int, bool, NoneType})
HOLDERS = frozenset({list, dict, tuple, Union, UnionType})


@cache
def is_plain(model: type[BaseModel], names: tuple[str, ...]) -> bool:
    """Whether these fields hold text, integers, truth values and models, lists and objects of them, and nothing else.

    Not so are bytes, whose base64 has another alphabet there, floats, which may be infinite, arrays, and values of no
    type; nor is anything that a class serialises in its own way.
    """
    return _all_plain(model, names, within=frozenset())


def _all_plain(model: type[BaseModel], names: Iterable[str], *, within: frozenset[type]) -> bool:
    own = model.__pydantic_decorators__
    if own.field_serializers or own.model_serializers or own.computed_fields:
        return False
    fields = [model.model_fields[name] for name in names]
    if any(hasattr(item, "__get_pydantic_core_schema__") for info in fields for item in info.metadata):
        return False
    return all(_is_plain(info.annotation, within | {model}) for info in fields)


def _is_plain(kind: Any, within: frozenset[type]) -> bool:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind in within or (
            kind.model_config.get("extra") != "allow" and _all_plain(kind, kind.model_fields, within=within)
        )
    inside = [part for part in get_args(kind) if part is not Ellipsis]
    return kind in LEAVES or (get_origin(kind) in HOLDERS and all(_is_plain(part, within) for part in inside))


__all__ = ["is_plain"]
