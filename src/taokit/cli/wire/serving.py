"""A test miner: answers every kind of message, and says of each request what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import typer

from taokit.axon import Axon, Sealing, Tls, sealing_of, tls_of
from taokit.errors import ConfigurationError
from taokit.neuron.place import SEALING, TLS
from taokit.neuron.protection import SEALING_FILE, TLS_FILE
from taokit.run.logs import log_to_stderr
from taokit.signer import Signer
from taokit.testing.samples import SAMPLES, all_but_deny, sample_routes


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asked for."""

    signer: Signer
    host: str
    port: int
    formats: tuple[str, ...]
    kinds: tuple[str, ...]  # of `SAMPLES`; none: whatever a test miner answers
    tls: str = "off"  # a word of `TLS`
    sealing: str = "off"  # a word of `SEALING`
    keys: Path | None = None  # their folder; None: made for this run
    sign_answers: bool = False
    seconds: float | None = None  # None: until interrupted
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Keys:
    """What it serves with."""

    tls: Tls | None
    sealing: Sealing | None


def serve(options: Options) -> None:
    """Serve until the time is over, or until interrupted."""
    for name, word, known in (("--tls", options.tls, TLS), ("--sealing", options.sealing, SEALING)):
        if word not in known:
            raise ConfigurationError(f"{name} is {word!r}", hint=f"choose one of {', '.join(known)}")
    log_to_stderr(as_json=options.as_json, verbosity=1)
    with _keys(options) as keys, contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_serve(options, keys))


@contextlib.contextmanager
def _keys(options: Options) -> Iterator[Keys]:
    """Its keys, from their folder or, of this run alone, from one that goes with it."""
    with TemporaryDirectory() if options.keys is None else contextlib.nullcontext(str(options.keys)) as name:
        home = Path(name)
        yield Keys(
            tls=None if options.tls == "off" else tls_of(home / TLS_FILE, plain=options.tls == "both"),
            sealing=None
            if options.sealing == "off"
            else sealing_of(home / SEALING_FILE, required=options.sealing == "require"),
        )


async def _serve(options: Options, keys: Keys) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    signer = options.signer
    axon = Axon(
        signer.ss58,
        sample_routes(options.kinds),
        admit=all_but_deny,
        formats=options.formats,
        sign_answers=signer if options.sign_answers else None,
        tls=keys.tls,
        sealing=keys.sealing,
    )
    async with axon:
        _announce(options, keys, await axon.start(options.host, options.port))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(options.seconds):
                await asyncio.Event().wait()


def _announce(options: Options, keys: Keys, port: int) -> None:
    host = f"[{options.host}]" if ":" in options.host else options.host
    tls = None if keys.tls is None else keys.tls.public.hex()
    sealing = None if keys.sealing is None else keys.sealing.public.hex()
    url, me = f"{'http' if tls is None else 'https'}://{host}:{port}", options.signer.ss58
    if options.as_json:
        told = {"url": url, "hotkey": me, "formats": list(options.formats), "kinds": list(options.kinds or SAMPLES)}
        typer.echo(json.dumps({**told, "tls_key": tls, "sealing_key": sealing}))
        return
    named = "".join(f" {name} {key}" for name, key in (("--tls-key", tls), ("--sealing-key", sealing)) if key)
    typer.echo(f"a test miner at {url}, as {me}, over {', '.join(options.formats)}")
    asked = "".join(f" --kind {kind}" for kind in options.kinds or ["all"])
    if "btauth" not in options.formats:
        asked += f" --format {options.formats[0]}"
    typer.echo(f"ask it:  taokit wire ask {url} --hotkey {me}{named}{asked}")


__all__ = ["Options", "serve"]
