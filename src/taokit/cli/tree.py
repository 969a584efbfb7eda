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
    epilog: str = ""  # a group has its own
    passes_on: bool = False  # whether it reads its flags itself

    @property
    def found(self) -> Any:
        """What the name stands for, imported now."""
        return getattr(import_module(f"taokit.cli.{self.module}"), self.name)

    def join(self, app: typer.Typer, name: str) -> None:
        """Make it a command of this name."""
        if isinstance(self.found, typer.Typer):
            app.add_typer(self.found)
        else:
            app.command(name, epilog=self.epilog, context_settings=_PASS_ON if self.passes_on else None)(self.found)


_PASS_ON: Final = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}

_PARTS: Final = {
    "emission": _Part("emission", "emission", "Example:  taokit emission --issuance 10500000"),
    "doctor": _Part("doctor.command", "doctor", "Example:  taokit doctor --network test --netuid 7 --wallet me/hot"),
    "register": _Part(
        "register", "register", "Example:  taokit register --network test --netuid 7 --wallet me/hot --max-burn 0.5"
    ),
    "serve-info": _Part(
        "serve_info",
        "serve_info",
        "Example:  taokit serve-info --netuid 7 --wallet me/hot --publish 203.0.113.7:8091",
    ),
    "metagraph": _Part(
        "metagraph.command",
        "metagraph",
        "Example:  taokit metagraph --network finney --netuid 7 --sort incentive --top 10",
    ),
    "migrate": _Part("migrate.command", "migrate", "Examples:  taokit migrate neurons   ·   taokit migrate . --write"),
    "new": _Part(
        "new",
        "new",
        "Examples:  taokit new   ·   taokit new my-subnet --template artefact --set store=s3 --yes",
    ),
    "replay": _Part(
        "replay", "replay", "Example:  taokit replay round-000000012.jsonl my_subnet.validator:MyValidator"
    ),
    "conformance": _Part("wire.conformance", "conformance", "Example:  taokit conformance tests/vectors/wire/*.json"),
    "dev": _Part(
        "dev.entry",
        "dev",
        "Examples:  taokit dev   ·   taokit dev . --miners 8   ·   taokit dev --epochs 6 --seed 1 --json",
    ),
    "miner": _Part("neurons", "miner", EXIT_CODES, passes_on=True),
    "validator": _Part("neurons", "validator", EXIT_CODES, passes_on=True),
    "yuma": _Part("yuma", "app"),
    "sim": _Part("sim", "app"),
    "explain": _Part("explain", "app"),
    "devnet": _Part("devnet.command", "app"),
    "chain": _Part("chain.command", "app"),
    "weights": _Part("weights.command", "app"),
    "wire": _Part("wire.command", "app"),
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
