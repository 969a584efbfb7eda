"""What the subcommands of `taokit wire` take alike: keys, formats, addresses."""

from __future__ import annotations

import json
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taokit.cli.wire.miner import PORT
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.dendrite import Format
    from taokit.protocol import Synapse
    from taokit.signer import Signer
    from taokit.testing.samples import Sample

FORMATS: dict[str, Format] = {"btauth": "btauth/1", "legacy": "legacy", "epistula": "epistula/2"}

Url = Annotated[
    str | None,
    typer.Argument(metavar="URL", help="The miner, like http://127.0.0.1:8091 or https://…; else --netuid and --uid."),
]
Wallet = Annotated[
    str,
    typer.Option("--wallet", "-w", envvar="BT_WALLET", help="Whose key signs: WALLET/HOTKEY, or a development key."),
]
Hotkey = Annotated[
    str | None, typer.Option(help="The miner's hotkey: an address, or a development key.", show_default="//Bob")
]
Netuid = Annotated[  # without the variable: a URL alone is no business of the chain's
    int | None, typer.Option("--netuid", min=0, max=4095, help="Read what the miner published on this subnet.")
]
Uid = Annotated[int | None, typer.Option("--uid", min=0, max=65535, help="The miner's uid there.")]
TlsKey = Annotated[str | None, typer.Option("--tls-key", metavar="HEX", help="The key that it must show over https.")]
Insecure = Annotated[
    bool, typer.Option("--insecure", help="Take whatever key it shows over https; for a miner of your own.")
]
SealingKey = Annotated[
    str | None, typer.Option("--sealing-key", metavar="HEX", help="Seal what is asked with this key of its.")
]
Sealed = Annotated[bool, typer.Option("--sealed", help="Ask by sealed bodies or not at all.")]
Binary = Annotated[bool, typer.Option("--binary", help="Tensors as raw bytes; not in legacy.")]
Stream = Annotated[bool, typer.Option("--stream", help="Your own message is answered in pieces.")]
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


def check_manner(format: Format, *, binary: bool, sealed: bool) -> None:
    """Raise `ConfigurationError` for what the legacy format has no place for."""
    if format == "legacy" and (binary or sealed):
        what = "--binary" if binary else "a sealed body"
        raise ConfigurationError(f"{what} does not exist in legacy", hint="ask in btauth or epistula")


def samples_of(kinds: list[str]) -> list[Sample]:
    """The samples of these kinds, each once and in their own order; `all` stands for all of them."""
    from taokit.testing.samples import SAMPLES

    if unknown := [kind for kind in kinds if kind not in (*SAMPLES, "all")]:
        raise ConfigurationError(f"no kind {unknown[0]!r}", hint=f"choose all, or some of {', '.join(SAMPLES)}")
    return [sample for kind, sample in SAMPLES.items() if kind in kinds or "all" in kinds]


def samples_to_ask(kinds: list[str]) -> list[Sample]:
    """The samples of these kinds; among `all` of them not those of torch where it is not installed, which is told."""
    from taokit.testing.samples import SAMPLES

    samples = samples_of(kinds)
    if "torch" in kinds or SAMPLES["torch"] not in samples or find_spec("torch"):
        return samples
    typer.echo("not asked: torch, which needs `pip install 'taokit[torch]'`", err=True)
    return [sample for sample in samples if sample.kind != "torch"]


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


__all__ = [
    "FORMATS",
    "PORT",
    "Binary",
    "FormatName",
    "Hotkey",
    "Insecure",
    "Message",
    "Netuid",
    "Sealed",
    "SealingKey",
    "Settings",
    "Stream",
    "Timeout",
    "TlsKey",
    "Uid",
    "Url",
    "Wallet",
    "check_manner",
    "check_settings",
    "format_of",
    "own_sample",
    "samples_of",
    "samples_to_ask",
    "signer_of",
]
