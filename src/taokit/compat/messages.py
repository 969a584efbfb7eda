"""Messages as SDK 10 has them: a field with a default is an output, which the caller may fill as well."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self, TypeVar

from pydantic import BaseModel

import taokit.protocol as protocol
from taokit.compat.absent import ABSENT, lacking
from taokit.compat.terminal import TerminalInfo
from taokit.protocol import Ends, Terminal
from taokit.protocol.legacy_hash import body_hash

T = TypeVar("T")
ENDS = ("timeout", "dendrite", "axon")
IGNORED = ("name", "total_size", "header_size", "computed_body_hash")

if TYPE_CHECKING:
    from pydantic._internal._model_construction import ModelMetaclass
else:
    ModelMetaclass = type(BaseModel)  # which has no public name


class _Called(ModelMetaclass):
    """Lets a message be made with its two ends and its timeout, which are no fields here.

    Not by `__init__`: pydantic would send everything that comes over the wire through it.
    """

    def __call__(cls: type[T], *args: Any, **values: Any) -> T:  # noqa: N805  the class is what it is called on
        ends = {name: values.pop(name) for name in ENDS if values.get(name) is not None}
        for name in IGNORED:
            values.pop(name, None)
        made: T = super().__call__(*args, **values)  # type: ignore[misc]
        for name, value in ends.items():
            setattr(made, name, value)
        return made

    def __getattr__(cls, name: str) -> Any:  # noqa: N805
        if name in ABSENT["Synapse"]:
            raise AttributeError(lacking("Synapse", name))
        return super().__getattr__(name)  # type: ignore[misc]


class Synapse(protocol.Synapse, metaclass=_Called):
    """A message with the meaning of SDK 10's (`bittensor.core.synapse.Synapse`).

    Every field travels to the miner, and every field with a default comes back, under each of the three formats. A
    field without a default is never overwritten by an answer. `dendrite` and `axon` are what was verified or measured.
    """

    @classmethod
    def __pydantic_init_subclass__(cls, **options: Any) -> None:
        super().__pydantic_init_subclass__(**options)
        cls.__question_fields__ = tuple(cls.model_fields)
        cls.__answer_fields__ = tuple(name for name, info in cls.model_fields.items() if not info.is_required())

    def __getattr__(self, name: str) -> Any:
        if name in ABSENT["Synapse"]:
            raise AttributeError(lacking("Synapse", name))
        return super().__getattr__(name)  # type: ignore[misc]

    @property
    def dendrite(self) -> TerminalInfo:
        """The sender."""
        return self.ends.dendrite  # type: ignore[return-value]  # `ends` sees to it

    @dendrite.setter
    def dendrite(self, terminal: Terminal) -> None:
        self.ends.dendrite = TerminalInfo.of(terminal)

    @property
    def axon(self) -> TerminalInfo:
        """The receiver."""
        return self.ends.axon  # type: ignore[return-value]

    @axon.setter
    def axon(self, terminal: Terminal) -> None:
        self.ends.axon = TerminalInfo.of(terminal)

    @property
    def ends(self) -> Ends:
        """The two ends and the timeout together, as SDK 10's classes have them."""
        ends = super().ends
        if type(ends.dendrite) is not TerminalInfo or type(ends.axon) is not TerminalInfo:
            ends.dendrite, ends.axon = TerminalInfo.of(ends.dendrite), TerminalInfo.of(ends.axon)
        return ends

    def deserialize(self) -> Any:
        """What the caller of a dendrite gets for this message; override it. By default the message itself."""
        return self

    @property
    def name(self) -> str:
        """The name of the class, which is also the path that serves it."""
        return type(self).__name__

    @property
    def is_success(self) -> bool:
        """Whether the neuron served it: status 200."""
        return self.dendrite.status_code == 200

    @property
    def is_failure(self) -> bool:
        """Whether it has any other status than 200, or none yet."""
        return self.dendrite.status_code != 200

    @property
    def is_timeout(self) -> bool:
        """Whether the time was over: status 408."""
        return self.dendrite.status_code == 408

    @property
    def is_blacklist(self) -> bool:
        """Whether the neuron does not let us in: status 403."""
        return self.dendrite.status_code == 403

    @property
    def failed_verification(self) -> bool:
        """Whether the neuron did not believe who we are: status 401."""
        return self.dendrite.status_code == 401

    @property
    def body_hash(self) -> str:
        """The hash that the legacy format signs, 64 hex digits, over the fields of `required_hash_fields`."""
        hashed: str = body_hash(self)
        return hashed

    @classmethod
    def get_required_fields(cls) -> list[str]:
        """The names of the fields without a default."""
        return [name for name, info in cls.model_fields.items() if info.is_required()]

    def copy(self, **options: Any) -> Self:
        """A copy that shares nothing of the two ends with this one."""
        made = self.model_copy(**options)
        made.between(self.ends.copied())
        return made


__all__ = ["Synapse", "TerminalInfo"]
