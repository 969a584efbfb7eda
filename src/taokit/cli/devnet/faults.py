"""Trouble on purpose, to see what a client does."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from taokit.cli.devnet.remote import DEFAULT, Json, Url, ask, show

app = typer.Typer(name="fault", help="Trouble on purpose, to see what your client does.", no_args_is_help=True)

Count = Annotated[int, typer.Argument(min=1, help="How many.")]


@app.command(epilog="Example:  taokit devnet fault refuse 2 --custom 6")
def refuse(
    count: Count = 1,
    code: Annotated[int, typer.Option(min=0, help="The pool's code, such as 1010 or 1014.")] = 1010,
    custom: Annotated[int | None, typer.Option(min=0, max=255, help="The N of `Custom error: N`.")] = None,
    message: Annotated[str | None, typer.Option(help="What the refusal says.")] = None,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Refuse the next submissions."""
    options: dict[str, Any] = {"count": count, "code": code, "custom": custom}
    if message is not None:
        options["data"] = message
    waiting = ask(url, "dev_refuseNext", options)
    show({"waiting": waiting}, f"{waiting} faults wait for submissions", as_json=as_json)


@app.command(epilog="Example:  taokit devnet fault lose 1")
def lose(count: Count = 1, url: Url = DEFAULT, as_json: Json = False) -> None:
    """Take the next submissions, and never put them into a block."""
    waiting = ask(url, "dev_loseNext", count)
    show({"waiting": waiting}, f"{waiting} faults wait for submissions", as_json=as_json)


@app.command(epilog="Example:  taokit devnet fault finality 5")
def finality(
    blocks: Annotated[int, typer.Argument(min=0, help="How many blocks it lies behind; 0 ends it.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Delay finality."""
    ask(url, "dev_delayFinality", blocks)
    show({"blocks": blocks}, f"finality lies {blocks} blocks behind", as_json=as_json)


@app.command(epilog="Example:  taokit devnet fault reorg 2")
def reorg(
    depth: Annotated[int, typer.Argument(min=1, help="How many blocks.")] = 1, url: Url = DEFAULT, as_json: Json = False
) -> None:
    """Make the last blocks anew, and one more: the same extrinsics, other hashes."""
    block = ask(url, "dev_reorg", depth)
    show({"hash": block}, f"the best block is {block}", as_json=as_json)


@app.command(epilog="Example:  taokit devnet fault stall 10")
def stall(
    seconds: Annotated[float, typer.Argument(min=0, help="How long.")], url: Url = DEFAULT, as_json: Json = False
) -> None:
    """Answer nobody for a while."""
    ask(url, "dev_stall", seconds)
    show({"seconds": seconds}, f"nobody is answered for {seconds:g} s", as_json=as_json)


@app.command(epilog="Example:  taokit devnet fault drop")
def drop(
    code: Annotated[int | None, typer.Option(help="Close with this code; without it, cut the line.")] = None,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Disconnect every client."""
    clients = ask(url, "dev_dropConnections", code)
    show({"clients": clients}, f"{clients} clients disconnected", as_json=as_json)


@app.command(epilog="Example:  taokit devnet fault clear")
def clear(
    pool: Annotated[bool, typer.Option("--pool", help="Drop what waits in the pool, too.")] = False,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Nothing goes wrong any more."""
    ask(url, "dev_clearFaults")
    dropped = ask(url, "dev_clearPool") if pool else 0
    show({"dropped": dropped}, "nothing goes wrong any more", as_json=as_json)


__all__ = ["app"]
