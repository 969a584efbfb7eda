"""`taokit.run(Cls)`: joins a role, a key and a chain for one neuron, for scripts and the command line alike."""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import secrets
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from taokit.errors import ConfigurationError, LocalError, NetworkError, NoSuchSubnet, NotRegistered, TaokitError

if TYPE_CHECKING:  # what is joined here loads only when something runs
    from taokit.chain import AsyncChain
    from taokit.neuron import Neuron, Place, Role
    from taokit.signer import Signer


R = TypeVar("R")

EXIT_STOPPED, EXIT_CRASHED, EXIT_CONFIGURATION, EXIT_UNREACHABLE = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Option:
    """One flag: its name, its variables in order of precedence, its default and its help."""

    flag: str
    variables: tuple[str, ...]
    default: str | None
    help: str
    short: str | None = None


OPTIONS = (
    Option(
        "--network", ("BT_NETWORK", "BT_SUBTENSOR_NETWORK"), "finney", "finney, test, local, devnet or an address", "-n"
    ),
    Option("--netuid", ("BT_NETUID",), None, "the subnet"),
    Option("--wallet", ("BT_WALLET", "BT_WALLET_NAME"), None, "wallet, or wallet/hotkey; //Alice on a devnet", "-w"),
    Option("--wallet-hotkey", ("BT_WALLET_HOTKEY",), None, "hotkey of the wallet", "-H"),
    Option("--wallet-path", ("BT_WALLET_PATH",), "~/.bittensor/wallets", "folder of the wallets"),
    Option("--host", ("BT_AXON_IP",), None, "address to bind"),
    Option("--port", ("BT_AXON_PORT",), "8091", "port to bind"),
    Option("--external-ip", ("BT_AXON_EXTERNAL_IP",), None, "address to publish"),
    Option("--external-port", ("BT_AXON_EXTERNAL_PORT",), None, "port to publish"),
    Option("--state-dir", ("TAOKIT_STATE",), None, "folder for what must survive a restart"),
)
"""What `taokit.run`, `taokit miner` and `taokit validator` take: flag > variable > default."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for, from flags and variables, as text."""

    network: str
    netuid: int
    wallet: str | None
    wallet_hotkey: str | None
    wallet_path: str
    host: str | None
    port: int
    external_ip: str | None
    external_port: int | None
    state_dir: str | None
    settings: Mapping[str, str] = field(default_factory=dict)
    as_json: bool = False
    verbosity: int = 0


__all__ = ["OPTIONS", "Choices", "Option", "exit_code", "load_class", "pairs", "parse", "report", "run"]


def run(cls: type[Role], argv: Sequence[str] | None = None, *, prog: str | None = None) -> None:
    """Run one neuron of this class until it is stopped, then exit the process.

    Reads the flags of `OPTIONS` from `argv` (default: the command line) and the variables that stand for them. An error
    is printed as one sentence and one hint. Exit codes: 0 stopped, 1 crashed, 2 configuration, 3 chain unreachable.
    """
    choices = None
    try:
        choices = parse(argv, os.environ, cls=cls, prog=prog)
        sys.exit(_run(cls, choices))
    except TaokitError as error:
        as_json = choices.as_json if choices else "--json" in (argv if argv is not None else sys.argv)
        sys.exit(report(error, as_json=as_json))


def parse(
    argv: Sequence[str] | None, environment: Mapping[str, str], *, cls: type[Role], prog: str | None = None
) -> Choices:
    """The choices that flags and variables make. Raises `ConfigurationError` for one that does not read."""
    parser = _Parser(prog=prog, description=f"Run {cls.__name__} as a neuron.")
    for option in OPTIONS:
        names = [option.flag] if option.short is None else [option.flag, option.short]
        variables = ", ".join(option.variables)
        default = f"; default {option.default}" if option.default else ""
        parser.add_argument(*names, help=f"{option.help} [{variables}{default}]")
    known = ", ".join(cls.Settings.model_fields) or "it has none"
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=f"a setting: {known}")
    parser.add_argument("--json", action="store_true", help="log and report errors as JSON lines")
    parser.add_argument("-v", "--verbose", action="count", default=0, help="log more; twice for every request")
    given = vars(parser.parse_args(argv))
    text = {option.flag: _chosen(option, given, environment) for option in OPTIONS}
    return Choices(
        network=text["--network"] or "finney",
        netuid=_whole("--netuid", text["--netuid"], largest=4095),
        wallet=text["--wallet"],
        wallet_hotkey=text["--wallet-hotkey"],
        wallet_path=text["--wallet-path"] or "",
        host=text["--host"],
        port=_whole("--port", text["--port"], largest=65535),
        external_ip=text["--external-ip"],
        external_port=_whole("--external-port", text["--external-port"], largest=65535)
        if text["--external-port"]
        else None,
        state_dir=text["--state-dir"],
        settings={**_from_variables(cls, environment), **pairs(given["set"])},
        as_json=given["json"],
        verbosity=given["verbose"],
    )


def load_class(spec: str, base: type[R]) -> type[R]:
    """The class that `MODULE:CLASS` names. Raises `ConfigurationError` unless it is a subclass of `base`."""
    module_name, colon, name = spec.partition(":")
    if not colon or not module_name or not name:
        raise ConfigurationError(f"{spec!r} does not name a class", hint="write it as package.module:Class")
    if str(Path.cwd()) not in sys.path:
        sys.path.insert(0, str(Path.cwd()))
    try:
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"there is no module {error.name!r}", hint="run from the folder that holds it, or install its package"
        ) from error
    found = getattr(module, name, None)
    if isinstance(found, type) and issubclass(found, base):
        return found
    there = [k for k, v in vars(module).items() if isinstance(v, type) and issubclass(v, base) and v is not base]
    raise ConfigurationError(
        f"{module_name} has no {base.__name__} named {name!r}",
        hint=f"it has: {', '.join(there) or 'none'}",
    )


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


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise ConfigurationError(message, hint=f"see {self.prog} --help")


def _chosen(option: Option, given: Mapping[str, Any], environment: Mapping[str, str]) -> str | None:
    flag: str | None = given[option.flag.lstrip("-").replace("-", "_")]
    if flag is not None:
        return flag
    return next((environment[name] for name in option.variables if environment.get(name)), option.default)


def _whole(name: str, text: str | None, *, largest: int) -> int:
    if text is None:
        raise ConfigurationError(f"{name} is missing", hint=f"pass {name} NUMBER")
    if not text.isdecimal() or int(text) > largest:
        raise ConfigurationError(
            f"{name} is {text!r}, not a whole number from 0 to {largest}", hint=f"pass {name} NUMBER"
        )
    return int(text)


def pairs(items: Sequence[str]) -> dict[str, str]:
    """The settings that `--set name=value` gave. Raises `ConfigurationError` for one without a value."""
    found = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals:
            raise ConfigurationError(f"--set {item}: it has no value", hint="write --set name=value")
        found[name] = value
    return found


def _from_variables(cls: type[Role], environment: Mapping[str, str]) -> dict[str, str]:
    names = {f"TAOKIT_{name.upper()}": name for name in cls.Settings.model_fields}
    return {names[key]: value for key, value in environment.items() if key in names}


def _run(cls: type[Role], choices: Choices) -> int:
    """Run the neuron until it is stopped; the exit code."""
    import asyncio

    _log_to_stderr(choices)
    try:
        asyncio.run(_live(cls, choices, _signer(choices)))
    except KeyboardInterrupt:
        pass
    except TaokitError:
        raise
    except Exception:
        logging.getLogger("taokit").exception("%s crashed", cls.__name__)
        return EXIT_CRASHED
    return EXIT_STOPPED


async def _live(cls: type[Role], choices: Choices, signer: Signer) -> None:
    """One neuron from start to stop. SIGTERM and SIGINT end it in order."""
    import asyncio
    import signal

    from taokit.connect import connection

    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with connection(choices.network) as chain:
        neuron = _neuron(cls, choices, signer, chain)
        await neuron.start()
        try:
            logging.getLogger("taokit").info("%s runs as %s on port %s", cls.__name__, signer.ss58, neuron.port)
            waits = {asyncio.ensure_future(neuron.wait()), asyncio.ensure_future(stopped.wait())}
            done, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for task in pending:
                task.cancel()
            for task in done:
                task.result()
        finally:
            await neuron.stop()


def _neuron(cls: type[Role], choices: Choices, signer: Signer, chain: AsyncChain) -> Neuron:
    from taokit.neuron import Miner, MinerNeuron, Validator, ValidatorNeuron

    role, place = cls(), _place(choices)
    if isinstance(role, Miner):
        return MinerNeuron(role, place, signer=signer, chain=chain)
    if isinstance(role, Validator):
        return ValidatorNeuron(role, place, signer=signer, chain=chain)
    raise ConfigurationError(f"{cls.__name__} is neither a Miner nor a Validator")


def _place(choices: Choices) -> Place:
    from taokit.neuron import Place, state_root

    embedded = choices.network == "devnet"
    return Place(
        netuid=choices.netuid,
        state=state_root(
            choices.state_dir,
            taokit_state=None,  # already among the choices
            xdg_state_home=os.environ.get("XDG_STATE_HOME"),
            home=Path.home(),
        ),
        seed=secrets.token_bytes(32),
        host=choices.host or ("127.0.0.1" if embedded else "0.0.0.0"),  # noqa: S104  miners serve the network
        port=choices.port,
        external_ip=choices.external_ip,
        external_port=choices.external_port,
        allow_private=embedded or choices.network == "local",
        settings=choices.settings,
    )


def _signer(choices: Choices) -> Signer:
    from taokit.keys import coldkey_lies_open, from_uri, hotkey

    if choices.wallet is None:
        raise ConfigurationError(
            "--wallet is missing", hint="pass --wallet NAME/HOTKEY, or --wallet //miner/0 on a devnet"
        )
    if choices.wallet.startswith("//"):
        if choices.network != "devnet":
            raise ConfigurationError(
                f"{choices.wallet} is a development key, which anybody can use",
                hint="pass --wallet NAME/HOTKEY on a real network",
            )
        return from_uri(choices.wallet)
    path = Path(choices.wallet_path).expanduser()
    if coldkey_lies_open(choices.wallet, path=path):
        logging.getLogger("taokit").warning(
            "the coldkey of %s lies here unencrypted; a neuron needs none", choices.wallet
        )
    return hotkey(choices.wallet, choices.wallet_hotkey, path=path, password=os.environ.get("BT_WALLET_PASSWORD"))


def _log_to_stderr(choices: Choices) -> None:
    level = (logging.INFO, logging.INFO, logging.DEBUG)[min(choices.verbosity, 2)]
    handler = logging.StreamHandler()
    text = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
    handler.setFormatter(_JsonLines() if choices.as_json else logging.Formatter(text))
    logging.getLogger("taokit").addHandler(handler)
    logging.getLogger("taokit").setLevel(level)


class _JsonLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        said = {"at": record.created, "level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            said["traceback"] = self.formatException(record.exc_info)
        return json.dumps(said)
