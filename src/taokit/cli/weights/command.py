"""`taokit weights plan|set|status|watch`: the flags of each, as the arguments of one function."""

from __future__ import annotations

from typing import Annotated

import typer

from taokit.cli.options import WALLETS, Json, Netuid, Network, Wallet, WalletPath
from taokit.cli.weights.options import Burn, File, Hotkey, Mechanism, StateDir, VersionKey, Who, needed

app = typer.Typer(name="weights", help="A validator's weights: look, set, follow.", no_args_is_help=True)


@app.command(epilog="Example:  taokit weights plan weights.csv --netuid 7 --wallet me/hot --burn 0.2")
def plan(
    file: File,
    netuid: Netuid,
    network: Network = "finney",
    wallet: Wallet = None,
    wallet_path: WalletPath = WALLETS,
    hotkey: Hotkey = None,
    burn: Burn = 0.0,
    mechanism: Mechanism = 0,
    version_key: VersionKey = None,
    as_json: Json = False,
) -> None:
    """Print a vector as the chain would have it, what is clipped, what it earns, and every reason to refuse it."""
    from taokit.cli.weights.planning import plan_of, show
    from taokit.cli.weights.vector import read
    from taokit.connect import connect

    weights = read(needed(file))
    who = Who(network, netuid, wallet, wallet_path, hotkey, mechanism, version_key)
    with connect(network) as chain:
        show(plan_of(chain, who, weights, burn=burn), as_json=as_json)


@app.command("set", epilog="Example:  taokit weights set weights.csv --netuid 7 --wallet me/hot --dry-run")
def set_weights(
    netuid: Netuid,
    file: File = None,
    network: Network = "finney",
    wallet: Wallet = None,
    wallet_path: WalletPath = WALLETS,
    burn: Burn = 0.0,
    mechanism: Mechanism = 0,
    version_key: VersionKey = None,
    state_dir: StateDir = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only print the plan, the fee and a rehearsal.")] = False,
    as_json: Json = False,
) -> None:
    """Send weights and wait until they are read back from the chain, which takes epochs where they are committed first.

    It may be interrupted at any moment; without FILE it goes on with what is on its way.
    """
    from taokit.cli.weights.setting import Errand, carry_out
    from taokit.cli.weights.vector import read

    weights = read(needed(file)) if file is not None or dry_run else None
    who = Who(network, netuid, wallet, wallet_path, None, mechanism, version_key, state_dir)
    carry_out(Errand(who, weights, burn, dry_run=dry_run, as_json=as_json))


@app.command(epilog="Example:  taokit weights status --netuid 7 --wallet me/hot")
def status(
    netuid: Netuid,
    network: Network = "finney",
    wallet: Wallet = None,
    wallet_path: WalletPath = WALLETS,
    hotkey: Hotkey = None,
    mechanism: Mechanism = 0,
    state_dir: StateDir = None,
    as_json: Json = False,
) -> None:
    """Print what is on chain, committed and on its way, and when weights go out next."""
    from taokit.cli.weights.standing import show

    show(Who(network, netuid, wallet, wallet_path, hotkey, mechanism, state_dir=state_dir), as_json=as_json)


@app.command(epilog="Example:  taokit weights watch --netuid 7 --hotkey 5F…")
def watch(
    netuid: Netuid,
    network: Network = "finney",
    wallet: Wallet = None,
    wallet_path: WalletPath = WALLETS,
    hotkey: Hotkey = None,
    mechanism: Mechanism = 0,
    state_dir: StateDir = None,
    blocks: Annotated[int | None, typer.Option(min=1, help="Stop after so many blocks.")] = None,
    as_json: Json = False,
) -> None:
    """Print a line whenever a block changes how far the weights are."""
    from taokit.cli.weights.standing import watch as follow

    follow(
        Who(network, netuid, wallet, wallet_path, hotkey, mechanism, state_dir=state_dir),
        blocks=blocks,
        as_json=as_json,
    )


__all__ = ["app"]
