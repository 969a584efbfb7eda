"""`taokit chain read|call`: the flags of either, as the arguments of one function."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from taokit.cli.options import WALLETS, DryRun, Json, Network, Wallet, WalletPath

app = typer.Typer(name="chain", help="Read and call anything on a chain by its name.", no_args_is_help=True)


@app.command(epilog="Examples:  taokit chain read SubtensorModule.Tempo 1   ·   taokit chain read Aura.SlotDuration")
def read(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="PALLET.ENTRY, PALLET.CONSTANT or API.METHOD, as the chain has it.")
    ],
    args: Annotated[
        list[str] | None, typer.Argument(metavar="[ARGS]...", help="Keys or arguments: numbers, addresses, or JSON.")
    ] = None,
    network: Network = "finney",
    at: Annotated[str | None, typer.Option(help="A block by number or hash; without it, the best one.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Entries of a map to print at most.")] = 100,
    as_json: Json = False,
) -> None:
    """Print a storage entry, a constant, or what a runtime API answers. Fewer keys than a map has print its entries."""
    from taokit.cli.chain.reading import show

    show(name, args or [], network=network, at=at, limit=limit, as_json=as_json)


@app.command(
    epilog="Example:  taokit chain call SubtensorModule.start_call -a netuid=7 -w me --sign-with coldkey --dry-run"
)
def call(
    name: Annotated[str, typer.Argument(metavar="PALLET.CALL", help="The call, as the chain has it.")],
    args: Annotated[
        list[str] | None, typer.Option("--arg", "-a", metavar="NAME=VALUE", help="An argument; amounts are in rao.")
    ] = None,
    network: Network = "finney",
    wallet: Wallet = None,
    wallet_path: WalletPath = WALLETS,
    sign_with: Annotated[
        Literal["hotkey", "coldkey"], typer.Option(help="Which key of the wallet signs: stake and owners need coldkey.")
    ] = "hotkey",
    wait: Annotated[
        Literal["included", "finalized", "none"], typer.Option(help="What to wait for once it is sent.")
    ] = "included",
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Send it without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Make any call: its fee and a rehearsal first, then, after a yes, the real thing. Exits 1 where it is refused."""
    from taokit.cli.chain.calling import Order, carry_out

    order = Order(
        name,
        tuple(args or ()),
        network,
        wallet=wallet,
        wallet_path=wallet_path,
        coldkey=sign_with == "coldkey",
        wait=None if wait == "none" else wait,
        dry_run=dry_run,
        yes=yes,
        as_json=as_json,
    )
    carry_out(order)


__all__ = ["app"]
