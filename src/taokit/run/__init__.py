"""`taokit.run(Cls)`: joins a role, a key and a chain for one neuron, for scripts and the command line alike."""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taokit.errors import ConfigurationError, LocalError, NetworkError, NoSuchSubnet, NotRegistered, TaokitError
from taokit.run.loading import load_class, load_module
from taokit.run.logs import log_to_stderr
from taokit.run.options import OPTIONS, Choices, Option, from_variables, pairs, parse, read_config, unknown_variables

if TYPE_CHECKING:  # what is joined here loads only when something runs
    from taokit.neuron import Place, Role
    from taokit.signer import Signer

log = logging.getLogger("taokit")

EXIT_STOPPED, EXIT_CRASHED, EXIT_CONFIGURATION, EXIT_UNREACHABLE = 0, 1, 2, 3


def run(cls: type[Role], argv: Sequence[str] | None = None, *, prog: str | None = None) -> None:
    """Run one neuron of this class until it is stopped, then exit the process.

    Reads the flags of `OPTIONS` from `argv` (default: the command line), the variables that stand for them, and the
    configuration file. An error is printed as one sentence and one hint. Exit codes: 0 stopped, 1 crashed,
    2 configuration, 3 chain unreachable.
    """
    try:
        config = read_config(os.environ, Path.home())
        sys.exit(_run(cls, parse(argv, os.environ, cls=cls, prog=prog, config=config)))
    except TaokitError as error:
        sys.exit(report(error, as_json="--json" in (sys.argv if argv is None else argv)))
    except KeyboardInterrupt:
        sys.exit(EXIT_STOPPED)


def exit_code(error: TaokitError) -> int:
    """2 for what the user can set right, 3 for a chain that cannot be reached, else 1."""
    if isinstance(error, LocalError | NotRegistered | NoSuchSubnet):
        return EXIT_CONFIGURATION
    return EXIT_UNREACHABLE if isinstance(error, NetworkError) else EXIT_CRASHED


def report(error: TaokitError, *, as_json: bool) -> int:
    """Print an error as one sentence and one hint on standard error; returns the exit code."""
    if as_json:
        said = {"error": str(error), "hint": error.hint, "kind": type(error).__name__}
        sys.stderr.write(json.dumps(said) + "\n")
    else:
        sys.stderr.write(f"error: {error}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
    return exit_code(error)


def _run(cls: type[Role], choices: Choices) -> int:
    """Run the neuron until it is stopped; the exit code."""
    import asyncio

    log_to_stderr(as_json=choices.as_json, verbosity=choices.verbosity)
    for note in choices.notes:
        log.warning("%s", note)
    try:
        asyncio.run(_live(cls, choices, _signer(choices, os.environ)))
    except asyncio.CancelledError:
        log.info("%s stopped", cls.__name__)
    except TaokitError:
        raise
    except Exception:
        log.exception("%s crashed", cls.__name__)
        return EXIT_CRASHED
    return EXIT_STOPPED


async def _live(cls: type[Role], choices: Choices, signer: Signer) -> None:
    """One neuron from start to stop. SIGTERM and SIGINT end it in order, at any moment."""
    import asyncio
    import signal

    from taokit.connect import connection
    from taokit.neuron import neuron_of

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    async with connection(choices.network) as chain:
        neuron = neuron_of(cls, _place(choices, os.environ), signer=signer, chain=chain)
        await neuron.start()
        try:
            log.info("%s runs as %s on port %s", cls.__name__, signer.ss58, neuron.port)
            await neuron.wait()
        finally:
            await neuron.stop()


def _place(choices: Choices, environment: Mapping[str, str]) -> Place:
    from taokit.neuron import Place, state_root

    here = on_this_machine(choices.network)
    return Place(
        netuid=choices.netuid,
        state=state_root(
            choices.state_dir,
            taokit_state=None,  # already among the choices
            xdg_state_home=environment.get("XDG_STATE_HOME"),
            home=Path.home(),
        ),
        seed=secrets.token_bytes(32),
        host=choices.host or ("127.0.0.1" if here else "0.0.0.0"),  # noqa: S104  miners serve the network
        port=choices.port,
        external_ip=choices.external_ip,
        external_port=choices.external_port,
        allow_private=here,
        settings=choices.settings,
    )


def on_this_machine(network: str) -> bool:
    """Whether a network is a chain of this machine, where development keys and loopback addresses have their place."""
    if network in ("devnet", "local"):
        return True
    host = urlsplit(network).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _signer(choices: Choices, environment: Mapping[str, str]) -> Signer:
    from taokit.keys import coldkey_lies_open, from_uri, hotkey

    if choices.wallet is None:
        raise ConfigurationError(
            "--wallet is missing", hint="pass --wallet NAME/HOTKEY, or --wallet //miner/0 on a devnet"
        )
    if choices.wallet.startswith("//"):
        if not on_this_machine(choices.network):
            raise ConfigurationError(
                f"{choices.wallet} is a development key, which anybody can use",
                hint="pass --wallet NAME/HOTKEY on a real network",
            )
        return from_uri(choices.wallet)
    path = Path(choices.wallet_path).expanduser()
    if coldkey_lies_open(choices.wallet, path=path):
        log.warning("the coldkey of %s lies here unencrypted; a neuron needs none", choices.wallet)
    return hotkey(choices.wallet, choices.wallet_hotkey, path=path, password=_password(environment))


def _password(environment: Mapping[str, str]) -> str | None:
    """The password of an encrypted hotkey: `BT_WALLET_PASSWORD`, or the first line of `BT_WALLET_PASSWORD_FILE`."""
    if (stated := environment.get("BT_WALLET_PASSWORD")) is not None:
        return stated
    if not (file := environment.get("BT_WALLET_PASSWORD_FILE")):
        return None
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigurationError(
            f"cannot read {file}: {reason}", hint="let BT_WALLET_PASSWORD_FILE name a file with the password"
        ) from None


__all__ = [
    "EXIT_CONFIGURATION",
    "EXIT_CRASHED",
    "EXIT_STOPPED",
    "EXIT_UNREACHABLE",
    "OPTIONS",
    "Choices",
    "Option",
    "exit_code",
    "from_variables",
    "load_class",
    "load_module",
    "on_this_machine",
    "pairs",
    "parse",
    "read_config",
    "report",
    "run",
    "unknown_variables",
]
