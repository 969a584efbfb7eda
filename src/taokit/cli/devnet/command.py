"""The command and its subcommands."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated

import typer

from taokit.cli.devnet import beacon, faults, past, state, time
from taokit.cli.devnet.remote import DEFAULT, Json

app = typer.Typer(
    name="devnet",
    invoke_without_command=True,
    epilog="Examples:  taokit devnet   ·   taokit devnet --state chain.jsonl   ·   taokit devnet mine 10",
)
for part in (time.app, past.app, state.app):
    app.registered_commands += part.registered_commands
app.add_typer(faults.app)
app.add_typer(beacon.app)


@app.callback()
def devnet(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="Address to serve on; one of this machine only, unless you mean it.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to serve on; 0 takes a free one.")] = 9944,
    preset: Annotated[
        str, typer.Option(help="What the chain begins with: subnet, demo, empty or faithful.")
    ] = "subnet",
    block_time: Annotated[
        float | None, typer.Option(min=0.001, help="Seconds between blocks; without it, each submission makes one.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(help="Fixes the neurons' keys; without it they are //miner/0 and so on.")
    ] = None,
    state: Annotated[
        Path | None, typer.Option(help="Go on from this file where it exists, and write it at the end.")
    ] = None,
    wallets: Annotated[
        Path | None, typer.Option(help="Write a wallet for each account into this folder, for btcli.")
    ] = None,
    origin: Annotated[
        list[str] | None,
        typer.Option(help="Let pages of https://example.org talk to the chain, too; those of this machine may."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Run a local chain that btcli, the Bittensor SDK and other clients connect to as to any node.

    The subcommands steer one that runs already.
    """
    if context.invoked_subcommand is not None:
        return
    gc.disable()  # until the chain is made: that makes many objects, and none of them is garbage
    try:
        from taokit.cli.devnet.serving import Options, serve

        serve(
            Options(
                host=host,
                port=port,
                preset=preset,
                block_time_s=block_time,
                seed=seed,
                as_json=as_json,
                state=state,
                wallets=wallets,
                origins=tuple(origin or ()),
            )
        )
    finally:
        gc.enable()


@app.command("import", epilog="Example:  taokit devnet import --network finney --netuid 7 -o yesterday.jsonl")
def import_subnet(
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write, for --state and `load`.")],
    netuid: time.Netuid = 1,
    network: Annotated[str, typer.Option("--network", envvar="BT_NETWORK", help="A network or an address.")] = DEFAULT,
    block: Annotated[int | None, typer.Option(min=1, help="At this height; without it, the best block.")] = None,
    as_json: Json = False,
) -> None:
    """Read one subnet of a real chain, at one block, into a file that a devnet goes on from."""
    from taokit.cli.devnet.importing import import_to

    import_to(output, network=network, netuid=netuid, block=block, as_json=as_json)


@app.command(epilog="Example:  taokit devnet surface -o devnet.md")
def surface(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file, else print.")] = None,
) -> None:
    """What a devnet implements, as a page in Markdown: methods, pallets, storage, calls, events, errors, APIs."""
    from taokit.cli.devnet.files import write
    from taokit.devnet.surface import page

    if output is None:
        typer.echo(page(), nl=False)
    else:
        write(output, page())


__all__ = ["app"]
