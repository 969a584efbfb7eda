"""What one neuron is told on its command line, in variables and in the configuration file."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taokit.errors import ConfigurationError
from taokit.run import precedence
from taokit.run.ending import EXIT_CODES
from taokit.run.precedence import NO_FLAGS, Option, chosen, is_on, network_of, old_verbosity, outdated, renamed

if TYPE_CHECKING:
    from taokit.neuron import Role


OPTIONS = (
    Option(
        "--network", ("BT_NETWORK",), "finney", "finney, test, local, devnet or an address", "-n",
        dotted=("--subtensor.chain_endpoint", "--subtensor.network"),
        old=("BT_SUBTENSOR_CHAIN_ENDPOINT", "BT_SUBTENSOR_NETWORK"),
    ),
    Option(
        "--fallback-endpoints", ("BT_FALLBACK_ENDPOINTS",), None,
        "addresses to ask when those of the network are of no use, with commas between them",
    ),
    Option(
        "--archive-endpoints", ("BT_ARCHIVE_ENDPOINTS",), None,
        "addresses to ask about old blocks, with commas between them",
    ),
    Option(
        "--retry-forever", ("BT_RETRY_FOREVER",), "no",
        "yes: wait for a node for as long as it takes, instead of ending with exit code 3",
    ),
    Option("--netuid", ("BT_NETUID",), None, "the subnet"),
    Option(
        "--wallet", ("BT_WALLET",), None, "wallet, or wallet/hotkey; //Alice on a devnet", "-w",
        dotted=("--wallet.name",), old=("BT_WALLET_NAME",),
    ),
    Option("--wallet-hotkey", ("BT_WALLET_HOTKEY",), None, "hotkey of the wallet", "-H", dotted=("--wallet.hotkey",)),
    Option(
        "--wallet-path", ("BT_WALLET_PATH",), "~/.bittensor/wallets", "folder of the wallets",
        dotted=("--wallet.path",),
    ),
    Option(
        "--mnemonic-file", ("TAOKIT_MNEMONIC_FILE",), None,
        "file with the hotkey's words or its seed, in place of a wallet; TAOKIT_MNEMONIC may hold them as well",
    ),
    Option("--host", ("BT_AXON_IP",), None, "address to bind", dotted=("--axon.ip",)),
    Option("--port", ("BT_AXON_PORT",), "8091", "port to bind", dotted=("--axon.port",)),
    Option(
        "--external-ip", ("BT_AXON_EXTERNAL_IP",), None, "address to publish", dotted=("--axon.external_ip",)
    ),
    Option(
        "--external-port", ("BT_AXON_EXTERNAL_PORT",), None, "port to publish", dotted=("--axon.external_port",)
    ),
    Option(
        "--private-port", ("TAOKIT_PRIVATE_PORT",), None, "port for /health and /metrics; workers take the next"
    ),
    Option("--private-host", ("TAOKIT_PRIVATE_HOST",), "127.0.0.1", "address to bind for these"),
    Option("--tls", ("TAOKIT_TLS",), "off", "off, only, or both: TLS, with its key on chain, beside plain HTTP"),
    Option("--sealing", ("TAOKIT_SEALING",), "off", "off, offer or require bodies that only this neuron can read"),
    Option("--workers", ("TAOKIT_WORKERS",), "1", "processes that serve the port; more than one share a Redis"),
    Option("--redis", ("TAOKIT_REDIS",), None, "where workers share replay memory and limits: redis://HOST:PORT/DB"),
    Option("--state-dir", ("TAOKIT_STATE",), None, "folder for what must survive a restart"),
    Option("--heartbeat", ("TAOKIT_HEARTBEAT",), None, "file that says it lives; without it, in its state folder"),
    Option(
        "--deadline", ("TAOKIT_DEADLINE",), "12",
        "seconds within which it must show that it lives; taokit miner and validator start it again after three",
    ),
    Option("--record", ("TAOKIT_RECORD",), None, "folder for a record of each round of a validator"),
)  # fmt: skip
"""What `taokit.run`, `taokit miner` and `taokit validator` take: flag > variable > configuration file > default."""


MNEMONIC = "TAOKIT_MNEMONIC"
"""The variable with a hotkey's words or its seed, which have no flag: other users can read a command line."""

OF_OTHERS = ("TAOKIT_DEVNET_URL",)
"""The variables that only other commands read."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What was asked for, as text."""

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
    record: str | None = None
    private_port: int | None = None
    tls: str = "off"
    sealing: str = "off"
    workers: int = 1
    redis: str | None = None
    private_host: str = "127.0.0.1"
    fallback_endpoints: tuple[str, ...] = ()
    archive_endpoints: tuple[str, ...] = ()
    retry_forever: bool = False
    mnemonic_file: str | None = None
    heartbeat: str | None = None
    deadline_s: float = 12.0
    settings: Mapping[str, str] = field(default_factory=dict)
    as_json: bool = False
    verbosity: int = 0  # -1 quiet, 1 every request as well, 2 other libraries too, 3 all that they say
    notes: tuple[str, ...] = ()  # what the user should know about what was asked for


def parse(
    argv: Sequence[str] | None,
    environment: Mapping[str, str],
    *,
    cls: type[Role],
    prog: str | None = None,
    config: Mapping[str, str] | None = None,
) -> Choices:
    """The choices that flags, variables and the configuration file make, else `ConfigurationError`."""
    words = renamed(_words(argv, environment), OPTIONS, settings=cls.Settings.model_fields)
    given = vars(_parser(cls, prog).parse_args(words.argv))
    text = {one.flag: chosen(one, given[one.name], environment, config or {}) for one in OPTIONS}
    external_port, private_port = text["--external-port"], text["--private-port"]
    return Choices(
        network=network_of(text["--network"] or "", environment),
        netuid=_whole("--netuid", text["--netuid"], largest=4095),
        wallet=text["--wallet"],
        wallet_hotkey=text["--wallet-hotkey"],
        wallet_path=text["--wallet-path"] or "",
        host=text["--host"],
        port=_whole("--port", text["--port"], largest=65535),
        external_ip=text["--external-ip"],
        external_port=None if external_port is None else _whole("--external-port", external_port, largest=65535),
        state_dir=text["--state-dir"],
        record=text["--record"],
        private_port=None if private_port is None else _whole("--private-port", private_port, largest=65535),
        private_host=text["--private-host"] or "",
        tls=text["--tls"] or "",
        sealing=text["--sealing"] or "",
        workers=_whole("--workers", text["--workers"], smallest=1, largest=64),
        redis=text["--redis"],
        fallback_endpoints=listed(text["--fallback-endpoints"]),
        archive_endpoints=listed(text["--archive-endpoints"]),
        retry_forever=_yes("--retry-forever", text["--retry-forever"] or "no"),
        mnemonic_file=_mnemonic_file(given, text["--mnemonic-file"]),
        heartbeat=text["--heartbeat"],
        deadline_s=_seconds("--deadline", text["--deadline"] or ""),
        settings={**from_variables(cls, environment), **pairs(given["set"])},
        as_json=given["json"],
        verbosity=-1 if given["quiet"] else given["verbose"] or old_verbosity(environment),
        notes=(*outdated(words.said, OPTIONS, environment), *unknown_variables([cls], environment)),
    )


def _words(argv: Sequence[str] | None, environment: Mapping[str, str]) -> Sequence[str]:
    if argv is not None:
        return argv
    return () if is_on(environment.get(NO_FLAGS)) else sys.argv[1:]


def _mnemonic_file(given: Mapping[str, Any], chosen_file: str | None) -> str | None:
    """The file, unless a flag names a wallet; two flags are one key too many."""
    if given["wallet"] is None:
        return chosen_file
    if given["mnemonic_file"] is not None:
        raise ConfigurationError("--wallet and --mnemonic-file name two keys", hint="pass one of them")
    return None


def from_variables(cls: type[Role], environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of a role that variables `TAOKIT_NAME` give."""
    names = {f"TAOKIT_{name.upper()}": name for name in cls.Settings.model_fields}
    return {names[key]: value for key, value in environment.items() if key in names}


def unknown_variables(roles: Sequence[type[Role]], environment: Mapping[str, str], *, near: bool = False) -> list[str]:
    """A sentence for each variable `TAOKIT_…` that means nothing to these roles; with `near`, for likely slips only."""
    options = (name for option in OPTIONS for name in option.variables)
    settings = (f"TAOKIT_{name.upper()}" for role in roles for name in role.Settings.model_fields)
    return precedence.unknown((*options, *settings, MNEMONIC, *OF_OTHERS), environment, near=near)


def pairs(items: Sequence[str]) -> dict[str, str]:
    """The settings that `--set name=value` gave. Raises `ConfigurationError` for one without a value."""
    found = {}
    for item in items:
        name, equals, value = item.partition("=")
        if not equals or not name:
            raise ConfigurationError(f"--set {item}: not a name and a value", hint="write --set name=value")
        found[name] = value
    return found


def read_config(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """What the configuration file of btcli says, by option name; empty when there is none."""
    return precedence.read_config(environment, home, OPTIONS)


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> Any:
        raise ConfigurationError(message, hint=f"see {self.prog} --help")


def _parser(cls: type[Role], prog: str | None) -> _Parser:
    prog = prog or _as_module(cls)
    parser = _Parser(prog=prog, description=f"Run {cls.__name__} as a neuron.", epilog=EXIT_CODES, allow_abbrev=False)
    for option in OPTIONS:
        names = [option.flag] if option.short is None else [option.flag, option.short]
        default = f"; default {option.default}" if option.default else ""
        parser.add_argument(*names, help=f"{option.help} [{', '.join(option.variables)}{default}]")
    known = ", ".join(cls.Settings.model_fields) or "it has none"
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help=f"a setting: {known}")
    parser.add_argument("--json", action="store_true", help="log and report errors as JSON lines")
    parser.add_argument("-q", "--quiet", action="store_true", help="log warnings and errors only")
    parser.add_argument(
        "-v", "--verbose", action="count", default=0, help="log every request too; -vv libraries too, -vvv all"
    )
    return parser


def _as_module(cls: type[Role]) -> str | None:
    """How it was called, where the class stands in the module that was run with `python -m`."""
    spec = getattr(sys.modules.get("__main__"), "__spec__", None) if cls.__module__ == "__main__" else None
    return None if spec is None else f"python -m {spec.name}"


def listed(text: str | None) -> tuple[str, ...]:
    """What stands between commas."""
    return tuple(part.strip() for part in (text or "").split(",") if part.strip())


def _yes(name: str, text: str) -> bool:
    words = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
    if text.lower() not in words:
        raise ConfigurationError(f"{name} is {text!r}, neither yes nor no", hint=f"pass {name} yes")
    return words[text.lower()]


def _whole(name: str, text: str | None, *, largest: int, smallest: int = 0) -> int:
    if text is None:
        raise ConfigurationError(f"{name} is missing", hint=f"pass {name} NUMBER")
    if not (text.isascii() and text.isdecimal()) or not smallest <= int(text) <= largest:
        raise ConfigurationError(
            f"{name} is {text!r}, not a whole number from {smallest} to {largest}", hint=f"pass {name} NUMBER"
        )
    return int(text)


def _seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 3600:
        raise ConfigurationError(f"{name} is {text!r}, not seconds up to 3600", hint=f"pass {name} 12")
    return seconds


__all__ = [
    "MNEMONIC",
    "OPTIONS",
    "Choices",
    "Option",
    "from_variables",
    "pairs",
    "parse",
    "read_config",
    "unknown_variables",
]
