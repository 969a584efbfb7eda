"""Messages: pydantic models whose fields are asked by one side and answered by the other."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema

from taokit.errors import ConfigurationError
from taokit.protocol.base64 import strict_bytes
from taokit.protocol.definition import check_fields, check_types
from taokit.protocol.terminal import Terminal

DEFAULT_TIMEOUT = 12.0  # seconds
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
        "question_fields",
        "answer_fields",
        "field_names",
        "hash_fields",
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
    __hashed__: ClassVar[tuple[str, ...]] = ()

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
        return cls.__hashed__

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
        check_fields(cls, answer_fields=cls.__answer_fields__)
        if cls.__pydantic_complete__:
            check_types(cls, hash_fields=cls.__hashed__)

    @classmethod
    def __pydantic_on_complete__(cls) -> None:
        """Check a class that names a later one, now that this one is there."""
        if cls.__names__ and "__names__" in cls.__dict__:  # else it is being defined, and checked once that is done
            check_types(cls, hash_fields=cls.__hashed__)


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


def _hashed(cls: type[Synapse]) -> tuple[str, ...]:
    """The hash fields of a class. In the older style, where a field of its own names them, they follow model order."""
    declared = cls.model_fields.get("required_hash_fields")
    names = cls.required_hash_fields if declared is None else declared.get_default(call_default_factory=True)
    if isinstance(names, str):
        raise ConfigurationError(
            f"the required_hash_fields of {cls.__name__} are a text, not a tuple of names",
            hint=f'write `required_hash_fields = ("{names}",)`, with the comma',
        )
    if unknown := [name for name in names if name not in cls.model_fields]:
        raise ConfigurationError(
            f"{cls.__name__} hashes {', '.join(unknown)}, which it does not have",
            hint="spell it as the field is spelled, or leave it out; either way both sides must do the same",
        )
    return tuple(names if declared is None else (name for name in cls.model_fields if name in names))


__all__ = ["DEFAULT_TIMEOUT", "RESERVED", "Answer", "Ends", "Part", "Question", "Synapse"]
