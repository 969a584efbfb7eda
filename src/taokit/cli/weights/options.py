"""What the subcommands of `taokit weights` take alike."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from taokit.cli.options import WALLETS
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.signer import Signer

Hotkey = Annotated[str | None, typer.Option(help="A validator's address, where no key is needed.")]
Mechanism = Annotated[int, typer.Option(min=0, max=15, help="Which mechanism of the subnet.")]
VersionKey = Annotated[
    int | None, typer.Option(min=0, help="The version of the code that made them; without it, what the subnet demands.")
]
Burn = Annotated[float, typer.Option(min=0.0, max=1.0, help="Share that goes to the subnet owner's uid.")]
StateDir = Annotated[Path | None, typer.Option(envvar="TAOKIT_STATE", help="Folder for what must survive a restart.")]
File = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="CSV lines or a JSON object: uid or hotkey, and its weight; - reads stdin."),
]


@dataclass(frozen=True, slots=True)
class Who:
    """Whose weights, and where."""

    network: str
    netuid: int
    wallet: str | None
    wallet_path: str = WALLETS
    hotkey: str | None = None
    mechanism: int = 0
    version_key: int | None = None
    state_dir: Path | None = None

    def signer(self) -> Signer:
        """The key that signs. Raises `ConfigurationError` without one."""
        from taokit.cli.chain.calling import Order, signer_of

        return signer_of(Order("weights", (), self.network, wallet=self.wallet, wallet_path=self.wallet_path))

    def address(self) -> str:
        """The hotkey, by its address or by its wallet."""
        return self.hotkey or self.signer().ss58

    def known(self) -> str | None:
        """The hotkey where one is named."""
        return None if self.hotkey is None and self.wallet is None else self.address()

    def folder(self, genesis: bytes, hotkey: str) -> Path:
        """Where a neuron of this hotkey keeps its state, `taokit validator` and `taokit weights set` alike."""
        from taokit.neuron import neuron_folder, state_root

        home, xdg = Path.home(), os.environ.get("XDG_STATE_HOME")
        root = state_root(self.state_dir, taokit_state=None, xdg_state_home=xdg, home=home)
        return neuron_folder(root, genesis=genesis, netuid=self.netuid, hotkey=hotkey)


def needed(file: Path | None) -> Path:
    """The file, which must be named. Raises `ConfigurationError`."""
    if file is None:
        raise ConfigurationError("FILE is missing", hint="name a file with uid,weight lines, or - to read them")
    return file


__all__ = ["Who", "needed"]
