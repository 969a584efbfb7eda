"""The `taokit` command: errors are printed here, once, and an interrupt ends it quietly whatever it is doing."""

from __future__ import annotations

import gc
import signal
import sys


def main() -> None:
    """Run the command line; exits with 0, 1 (crashed), 2 (configuration), 3 (chain unreachable) or 4 (no uid)."""
    gc.set_threshold(50_000, 20, 20)  # imports make objects by the hundred thousand, and none of them is garbage
    try:
        code = _called()
    except KeyboardInterrupt:
        code = 0
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # nothing is left that an interrupt could end
    # An interrupt that fell into code made from text, as dataclasses are, makes the interpreter end itself by the
    # signal, whoever caught it; it forgets that when the next such code runs.
    exec("")  # noqa: S102
    sys.exit(code)


def _called() -> int:
    """Import and run the command; the exit code. The import alone takes long enough to be interrupted."""
    import typer

    from taokit.cli.config import call
    from taokit.cli.tree import UsageError, tree
    from taokit.errors import ConfigurationError, TaokitError
    from taokit.run import report

    try:
        code = call(tree(sys.argv[1:]), sys.argv[1:])
    except TaokitError as error:
        return report(error, as_json="--json" in sys.argv)
    except UsageError as error:
        said = str(getattr(error, "format_message", error.__str__)()).removesuffix(".")
        if not said:  # a group without a command: its help stands there already
            return 0
        command = getattr(getattr(error, "ctx", None), "command_path", "taokit")
        usage = ConfigurationError(said[:1].lower() + said[1:], hint=f"see `{command} --help`")
        return report(usage, as_json="--json" in sys.argv)
    except typer.Abort:
        return 0
    return 0 if code in (None, INTERRUPTED) else int(code)


INTERRUPTED = 130
"""What typer makes of an interrupt."""

__all__ = ["main"]
