"""What the subcommands of `taokit wire` take alike: keys, formats, addresses."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import socket
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from taokit.errors import ConfigurationError, Malformed

if TYPE_CHECKING:
    from taokit.dendrite import Format, Target
    from taokit.protocol import Synapse
    from taokit.signer import Signer
    from taokit.testing.samples import Sample

FORMATS: dict[str, Format] = {"btauth": "btauth/1", "legacy": "legacy", "epistula": "epistula/2"}
PORT = 8091

Url = Annotated[str, typer.Argument(metavar="URL", help="The miner, like http://127.0.0.1:8091.")]
Wallet = Annotated[
    str,
    typer.Option("--wallet", "-w", envvar="BT_WALLET", help="Whose key signs: WALLET/HOTKEY, or a development key."),
]
Hotkey = Annotated[str, typer.Option(help="The miner's hotkey: an address, or a development key.")]
FormatName = Annotated[str, typer.Option("--format", "-f", help=f"{', '.join(FORMATS)}.")]
Message = Annotated[
    str | None, typer.Option("--message", "-m", metavar="MODULE:CLASS", help="Ask a message of your own instead.")
]
Settings = Annotated[
    list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A field of it, as JSON or as text.")
]
Timeout = Annotated[float, typer.Option(min=0.001, max=300.0, help="Seconds that a question may take.")]


def signer_of(wallet: str, path: str) -> Signer:
    """The signer of a development key such as `//Alice`, or of a wallet's hotkey."""
    from taokit.keys import from_uri, hotkey
    from taokit.run import wallet_password

    if wallet.startswith("//"):
        return from_uri(wallet)
    return hotkey(wallet, path=path, password=wallet_password(os.environ))


def format_of(name: str) -> Format:
    """A format as a dendrite names it, from its name with or without a version."""
    try:
        return FORMATS[name.partition("/")[0]]
    except KeyError:
        raise ConfigurationError(f"no format {name!r}", hint=f"choose one of {', '.join(FORMATS)}") from None


def samples_of(kinds: list[str]) -> list[Sample]:
    """The samples of these kinds, each once and in their own order; `all` stands for all of them."""
    from taokit.testing.samples import SAMPLES

    if unknown := [kind for kind in kinds if kind not in (*SAMPLES, "all")]:
        raise ConfigurationError(f"no kind {unknown[0]!r}", hint=f"choose all, or some of {', '.join(SAMPLES)}")
    return [sample for kind, sample in SAMPLES.items() if kind in kinds or "all" in kinds]


def check_settings(message: str | None, settings: list[str] | None, *, stream: bool = False) -> None:
    """Raise `ConfigurationError` for what belongs to a message of the user's own, where there is none."""
    if message is None and (settings or stream):
        raise ConfigurationError("--set and --stream are for --message", hint="name its class: --message MODULE:CLASS")


def own_sample(spec: str, settings: list[str], *, streams: bool = False) -> Sample:
    """A sample of a message of the user's own, with these fields. Any answer that fits the message is right."""
    from taokit.protocol import Synapse
    from taokit.run import load_class, pairs
    from taokit.testing.samples import Sample

    message = load_class(spec, Synapse)
    given = pairs(settings)
    if unknown := set(given) - set(message.question_fields()):
        raise ConfigurationError(
            f"{message.__name__} asks no {', '.join(sorted(unknown))}",
            hint=f"it asks {', '.join(message.question_fields()) or 'nothing'}",
        )
    question = _filled(message, given)
    return Sample(message.__name__, "a message of your own", question.model_copy, streams=streams)


def _filled(message: type[Synapse], given: dict[str, str]) -> Synapse:
    """The message with these fields; what is no JSON, or none that the field takes, is taken as text."""
    from pydantic import ValidationError

    from taokit.protocol.bodies import problems

    values = {name: _json_or_text(text) for name, text in given.items()}
    try:
        return message.model_validate_json(json.dumps(values))
    except ValidationError as error:
        refused = {one["loc"][0] for one in error.errors() if one["loc"]}
    try:
        return message.model_validate_json(json.dumps(values | {k: v for k, v in given.items() if k in refused}))
    except ValidationError as error:
        raise ConfigurationError(
            f"{message.__name__} cannot be asked so: {problems(error)}", hint="give each field with --set NAME=VALUE"
        ) from None


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def target_of(url: str, hotkey: str) -> Target:
    """The miner at a URL. Raises `ConfigurationError` for a URL that is none, and for a name without an address."""
    from taokit.dendrite import Target

    parts = urlsplit(url if re.match(r"[a-z]+://", url) else f"http://{url}")
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if parts.scheme != "http" or not host or parts.path not in ("", "/") or parts.query:
        raise ConfigurationError(
            f"{url!r} is no address of a miner", hint=f"write it like http://127.0.0.1:{PORT}, without TLS or a path"
        )
    return Target(uid=0, hotkey=_address_of(hotkey), ip=_ip_of(host), port=PORT if port is None else port)


def _ip_of(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError as error:
        raise ConfigurationError(f"{host} has no address: {error.strerror or error}") from None
    return str(found[0][4][0])


def _address_of(hotkey: str) -> str:
    from taokit.keys import from_uri
    from taokit.protocol import decode_ss58

    if hotkey.startswith("//"):
        return from_uri(hotkey).ss58
    try:
        decode_ss58(hotkey)
    except Malformed as error:
        raise ConfigurationError(str(error), hint="pass the hotkey that the miner serves as, or //Bob") from None
    return hotkey


__all__ = [
    "FORMATS",
    "PORT",
    "FormatName",
    "Hotkey",
    "Message",
    "Settings",
    "Timeout",
    "Url",
    "Wallet",
    "check_settings",
    "format_of",
    "own_sample",
    "samples_of",
    "signer_of",
    "target_of",
]
