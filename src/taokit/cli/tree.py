"""The subcommands. Each turns its arguments into one call, and is imported when it is called or listed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Annotated, Any, Final

import typer

from taokit.run import EXIT_CODES

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What a command line that does not parse raises. Typer hands it on from click, or from a copy of its own."""


@dataclass(frozen=True, slots=True)
class _Part:
    """One command, not imported yet."""

    module: str  # below this package
    name: str  # of the function, or of the `Typer` with the commands of a group
    panel: str  # of the help where it stands
    epilog: str = ""  # a group has its own
    passes_on: bool = False  # whether it reads its flags itself

    @property
    def found(self) -> Any:
        """What the name stands for, imported now."""
        return getattr(import_module(f"taokit.cli.{self.module}"), self.name)

    def join(self, app: typer.Typer, name: str) -> None:
        """Make it a command of this name."""
        if isinstance(self.found, typer.Typer):
            app.add_typer(self.found, rich_help_panel=self.panel)
        else:
            passed = _PASS_ON if self.passes_on else None
            app.command(name, epilog=self.epilog, context_settings=passed, rich_help_panel=self.panel)(self.found)


_PASS_ON: Final = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}

_BUILD, _RUN, _LOOK = "Build a subnet", "Run a neuron", "Look at a chain"
_STUDY, _WIRE = "Study incentive", "Test the wire"

_PARTS: Final = {
    "new": _Part(
        "new",
        "new",
        _BUILD,
        "Examples:  taokit new   ·   taokit new my-subnet --template artefact --set store=s3 --yes",
    ),
    "dev": _Part(
        "dev.entry",
        "dev",
        _BUILD,
        "Examples:  taokit dev   ·   taokit dev . --miners 8   ·   taokit dev --epochs 6 --seed 1 --json",
    ),
    "devnet": _Part("devnet.command", "app", _BUILD),
    "migrate": _Part(
        "migrate.command", "migrate", _BUILD, "Examples:  taokit migrate neurons   ·   taokit migrate . --write"
    ),
    "doctor": _Part(
        "doctor.command", "doctor", _RUN, "Example:  taokit doctor --network test --netuid 7 --wallet me/hot"
    ),
    "register": _Part(
        "register",
        "register",
        _RUN,
        "Example:  taokit register --network test --netuid 7 --wallet me/hot --max-burn 0.5",
    ),
    "miner": _Part("neurons", "miner", _RUN, EXIT_CODES, passes_on=True),
    "validator": _Part("neurons", "validator", _RUN, EXIT_CODES, passes_on=True),
    "serve-info": _Part(
        "serve_info",
        "serve_info",
        _RUN,
        "Example:  taokit serve-info --netuid 7 --wallet me/hot --publish 203.0.113.7:8091",
    ),
    "weights": _Part("weights.command", "app", _RUN),
    "metagraph": _Part(
        "metagraph.command",
        "metagraph",
        _LOOK,
        "Example:  taokit metagraph --network finney --netuid 7 --sort incentive --top 10",
    ),
    "chain": _Part("chain.command", "app", _LOOK),
    "emission": _Part("emission", "emission", _STUDY, "Example:  taokit emission --issuance 10500000"),
    "sim": _Part("sim", "app", _STUDY),
    "explain": _Part("explain", "app", _STUDY),
    "yuma": _Part("yuma", "app", _STUDY),
    "conformance": _Part(
        "wire.conformance", "conformance", _WIRE, "Example:  taokit conformance tests/vectors/wire/*.json"
    ),
    "replay": _Part(
        "replay", "replay", _WIRE, "Example:  taokit replay round-000000012.jsonl my_subnet.validator:MyValidator"
    ),
    "wire": _Part("wire.command", "app", _WIRE),
}


def tree(words: Sequence[str] = ()) -> typer.Typer:
    """The command line. Where the words begin with a command it has no other: whoever calls one waits for none."""
    app = typer.Typer(
        name="taokit",
        help="Miners, validators and a local chain for Bittensor subnets.",
        add_completion=True,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(root)
    for name in words[:1] if words and words[0] in _PARTS else _PARTS:
        _PARTS[name].join(app, name)
    return app


def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Miners, validators and a local chain for Bittensor subnets."""
    if version:
        from taokit._version import __version__

        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


__all__ = ["UsageError", "tree"]
