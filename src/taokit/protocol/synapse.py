"""Messages: pydantic models whose fields are asked by one side and answered by the other."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar, get_args

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema

from taokit.errors import ConfigurationError
from taokit.protocol.base64 import strict_bytes
from taokit.protocol.stubs import empty_value
from taokit.protocol.terminal import Terminal

DEFAULT_TIMEOUT = 12.0
RESERVED = frozenset(
    {
        "name",
        "timeout",
        "total_size",
        "header_size",
        "dendrite",
        "axon",
        "computed_body_hash",
        "ends",
        "between",
        "in_torch",
    }
)
WIRE = ConfigDict(
    extra="ignore",
    validate_assignment=True,  # a handler that sets a wrong type fails where it does so
    allow_inf_nan=False,
    val_json_bytes="base64",
    ser_json_bytes="base64",
    protected_namespaces=(),  # `model_name` is a fair name for a field here
)
ASKED, ANSWERED = "asked", "answered"


class _Role:
    """Marks a field as asked or answered, whatever its default."""

    def __init__(self, role: str) -> None:
        self.role = role


def _marked(role: str, default: Any, default_factory: Callable[[], Any] | None) -> Any:
    info: FieldInfo = Field(default=default) if default_factory is None else Field(default_factory=default_factory)
    info.metadata.append(_Role(role))
    return info


def Question(default: Any = ..., *, default_factory: Callable[[], Any] | None = None) -> Any:  # noqa: N802  a marker
    """A field that the caller fills, also when its default is None; without a default it is required."""
    return _marked(ASKED, default, default_factory)


def Answer(default: Any = None, *, default_factory: Callable[[], Any] | None = None) -> Any:  # noqa: N802  a marker
    """A field that the miner fills, also when its default is not None."""
    return _marked(ANSWERED, default, default_factory)


@dataclass(slots=True)
class Ends:
    """Who speaks to whom, and how long the caller waits."""

    timeout: float = DEFAULT_TIMEOUT  # seconds
    dendrite: Terminal = field(default_factory=Terminal)
    axon: Terminal = field(default_factory=Terminal)
    torch: bool = False  # the far end is an older SDK in torch mode, which names dtypes as torch does

    def copied(self) -> Ends:
        """The same ends, to be changed apart from these."""
        return Ends(self.timeout, self.dendrite.copied(), self.axon.copied(), self.torch)


class Part(BaseModel):
    """A model inside a message that travels by the same rules: bytes as base64, finite floats."""

    model_config = WIRE

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return strict_bytes(handler(source))


class Synapse(Part):
    """A message. A field whose default is None is an answer field, every other one a question field.

    `Question()` and `Answer()` override that. Answers never overwrite questions. `required_hash_fields` names the
    fields that the legacy format binds to the signature, in the order in which they are hashed.

    A message also knows its `timeout` and its two ends, `dendrite` and `axon`. They are no JSON fields: on the
    server they hold what was verified, on the client what was measured.
    """

    required_hash_fields: ClassVar[tuple[str, ...]] = ()
    __question_fields__: ClassVar[tuple[str, ...]] = ()
    __answer_fields__: ClassVar[tuple[str, ...]] = ()
    __names__: ClassVar[tuple[str, ...]] = ()
    __hashed__: ClassVar[tuple[str, ...] | None] = None

    @property
    def timeout(self) -> float:
        """Seconds that the caller waits."""
        return self.ends.timeout

    @timeout.setter
    def timeout(self, seconds: float) -> None:
        self.ends.timeout = seconds

    @property
    def dendrite(self) -> Terminal:
        """The sender."""
        return self.ends.dendrite

    @dendrite.setter
    def dendrite(self, terminal: Terminal) -> None:
        self.ends.dendrite = terminal

    @property
    def axon(self) -> Terminal:
        """The receiver."""
        return self.ends.axon

    @axon.setter
    def axon(self, terminal: Terminal) -> None:
        self.ends.axon = terminal

    @cached_property  # a private attribute of pydantic's would cost more than reading a small message
    def ends(self) -> Ends:
        """The two ends and the timeout together."""
        return Ends()

    @property
    def in_torch(self) -> bool:
        """Whether the far end is an older SDK in torch mode. Unlike `ends.torch`, it makes no ends to know that."""
        return "ends" in self.__dict__ and self.ends.torch

    def between(self, ends: Ends) -> None:
        """Put the message between other ends, which it shares with no other message."""
        self.__dict__["ends"] = ends

    @classmethod
    def question_fields(cls) -> tuple[str, ...]:
        """The names of the fields that the caller fills, in declaration order."""
        return cls.__question_fields__

    @classmethod
    def answer_fields(cls) -> tuple[str, ...]:
        """The names of the fields that the miner fills, in declaration order."""
        return cls.__answer_fields__

    @classmethod
    def field_names(cls) -> tuple[str, ...]:
        """The names of all fields, in declaration order."""
        return cls.__names__

    @classmethod
    def hash_fields(cls) -> tuple[str, ...]:
        """The names of the fields in the legacy body hash, in the order in which they are hashed."""
        return cls.required_hash_fields if cls.__hashed__ is None else cls.__hashed__

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        _refuse_reserved(cls, _own_annotations(cls))

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        _refuse_reserved(cls, cls.model_fields)
        roles = {name: _role_of(info) for name, info in cls.model_fields.items()}
        cls.__question_fields__ = tuple(name for name, role in roles.items() if role == ASKED)
        cls.__answer_fields__ = tuple(name for name, role in roles.items() if role == ANSWERED)
        cls.__names__ = tuple(roles)
        cls.__hashed__ = _hashed(cls)
        _check_definition(cls)


def _own_annotations(cls: type) -> Any:
    if sys.version_info >= (3, 14):
        import annotationlib

        return annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF)
    return inspect.get_annotations(cls)


def _refuse_reserved(cls: type, names: Any) -> None:
    if taken := sorted(RESERVED.intersection(names)):
        raise ConfigurationError(
            f"{cls.__name__} declares {', '.join(taken)}, which the protocol uses itself",
            hint=f"rename the field, for example to `{taken[0]}_`",
        )


def _role_of(info: FieldInfo) -> str:
    for item in info.metadata:
        if isinstance(item, _Role):
            return item.role
    return ANSWERED if info.default is None and info.default_factory is None else ASKED


def _hashed(cls: type[Synapse]) -> tuple[str, ...] | None:
    """The hash fields of a class in the older style, where a field of its own names them, hashed in model order."""
    declared = cls.model_fields.get("required_hash_fields")
    if declared is None:
        return None
    names = declared.get_default(call_default_factory=True)
    return tuple(name for name in cls.model_fields if name in names)


def _check_definition(cls: type[Synapse]) -> None:
    """Raise `ConfigurationError` for what could only fail later, at a peer."""
    if unknown := [name for name in cls.hash_fields() if name not in cls.model_fields]:
        raise ConfigurationError(f"{cls.__name__} hashes {', '.join(unknown)}, which it does not have")
    if required := [name for name in cls.__answer_fields__ if cls.model_fields[name].is_required()]:
        raise ConfigurationError(
            f"the answer fields {', '.join(required)} of {cls.__name__} have no default",
            hint="give them `Answer(None)`",
        )
    _refuse_aliases(cls, cls.__name__)
    for name, info in cls.model_fields.items():
        _check_parts(cls, name, info.annotation)
    if cls.__pydantic_complete__:
        check_stubs(cls)


def _check_parts(cls: type[Synapse], name: str, annotation: Any) -> None:
    for model in _models_in(annotation):
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


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    return [kind for kind in _types_in(annotation) if isinstance(kind, type) and issubclass(kind, BaseModel)]


def _types_in(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _types_in(argument)


def stub_values(cls: type[Synapse]) -> dict[str, Any]:
    """The empty JSON value of every field without a default, which legacy servers want in headers."""
    return {name: empty_value(info.annotation) for name, info in cls.model_fields.items() if info.is_required()}


def check_stubs(cls: type[Synapse]) -> None:
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


__all__ = ["DEFAULT_TIMEOUT", "Answer", "Ends", "Part", "Question", "Synapse", "check_stubs", "stub_values"]
