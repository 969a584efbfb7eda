"""Going back, and chains in files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taokit.cli.devnet.remote import DEFAULT, Json, Url, ask, show

app = typer.Typer()


@app.command(epilog="Example:  taokit devnet snapshot")
def snapshot(url: Url = DEFAULT, as_json: Json = False) -> None:
    """Remember everything; prints the number that `revert` takes."""
    number = ask(url, "dev_snapshot")
    show({"snapshot": number}, str(number), as_json=as_json)


@app.command(epilog="Example:  taokit devnet revert 0")
def revert(
    number: Annotated[int, typer.Argument(min=0, metavar="SNAPSHOT", help="What `snapshot` printed.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Everything as it was at a snapshot. Clients are disconnected, so that they forget what they knew."""
    _tell(ask(url, "dev_revert", number), as_json=as_json)


@app.command(epilog="Example:  taokit devnet rewind 120")
def rewind(
    block: Annotated[str, typer.Argument(help="Height or hash.")], url: Url = DEFAULT, as_json: Json = False
) -> None:
    """Everything as it was after a block."""
    _tell(ask(url, "dev_setHead", int(block) if block.isdecimal() else block), as_json=as_json)


@app.command(epilog="Example:  taokit devnet reset")
def reset(url: Url = DEFAULT, as_json: Json = False) -> None:
    """Everything as it was in the beginning."""
    _tell(ask(url, "dev_reset"), as_json=as_json)


@app.command(epilog="Example:  taokit devnet dump -o chain.jsonl")
def dump(
    file: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, else print.")] = None,
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """The whole chain as text, one stored value a line."""
    from taokit.cli.devnet.files import write

    text = ask(url, "dev_dump")
    if file is None:
        typer.echo(text, nl=False)
        return
    write(file, text)
    show({"file": str(file), "bytes": len(text.encode())}, f"written to {file}", as_json=as_json)


@app.command(epilog="Example:  taokit devnet load chain.jsonl")
def load(
    file: Annotated[Path, typer.Argument(help="What `dump` or `import` wrote.")],
    url: Url = DEFAULT,
    as_json: Json = False,
) -> None:
    """Go on from a chain in a file, in the place of the one that runs."""
    from taokit.cli.devnet.files import read

    _tell(ask(url, "dev_load", read(file)), as_json=as_json)


@app.command(epilog="Example:  taokit devnet digest")
def digest(url: Url = DEFAULT, as_json: Json = False) -> None:
    """One hash over everything stored: equal chains have equal ones, whatever their blocks are called."""
    root = ask(url, "dev_stateRoot")
    show({"digest": root}, root, as_json=as_json)


def _tell(block: str, *, as_json: bool) -> None:
    show({"hash": block}, f"the best block is {block}", as_json=as_json)


__all__ = ["app"]
