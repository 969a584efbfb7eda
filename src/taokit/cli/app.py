"""The subcommands. Each turns its arguments into one call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taokit._version import __version__
from taokit.cli import explain, sim, yuma
from taokit.cli.chain import command as chain
from taokit.cli.devnet import command as devnet
from taokit.cli.doctor.command import doctor
from taokit.cli.emission import emission
from taokit.cli.metagraph.command import metagraph
from taokit.cli.migrate.command import migrate
from taokit.cli.new import new
from taokit.cli.register import register
from taokit.cli.replay import replay
from taokit.cli.serve_info import serve_info
from taokit.cli.weights import command as weights
from taokit.cli.wire import command as wire
from taokit.cli.wire.conformance import conformance
from taokit.errors import ConfigurationError
from taokit.run import EXIT_CODES

app = typer.Typer(
    name="taokit",
    help="Miners, validators and a local chain for Bittensor subnets.",
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
PASS_ON = {"ignore_unknown_options": True, "allow_extra_args": True, "help_option_names": []}

UsageError: type[Exception] = typer.BadParameter.__mro__[1]
"""What a command line that does not parse raises. Typer hands it on from click, or from a copy of its own."""

app.add_typer(yuma.app)
app.add_typer(sim.app)
app.add_typer(explain.app)
app.add_typer(devnet.app)
app.add_typer(chain.app)
app.add_typer(weights.app)
app.add_typer(wire.app)
app.command(epilog="Example:  taokit emission --issuance 10500000")(emission)
app.command(epilog="Example:  taokit doctor --network test --netuid 7 --wallet me/hot")(doctor)
app.command(epilog="Example:  taokit register --network test --netuid 7 --wallet me/hot --max-burn 0.5")(register)
app.command("serve-info", epilog="Example:  taokit serve-info --netuid 7 --wallet me/hot --publish 203.0.113.7:8091")(
    serve_info
)
app.command(epilog="Example:  taokit metagraph --network finney --netuid 7 --sort incentive --top 10")(metagraph)
app.command(epilog="Examples:  taokit migrate neurons   ·   taokit migrate . --write")(migrate)
app.command(epilog="Examples:  taokit new   ·   taokit new my-subnet --template artefact --set store=s3 --yes")(new)
app.command(epilog="Example:  taokit replay round-000000012.jsonl my_subnet.validator:MyValidator")(replay)
app.command(epilog="Example:  taokit conformance tests/vectors/wire/*.json")(conformance)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version and stop.")] = False,
) -> None:
    """Miners, validators and a local chain for Bittensor subnets."""
    if version:
        typer.echo(__version__)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command(epilog="Examples:  taokit dev   ·   taokit dev . --miners 8   ·   taokit dev --epochs 6 --seed 1 --json")
def dev(
    path: Annotated[Path | None, typer.Argument(help="Folder or file of your subnet; none: the built-in one.")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Stop after so many epochs.")] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes keys, time, tasks and salts.")] = None,
    interval: Annotated[float, typer.Option(min=0.0, help="Seconds that an epoch takes at least.")] = 5.0,
    report: Annotated[Path | None, typer.Option(help="Write an HTML report to this file at the end.")] = None,
    miners: Annotated[
        int | None, typer.Option(min=1, max=64, help="How many miners (4; of a file, each class once).")
    ] = None,
    validators: Annotated[int | None, typer.Option(min=1, max=16, help="How many of your validators (3).")] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting of your classes.")
    ] = None,
    processes: Annotated[
        bool, typer.Option("--processes", help="Each neuron in a process of its own, on a chain over a socket.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each epoch, nothing else.")] = False,
) -> None:
    """Run a whole subnet on this machine: an embedded chain, miners and validators, and a live table."""
    from taokit.cli.dev.command import Options, play

    play(
        Options(
            path=path,
            epochs=epochs,
            seed=seed,
            interval=interval,
            report=report,
            miners=miners,
            validators=validators,
            settings=tuple(settings or ()),
            as_json=as_json,
            processes=processes,
        )
    )


@app.command(context_settings=PASS_ON, epilog=EXIT_CODES)
def miner(context: typer.Context) -> None:
    """Run one miner: taokit miner MODULE:CLASS --network N --netuid N --wallet W (see taokit miner M:C --help).

    It runs below a supervisor, which starts it again when it is stuck.
    """
    _supervised("miner", context)


@app.command(context_settings=PASS_ON, epilog=EXIT_CODES)
def validator(context: typer.Context) -> None:
    """Run one validator: taokit validator MODULE:CLASS --network N --netuid N --wallet W (see … --help).

    It runs below a supervisor, which starts it again when it is stuck.
    """
    _supervised("validator", context)


def _supervised(kind: str, context: typer.Context) -> None:
    from taokit.run.logs import log_to_stderr
    from taokit.run.supervising import supervise

    spec, rest = _spec(kind, context)
    log_to_stderr(as_json="--json" in rest, verbosity=0)
    raise typer.Exit(supervise(kind, spec, rest))


def _spec(command: str, context: typer.Context) -> tuple[str, list[str]]:
    """The class to run, and the flags for it, which are read once the class is known."""
    args = context.args
    if args[:1] in (["-h"], ["--help"]):
        typer.echo(context.get_help())
        raise typer.Exit
    if args and not args[0].startswith("-"):
        return args[0], args[1:]
    raise ConfigurationError(
        f"taokit {command} needs a class first",
        hint=f"taokit {command} my_subnet.{command}:My{command.title()} --network test --netuid 7 --wallet me/hot",
    )


__all__ = ["UsageError", "app"]
