"""The subcommands of `taokit wire`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taokit.cli.options import WALLETS, Json, Network, WalletPath
from taokit.cli.wire import options as given
from taokit.cli.wire.miner import Given, miner_of
from taokit.cli.wire.options import (
    Binary,
    FormatName,
    Hotkey,
    Insecure,
    Message,
    Netuid,
    Sealed,
    SealingKey,
    Settings,
    Stream,
    Timeout,
    TlsKey,
    Uid,
    Url,
    Wallet,
)
from taokit.errors import ConfigurationError

app = typer.Typer(
    name="wire", help="A test miner, a test validator, and a load for your own miner.", no_args_is_help=True
)


@app.command(
    epilog="Examples:  taokit wire serve   ·   taokit wire serve --format legacy --port 0   ·   "
    "taokit wire serve --host 0.0.0.0 --wallet me/hot --tls both --sealing offer --keys ./keys"
)
def serve(
    host: Annotated[str, typer.Option(help="Address to bind; one of this machine only, unless you mean it.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to bind; 0 takes a free one.")] = given.PORT,
    wallet: Wallet = "//Bob",
    wallet_path: WalletPath = WALLETS,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", "-k", help="Answer these kinds of messages alone.")
    ] = None,
    formats: Annotated[
        list[str] | None, typer.Option("--format", "-f", help=f"Take only these: {', '.join(given.FORMATS)}.")
    ] = None,
    tls: Annotated[str, typer.Option(help="off, only, or both: TLS beside plain HTTP.")] = "off",
    sealing: Annotated[str, typer.Option(help="off, offer or require sealed bodies.")] = "off",
    keys: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Where the keys for both are kept; else new ones.")
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
            kinds=tuple(sample.kind for sample in given.samples_of(kinds or [])),
            tls=tls,
            sealing=sealing,
            keys=keys,
            sign_answers=sign_answers,
            seconds=seconds,
            as_json=as_json,
        )
    )


@app.command(
    epilog="Examples:  taokit wire ask http://127.0.0.1:8091 --kind all   ·   "
    "taokit wire ask https://203.0.113.7:8091 --hotkey 5F… --tls-key 9c0a…   ·   "
    "taokit wire ask --netuid 7 --uid 12 --wallet me/hot --message my_subnet.messages:Squeeze --set text=hi"
)
def ask(
    url: Url = None,
    kinds: Annotated[
        list[str] | None, typer.Option("--kind", "-k", help="What to ask, several times for several; all asks all.")
    ] = None,
    message: Message = None,
    settings: Settings = None,
    stream: Stream = False,
    format: FormatName = "btauth",
    binary: Binary = False,
    hotkey: Hotkey = None,
    network: Network = "finney",
    netuid: Netuid = None,
    uid: Uid = None,
    tls_key: TlsKey = None,
    insecure: Insecure = False,
    sealing_key: SealingKey = None,
    sealed: Sealed = False,
    wallet: Wallet = "//Alice",
    wallet_path: WalletPath = WALLETS,
    timeout: Timeout = 12.0,
    as_json: Json = False,
) -> None:
    """Ask a miner as a validator would, and check its answers; exits 1 unless all are right.

    Kinds, which a test miner answers: ping (as every miner does that speaks legacy), plain, nested, list, enum, numpy,
    torch, stream, many, refusal; without --kind the plain one. With --message, a miner of your own.

    With --netuid and --uid the chain says where it serves, as which hotkey, and by which keys.
    """
    from taokit.cli.wire.asking import Options
    from taokit.cli.wire.asking import ask as run

    given.check_settings(message, settings, stream=stream)
    if message is None:
        samples = given.samples_to_ask(kinds or ["plain"])
    elif kinds:
        raise ConfigurationError("--kind and --message at once", hint="name one of the two")
    else:
        samples = [given.own_sample(message, settings or [], streams=stream)]
    spoken = given.format_of(format)
    given.check_manner(spoken, binary=binary, sealed=sealed or sealing_key is not None)
    miner = Given(url, hotkey, network, netuid, uid, tls_key, insecure, sealing_key, sealed)
    options = Options(
        signer=given.signer_of(wallet, wallet_path),
        miner=miner_of(miner, timeout_s=timeout),
        format=spoken,
        binary=binary,
        timeout_s=timeout,
        as_json=as_json,
    )
    raise typer.Exit(0 if run(options, samples) else 1)


@app.command(
    epilog="Examples:  taokit wire load http://127.0.0.1:8091 --rate 200 --seconds 10   ·   "
    "taokit wire load 127.0.0.1:8091 --message my_subnet.messages:Squeeze --set text=hello   ·   "
    "taokit wire load https://127.0.0.1:8091 --insecure --kind stream"
)
def load(
    url: Url = None,
    rate: Annotated[float, typer.Option(min=0.1, max=100_000.0, help="Questions a second.")] = 100.0,
    seconds: Annotated[float, typer.Option(min=0.1, max=3600.0, help="How long.")] = 10.0,
    kind: Annotated[str, typer.Option("--kind", "-k", help="What to ask; not many or refusal.")] = "plain",
    message: Message = None,
    settings: Settings = None,
    stream: Stream = False,
    format: FormatName = "btauth",
    binary: Binary = False,
    hotkey: Hotkey = None,
    network: Network = "finney",
    netuid: Netuid = None,
    uid: Uid = None,
    tls_key: TlsKey = None,
    insecure: Insecure = False,
    sealing_key: SealingKey = None,
    sealed: Sealed = False,
    wallet: Wallet = "//Alice",
    wallet_path: WalletPath = WALLETS,
    timeout: Timeout = 12.0,
    as_json: Json = False,
) -> None:
    """Ask your own miner at a steady rate, and tell the rate served, the latency's quantiles and the refusals.

    A question that is due is sent whether the ones before it were answered or not, and its latency counts from when it
    was due. Exits 1 when nothing was served. An interrupt ends it and tells what there is. Use it on your own miner
    only.
    """
    from taokit.cli.wire.loading import MOST, Options
    from taokit.cli.wire.loading import load as run

    if not rate * seconds <= MOST:
        hint = "ask for less time, or at a lower rate"
        raise ConfigurationError(f"{rate * seconds:.0f} questions, {MOST} are the most", hint=hint)
    if kind in ("all", "many", "refusal"):
        raise ConfigurationError(f"{kind} is no load", hint="choose ping, plain, nested, list, enum, numpy or stream")
    given.check_settings(message, settings, stream=stream)
    sample = given.samples_of([kind])[0]
    if message is not None:
        sample = given.own_sample(message, settings or [], streams=stream)
    spoken = given.format_of(format)
    given.check_manner(spoken, binary=binary, sealed=sealed or sealing_key is not None)
    miner = Given(url, hotkey, network, netuid, uid, tls_key, insecure, sealing_key, sealed)
    options = Options(
        signer=given.signer_of(wallet, wallet_path),
        miner=miner_of(miner, timeout_s=timeout),
        format=spoken,
        binary=binary,
        rate=rate,
        seconds=seconds,
        timeout_s=timeout,
        as_json=as_json,
    )
    raise typer.Exit(0 if run(options, sample) else 1)


__all__ = ["app"]
