"""The drand beacon of a devnet, from the command line."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from taokit.cli.devnet.remote import DEFAULT, Json, Url, ask, show

app = typer.Typer(name="drand", help="The beacon that timelocked weights wait for.", no_args_is_help=True)

Round = Annotated[int, typer.Argument(min=1, help="The number of a round.")]


@app.command(epilog="Example:  taokit devnet drand status")
def status(url: Url = DEFAULT, as_json: Json = False) -> None:
    """Whom the chain believes, and what is waited for."""
    _told(ask(url, "dev_beacon"), as_json)


@app.command(epilog="Example:  taokit devnet drand skip 1200")
def skip(round: Round, url: Url = DEFAULT, as_json: Json = False) -> None:
    """Let the pulse of a round never come."""
    _told(ask(url, "dev_skipRound", round), as_json)


@app.command(epilog="Example:  taokit devnet drand delay 3")
def delay(
    rounds: Annotated[int, typer.Argument(min=0, help="How many rounds; 0 makes pulses punctual.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Let every pulse come late from now on."""
    _told(ask(url, "dev_delayRounds", rounds), as_json)


@app.command(epilog="Example:  taokit devnet drand heal")
def heal(url: Url = DEFAULT, as_json: Json = False) -> None:
    """Let no round be skipped or late any more."""
    _told(ask(url, "dev_healBeacon"), as_json)


@app.command(epilog="Example:  taokit devnet drand inject 1000 b44679b9…")
def inject(
    round: Round,
    signature: Annotated[str, typer.Argument(help="Its 48 bytes in hex, as drand's API gives them.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Store the pulse of a round, such as a real one of quicknet."""
    _told(ask(url, "dev_injectPulse", round, "0x" + signature.removeprefix("0x")), as_json)


@app.command(epilog="Example:  taokit devnet drand follow quicknet")
def follow(
    beacon: Annotated[str, typer.Argument(help="`quicknet`, whose pulses you inject, or `own`.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Let the chain believe the real beacon, or the devnet's own."""
    _told(ask(url, "dev_setBeacon", beacon), as_json)


def _told(beacon: Any, as_json: bool) -> None:
    waiting = ", ".join(map(str, beacon["waiting"])) or "none"
    late = f", {beacon['late']} rounds late" if beacon["late"] else ""
    skipped = f", without {', '.join(map(str, beacon['skipped']))}" if beacon["skipped"] else ""
    show(beacon, f"{beacon['name']}, round {beacon['round']}{late}{skipped}; waited for: {waiting}", as_json=as_json)


__all__ = ["app"]
