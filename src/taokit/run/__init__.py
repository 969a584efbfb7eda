"""`taokit.run(Cls)`: joins a role, a key and a chain for one neuron, for scripts and the command line alike."""

from __future__ import annotations

import json
import logging
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taokit.errors import ConfigurationError, LocalError, NetworkError, NoSuchSubnet, NotRegistered, TaokitError
from taokit.run.loading import load_class, load_module
from taokit.run.logs import log_to_stderr
from taokit.run.options import OPTIONS, Choices, Option, from_variables, pairs, parse, read_config, unknown_variables

if TYPE_CHECKING:  # what is joined here loads only when something runs
    from multiprocessing.connection import Connection

    from taokit.neuron import Place, Role
    from taokit.signer import Signer

log = logging.getLogger("taokit")


@dataclass(frozen=True, slots=True)
class Worker:
    """One of several processes that serve a neuron's port."""

    number: int
    pipe: Connection  # to the first process, which is on chain

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


def _run(cls: type[Role], choices: Choices, *, worker: Worker | None = None) -> int:
    """Run the neuron until it is stopped; the exit code."""
    import asyncio

    log_to_stderr(as_json=choices.as_json, verbosity=choices.verbosity)
    for note in choices.notes:
        log.warning("%s", note)
    try:
        asyncio.run(_live(cls, choices, _signer(choices, os.environ), worker))
    except asyncio.CancelledError:
        log.info("%s stopped", cls.__name__)
    except TaokitError:
        raise
    except Exception:
        log.exception("%s crashed", cls.__name__)
        return EXIT_CRASHED
    return EXIT_STOPPED


def _work(cls: type[Role], choices: Choices, number: int, pipe: Connection) -> None:
    """One worker's process, from start to stop; it leaves when the first process says so, or is gone."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # of a terminal's Ctrl-C the first process makes a SIGTERM
    try:
        sys.exit(_run(cls, replace(choices, notes=()), worker=Worker(number, pipe)))
    except TaokitError as error:
        sys.exit(report(error, as_json=choices.as_json))


async def _live(cls: type[Role], choices: Choices, signer: Signer, worker: Worker | None) -> None:
    """One neuron from start to stop. SIGTERM and SIGINT end it in order, at any moment."""
    import asyncio
    import signal

    from taokit.connect import Nodes, connection
    from taokit.neuron import neuron_of
    from taokit.run.working import spawn_at, when_alone

    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGTERM, signal.SIGINT) if worker is None else (signal.SIGTERM,):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    if worker is not None:
        when_alone(worker.pipe, task.cancel)
    place, spawn = _place(choices, os.environ, worker), spawn_at(_work, cls, choices)
    nodes = Nodes(
        fallback=choices.fallback_endpoints, archive=choices.archive_endpoints, retry_forever=choices.retry_forever
    )
    async with connection(choices.network, nodes=nodes) as chain:
        neuron = neuron_of(cls, place, signer=signer, chain=chain, spawn=spawn)
        await neuron.start()
        try:
            if worker is not None:
                worker.pipe.send("serves")
            log.info("%s runs as %s on port %s", cls.__name__, signer.ss58, neuron.port)
            await neuron.wait()
        finally:
            await neuron.stop()


def _place(choices: Choices, environment: Mapping[str, str], worker: Worker | None) -> Place:
    from taokit.neuron import Place, state_root

    number = None if worker is None else worker.number
    private_port = choices.private_port + (number or 0) if choices.private_port else choices.private_port

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
        private_port=private_port,
        private_host=choices.private_host,
        tls=choices.tls,
        sealing=choices.sealing,
        redis=choices.redis,
        workers=choices.workers,
        worker=number,
        allow_private=here,
        record=None if choices.record is None else Path(choices.record),
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
    return hotkey(choices.wallet, choices.wallet_hotkey, path=path, password=wallet_password(environment))


def wallet_password(environment: Mapping[str, str]) -> str | None:
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
    "wallet_password",
]
