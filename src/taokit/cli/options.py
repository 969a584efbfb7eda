"""The options that mean the same in every command: one spelling, one variable, one help text."""

from __future__ import annotations

from typing import Annotated

import typer

WALLETS = "~/.bittensor/wallets"

Netuid = Annotated[int, typer.Option("--netuid", min=0, max=4095, envvar="BT_NETUID", help="The subnet.")]
AnyNetuid = Annotated[int | None, typer.Option("--netuid", min=0, max=4095, envvar="BT_NETUID", help="The subnet.")]
Network = Annotated[
    str, typer.Option("--network", "-n", envvar="BT_NETWORK", help="finney, test, local, devnet or an address.")
]
Wallet = Annotated[
    str | None, typer.Option("--wallet", "-w", envvar="BT_WALLET", help="WALLET/HOTKEY; //Alice on a devnet.")
]
WalletPath = Annotated[str, typer.Option(envvar="BT_WALLET_PATH", help="Folder of the wallets.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what it costs and whether it would pass.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, nothing else.")]

__all__ = ["WALLETS", "AnyNetuid", "DryRun", "Json", "Netuid", "Network", "Wallet", "WalletPath"]
