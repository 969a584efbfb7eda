"""`taokit.run(Cls)`: joins a role, a key and a chain for one neuron, for scripts and the command line alike."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from taokit.errors import TaokitError
from taokit.run.ending import (
    EXIT_CODES,
    EXIT_CONFIGURATION,
    EXIT_CRASHED,
    EXIT_DEREGISTERED,
    EXIT_STOPPED,
    EXIT_UNREACHABLE,
    exit_code,
    report,
)
from taokit.run.loading import load_class, load_module
from taokit.run.options import OPTIONS, Choices, from_variables, pairs, parse, read_config, unknown_variables
from taokit.run.precedence import Option
from taokit.run.signing import (
    KeyChoice,
    coldkey_of,
    hotkey_address,
    hotkey_of,
    on_this_machine,
    password_of,
    wallet_password,
)

if TYPE_CHECKING:  # what is joined here loads only when something runs
    from taokit.neuron import Role
    from taokit.signer import Signer


def run(
    cls: type[Role],
    argv: Sequence[str] | None = None,
    *,
    prog: str | None = None,
    signer: Signer | None = None,
    supervisor: int | None = None,
) -> None:
    """Run one neuron of this class until it is stopped, then exit the process.

    Reads the flags of `OPTIONS` from `argv` (default: the command line), the variables that stand for them, and the
    configuration file. `signer` is a key in place of any that these name. `supervisor` is the descriptor of a pipe into
    which it beats, as `taokit miner` has it. An error is printed as one sentence and one hint. Exit codes: 0 stopped,
    1 crashed, 2 configuration, 3 chain unreachable, 4 not registered, or not any more.
    """
    try:
        config = read_config(os.environ, Path.home())
        choices = parse(argv, os.environ, cls=cls, prog=prog, config=config)
        from taokit.run.living import Above, live

        sys.exit(live(cls, choices, Above(signer=signer, supervisor=supervisor)))
    except TaokitError as error:
        sys.exit(report(error, as_json="--json" in (sys.argv if argv is None else argv)))
    except KeyboardInterrupt:
        sys.exit(EXIT_STOPPED)


__all__ = [
    "EXIT_CODES",
    "EXIT_CONFIGURATION",
    "EXIT_CRASHED",
    "EXIT_DEREGISTERED",
    "EXIT_STOPPED",
    "EXIT_UNREACHABLE",
    "OPTIONS",
    "Choices",
    "KeyChoice",
    "Option",
    "coldkey_of",
    "exit_code",
    "from_variables",
    "hotkey_address",
    "hotkey_of",
    "load_class",
    "load_module",
    "on_this_machine",
    "pairs",
    "parse",
    "password_of",
    "read_config",
    "report",
    "run",
    "unknown_variables",
    "wallet_password",
]
