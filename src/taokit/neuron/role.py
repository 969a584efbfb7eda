"""What a miner and a validator have in common: what the runner gives them, and their settings."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import ClassVar

from pydantic import BaseModel, ConfigDict, ValidationError

from taokit.chain import AsyncChain
from taokit.errors import ConfigurationError
from taokit.metagraph import Metagraph
from taokit.signer import Signer

_NEEDED = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)


class NoSettings(BaseModel):
    """The settings of a role that has none."""

    model_config = ConfigDict(extra="forbid")


class Role:
    """Base of `Miner` and `Validator`. Everything it needs is handed in before `setup`; it reads no flags or files."""

    Settings: ClassVar[type[BaseModel]] = NoSettings
    """A nested pydantic model; filled from `--set name=value` and from variables `TAOKIT_NAME`."""

    signer: Signer
    """Signs with this neuron's hotkey."""
    chain: AsyncChain
    """The chain it runs on."""
    metagraph: Metagraph
    """The subnet as this neuron last saw it; the runner replaces it as the chain moves on."""
    netuid: int
    """The subnet it runs on."""
    settings: BaseModel
    """An instance of `Settings`."""

    @classmethod
    def check(cls) -> None:
        """Raise `ConfigurationError` for a class that cannot run.

        Nobody passes arguments to its constructor, and of its methods some are awaited, some are called.
        """
        wanted = [
            p.name for p in inspect.signature(cls).parameters.values() if p.default is p.empty and p.kind in _NEEDED
        ]
        if wanted:
            raise ConfigurationError(
                f"{cls.__name__} cannot be made without its argument {wanted[0]!r}",
                hint="give it a default, or make it a field of a nested Settings model",
            )
        for base in cls.__mro__:
            if base.__module__.startswith("taokit.neuron."):
                _check_methods(cls, base)

    async def setup(self) -> None:
        """Whatever has to be ready before the neuron takes part. Runs once, before the port opens."""

    async def close(self) -> None:
        """Release what `setup` took. Runs once, after the last request or round, if `setup` returned."""

    def configure(self, settings: Mapping[str, str]) -> None:
        """Fill `settings` from text values. Raises `ConfigurationError` that names the field."""
        model = type(self).Settings
        hint = f"its settings are: {', '.join(model.model_fields) or 'none'}; pass one as --set name=value"
        aliases = {str(field.validation_alias) for field in model.model_fields.values()}
        unknown = [name for name in settings if name not in model.model_fields and name not in aliases]
        if unknown and model.model_config.get("extra", "forbid") == "forbid":  # a model that says otherwise may ignore
            raise ConfigurationError(f"setting `{unknown[0]}` of {type(self).__name__}: there is none", hint=hint)
        try:
            self.settings = model.model_validate(dict(settings))
        except ValidationError as error:
            first = error.errors()[0]
            name = ".".join(map(str, first["loc"]))
            raise ConfigurationError(
                f"setting `{name}` of {type(self).__name__}: {first['msg'].lower()}", hint=hint
            ) from error


def _check_methods(cls: type[Role], base: type) -> None:
    """Raise where a method is no `async def` and the one that it replaces is, or the other way round."""
    for name, replaced in vars(base).items():
        method = inspect.unwrap(getattr(cls, name))
        awaited = inspect.iscoroutinefunction(replaced)
        if not (inspect.isfunction(replaced) and inspect.isfunction(method)):
            continue
        if awaited != inspect.iscoroutinefunction(method):
            written = f"{'async ' if awaited else ''}def {name}({', '.join(inspect.signature(replaced).parameters)})"
            is_not = "a plain function, it is awaited" if awaited else "an async function, it is called as a plain one"
            raise ConfigurationError(f"{cls.__name__}.{name} is {is_not}", hint=f"write `{written}`")


__all__ = ["NoSettings", "Role"]
