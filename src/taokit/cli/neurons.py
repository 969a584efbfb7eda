"""`taokit miner` and `taokit validator`: which class to run; its own flags are read once it is known."""

from __future__ import annotations

import typer

from taokit.errors import ConfigurationError


def miner(context: typer.Context) -> None:
    """Run one miner: taokit miner MODULE:CLASS --network N --netuid N --wallet W (see taokit miner M:C --help).

    It runs below a supervisor, which starts it again when it is stuck.
    """
    _supervised("miner", context)


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


__all__ = ["miner", "validator"]
