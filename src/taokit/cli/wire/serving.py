"""A test miner: answers every kind of message, and says of each request what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
from dataclasses import dataclass

import typer

from taokit.axon import Axon
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
    sign_answers: bool = False
    seconds: float | None = None  # None: until interrupted
    as_json: bool = False


def serve(options: Options) -> None:
    """Serve until the time is over, or until interrupted."""
    log_to_stderr(as_json=options.as_json, verbosity=1)
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_serve(options))


async def _serve(options: Options) -> None:
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    signer = options.signer
    axon = Axon(
        signer.ss58,
        sample_routes(),
        admit=all_but_deny,
        formats=options.formats,
        sign_answers=signer if options.sign_answers else None,
    )
    async with axon:
        _announce(options, await axon.start(options.host, options.port))
        await asyncio.wait([asyncio.create_task(asyncio.Event().wait())], timeout=options.seconds)


def _announce(options: Options, port: int) -> None:
    host = f"[{options.host}]" if ":" in options.host else options.host
    told = {"url": f"http://{host}:{port}", "hotkey": options.signer.ss58, "formats": list(options.formats)}
    if options.as_json:
        typer.echo(json.dumps({**told, "kinds": list(SAMPLES)}))
        return
    typer.echo(f"a test miner at {told['url']}, as {options.signer.ss58}, over {', '.join(options.formats)}")
    typer.echo(f"ask it:  taokit wire ask {told['url']} --hotkey {options.signer.ss58} --kind all")


__all__ = ["Options", "serve"]
