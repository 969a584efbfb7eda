"""`taokit doctor`: its flags, as the arguments of one function."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from taokit.cli.options import WALLETS, AnyNetuid, Json, Network, Wallet, WalletPath


def doctor(
    network: Network = "finney",
    netuid: AnyNetuid = None,
    wallet: Wallet = None,
    wallet_path: WalletPath = WALLETS,
    mnemonic_file: Annotated[
        str | None, typer.Option(envvar="TAOKIT_MNEMONIC_FILE", help="File with the hotkey's words, or its seed.")
    ] = None,
    hotkey: Annotated[str | None, typer.Option(metavar="ADDRESS", help="The hotkey, where no key is needed.")] = None,
    host: Annotated[str, typer.Option(envvar="BT_AXON_IP", help="Address that the neuron binds.")] = "0.0.0.0",  # noqa: S104
    port: Annotated[int, typer.Option(min=0, max=65535, envvar="BT_AXON_PORT", help="Port that it binds.")] = 8091,
    state_dir: Annotated[Path | None, typer.Option(envvar="TAOKIT_STATE", help="Folder of its state.")] = None,
    min_compute: Annotated[Path, typer.Option(metavar="FILE", help="What the subnet asks of a machine.")] = Path(
        "min_compute.yml"
    ),
    kind: Annotated[Literal["miner", "validator"], typer.Option("--for", help="Whose part of that file.")] = "miner",
    version_key: Annotated[
        int | None, typer.Option(min=0, help="Version of the validator's code, to compare with the subnet's.")
    ] = None,
    fallback_endpoints: Annotated[
        str | None, typer.Option(envvar="BT_FALLBACK_ENDPOINTS", help="More addresses to ask, with commas.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Look at all that a neuron needs, and name the command that mends each thing. Needs no wallet.

    Exit codes: 0 all is well, 2 something to mend, 3 chain unreachable, 4 nothing but a registration is missing.
    """
    from taokit.cli.doctor.examining import Patient, show
    from taokit.neuron import state_root
    from taokit.run import KeyChoice
    from taokit.run.options import listed

    xdg = os.environ.get("XDG_STATE_HOME")
    patient = Patient(
        key=KeyChoice(network, wallet, None, wallet_path, mnemonic_file),
        netuid=netuid,
        hotkey=hotkey,
        host=host,
        port=port,
        state=state_root(state_dir, taokit_state=None, xdg_state_home=xdg, home=Path.home()),
        min_compute=min_compute,
        kind=kind,
        version_key=version_key,
        fallback=listed(fallback_endpoints),
    )
    if code := show(patient, as_json=as_json):
        raise typer.Exit(code)


__all__ = ["doctor"]
