"""What a message's definition must hold to, found out before a peer meets it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from taokit.errors import ConfigurationError
from taokit.protocol.stubs import stub_values


def check_fields(cls: type[BaseModel], *, answer_fields: Iterable[str]) -> None:
    """Raise `ConfigurationError` for an answer field without a default, and for an alias."""
    if required := [name for name in answer_fields if cls.model_fields[name].is_required()]:
        raise ConfigurationError(
            f"the answer fields {', '.join(required)} of {cls.__name__} have no default",
            hint="give them `Answer(None)`",
        )
    _refuse_aliases(cls, cls.__name__)


def check_types(cls: type[BaseModel], *, hash_fields: Iterable[str]) -> None:
    """Raise `ConfigurationError` for types that do not travel, or not alike to both ends.

    A class that names a later one does not have its types yet.
    """
    for name, info in cls.model_fields.items():
        _check_parts(cls, name, info.annotation)
    for name in hash_fields:
        if any(map(_is_set, _all_types_in(cls.model_fields[name].annotation))):
            raise ConfigurationError(
                f"{cls.__name__} hashes {name}, where a set has another order in each process",
                hint="make it a list, or leave it out of required_hash_fields",
            )
    _check_stubs(cls)


def _check_parts(cls: type[BaseModel], name: str, annotation: Any) -> None:
    for model in dict.fromkeys(kind for kind in _all_types_in(annotation) if _is_model(kind)):
        _refuse_aliases(model, f"{model.__name__}, in {cls.__name__}.{name},")
        as_base64 = model.model_config.get("val_json_bytes") == "base64"
        if not as_base64 and any(bytes in _types_in(field.annotation) for field in model.model_fields.values()):
            raise ConfigurationError(
                f"{cls.__name__}.{name} holds {model.__name__}, whose bytes would not travel as base64",
                hint=f"derive {model.__name__} from taokit.protocol.Part",
            )


def _refuse_aliases(model: type[BaseModel], whose: str) -> None:
    fields = model.model_fields.items()
    renamed = [name for name, info in fields if info.alias or info.validation_alias or info.serialization_alias]
    if renamed or model.model_config.get("alias_generator"):
        raise ConfigurationError(
            f"{whose} has an alias for {', '.join(renamed) or 'every field'}, which no peer would know",
            hint="a field travels under its own name: name it so, and drop the alias",
        )


def _all_types_in(annotation: Any, within: frozenset[type] = frozenset()) -> Iterator[Any]:
    """A type, its parts, and those of the fields of all models among them."""
    for kind in _types_in(annotation):
        yield kind
        if _is_model(kind) and kind not in within:
            for info in kind.model_fields.values():
                yield from _all_types_in(info.annotation, within | {kind})


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _is_set(kind: Any) -> bool:
    return (get_origin(kind) or kind) in (set, frozenset)


def _types_in(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _types_in(argument)


def _check_stubs(cls: type[BaseModel]) -> None:
    """Raise `ConfigurationError` for required fields that refuse the empty value of their own type.

    Real legacy servers build the message from such values before they read the body, and fail on a refusal.
    """
    try:
        cls.model_validate_json(json.dumps(stub_values(cls)))
    except ValidationError as error:
        names = sorted({str(problem["loc"][0]) if problem["loc"] else "the whole" for problem in error.errors()})
        raise ConfigurationError(
            f"{', '.join(names)} of {cls.__name__} refuses its own empty value, so legacy peers cannot be asked",
            hint="declare a default: `Question(...)` with a value that the field accepts",
        ) from None


__all__ = ["check_fields", "check_types"]
