"""The subcommands of `taokit wire`."""

from __future__ import annotations

from typing import Annotated

import typer

from taokit.cli.options import WALLETS, Json, WalletPath
from taokit.cli.wire import options as given
from taokit.cli.wire.options import FormatName, Hotkey, Message, Settings, Timeout, Url, Wallet
from taokit.errors import ConfigurationError

app = typer.Typer(
    name="wire", help="A test miner, a test validator, and a load for your own miner.", no_args_is_help=True
)


@app.command(
    epilog="Examples:  taokit wire serve   ·   taokit wire serve --format legacy --port 0   ·   "
    "taokit wire serve --host 0.0.0.0 --wallet me/hot"
)
def serve(
    host: Annotated[str, typer.Option(help="Address to bind; one of this machine only, unless you mean it.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to bind; 0 takes a free one.")] = given.PORT,
    wallet: Wallet = "//Bob",
    wallet_path: WalletPath = WALLETS,
    formats: Annotated[
        list[str] | None, typer.Option("--format", "-f", help=f"Take only these: {', '.join(given.FORMATS)}.")
    ] = None,
    sign_answers: Annotated[bool, typer.Option(help="Sign what it answers.")] = False,
    seconds: Annotated[float | None, typer.Option(min=0.001, help="Stop after so long.")] = None,
    as_json: Json = False,
) -> None:
    """Run a test miner that answers every kind of message to whoever signs, and logs each request with its outcome."""
    from taokit.cli.wire.serving import Options
    from taokit.cli.wire.serving import serve as run

    names = [given.format_of(name).partition("/")[0] for name in formats or given.FORMATS]
    run(
        Options(
            signer=given.signer_of(wallet, wallet_path),
            host=host,
            port=port,
            formats=tuple(dict.fromkeys(names)),
            sign_answers=sign_answers,
            seconds=seconds,
            as_json=as_json,
        )
    )


@app.command(
    epilog="Examples:  taokit wire ask http://127.0.0.1:8091 --kind all   ·   "
    "taokit wire ask 127.0.0.1:8091 --format legacy --kind stream   ·   "
    "taokit wire ask 203.0.113.7:8091 --wallet me/hot --hotkey 5F… --message my_subnet.messages:Squeeze --set text=hi"
)
def ask(
    url: Url,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", "-k", help="What to ask, several times for several; all asks all.")
    ] = None,
    message: Message = None,
    settings: Settings = None,
    stream: Annotated[bool, typer.Option("--stream", help="Your own message is answered in pieces.")] = False,
    format: FormatName = "btauth",
    hotkey: Hotkey = "//Bob",
    wallet: Wallet = "//Alice",
    wallet_path: WalletPath = WALLETS,
    timeout: Timeout = 12.0,
    as_json: Json = False,
) -> None:
    """Ask a miner as a validator would, and check its answers; exits 1 unless all are right.

    Kinds, which a test miner answers: ping (as every miner does that speaks legacy), plain, nested, list, enum, numpy,
    torch, stream, many, refusal; without --kind the plain one. With --message, a miner of your own.
    """
    from taokit.cli.wire.asking import Options
    from taokit.cli.wire.asking import ask as run

    given.check_settings(message, settings, stream=stream)
    if message is None:
        samples = given.samples_of(kinds or ["plain"])
    elif kinds:
        raise ConfigurationError("--kind and --message at once", hint="name one of the two")
    else:
        samples = [given.own_sample(message, settings or [], streams=stream)]
    options = Options(
        signer=given.signer_of(wallet, wallet_path),
        target=given.target_of(url, hotkey),
        format=given.format_of(format),
        timeout_s=timeout,
        as_json=as_json,
    )
    raise typer.Exit(0 if run(options, samples) else 1)


@app.command(
    epilog="Examples:  taokit wire load http://127.0.0.1:8091 --rate 200 --seconds 10   ·   "
    "taokit wire load 127.0.0.1:8091 --message my_subnet.messages:Squeeze --set text=hello"
)
def load(
    url: Url,
    rate: Annotated[float, typer.Option(min=0.1, max=100_000.0, help="Questions a second.")] = 100.0,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600.0, help="How long.")] = 10.0,
    kind: Annotated[str, typer.Option("--kind", "-k", help="What to ask; not stream, many or refusal.")] = "plain",
    message: Message = None,
    settings: Settings = None,
    format: FormatName = "btauth",
    hotkey: Hotkey = "//Bob",
    wallet: Wallet = "//Alice",
    wallet_path: WalletPath = WALLETS,
    timeout: Timeout = 12.0,
    as_json: Json = False,
) -> None:
    """Ask your own miner at a steady rate, and tell the rate served, the latency's quantiles and the refusals.

    A question that is due is sent whether the ones before it were answered or not, and its latency counts from when it
    was due. Exits 1 when nothing was served. Use it on your own miner only.
    """
    from taokit.cli.wire.loading import MOST, Options
    from taokit.cli.wire.loading import load as run

    if rate * seconds > MOST:
        hint = "ask for less time, or at a lower rate"
        raise ConfigurationError(f"{rate * seconds:.0f} questions, {MOST} are the most", hint=hint)
    if kind in ("all", "stream", "many", "refusal"):
        raise ConfigurationError(f"{kind} is no load", hint="choose ping, plain, nested, list, enum, numpy or torch")
    given.check_settings(message, settings)
    sample = given.samples_of([kind])[0] if message is None else given.own_sample(message, settings or [])
    options = Options(
        signer=given.signer_of(wallet, wallet_path),
        target=given.target_of(url, hotkey),
        format=given.format_of(format),
        rate=rate,
        seconds=seconds,
        timeout_s=timeout,
        as_json=as_json,
    )
    raise typer.Exit(0 if run(options, sample) else 1)


__all__ = ["app"]
