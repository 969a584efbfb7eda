"""Which key signs: from a wallet, a file of words, a variable or, on a chain of this machine, a development URI."""

from __future__ import annotations

import getpass
import logging
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from taokit.errors import ConfigurationError
from taokit.run.options import MNEMONIC

if TYPE_CHECKING:
    from taokit.keys import Password
    from taokit.signer import Signer

log = logging.getLogger("taokit")


@dataclass(frozen=True, slots=True)
class KeyChoice:
    """What names a key, and the network that it is for."""

    network: str
    wallet: str | None
    hotkey: str | None = None
    path: str = "~/.bittensor/wallets"
    mnemonic_file: str | None = None

    @property
    def folder(self) -> Path:
        """The folder of the wallets."""
        return Path(self.path).expanduser()


def hotkey_of(choice: KeyChoice, environment: Mapping[str, str], *, ask: bool = False) -> Signer:
    """The signer of a hotkey: a file of words comes before the words in a variable, these before a wallet.

    An encrypted one opens with the password among the variables or, with `ask`, that somebody types at a terminal.
    Raises `ConfigurationError` or `KeyFileError`, neither with anything secret in it.
    """
    from taokit.keys import from_mnemonic_file, from_secret, hotkey, lies_open

    if choice.mnemonic_file is not None:
        signer = from_mnemonic_file(choice.mnemonic_file)
        if lies_open(choice.mnemonic_file):
            log.warning("other users can read %s: chmod 600 %s", choice.mnemonic_file, choice.mnemonic_file)
        return signer
    if choice.wallet is None and (secret := environment.get(MNEMONIC)):
        return from_secret(secret, where=f"the variable {MNEMONIC}")
    wallet = _named(choice)
    if wallet.startswith("//"):
        named = choice.hotkey or ""
        return _development(choice, named if named.startswith("//") else wallet)
    return hotkey(wallet, choice.hotkey, path=choice.folder, password=password_of(environment, ask=ask))


def coldkey_of(choice: KeyChoice, environment: Mapping[str, str], *, ask: bool = True) -> Signer:
    """The signer of a wallet's coldkey, for what only that may do. Errors as those of `hotkey_of`."""
    from taokit.keys import coldkey

    wallet = _named(choice)
    if wallet.startswith("//"):
        return _development(choice, wallet)
    return coldkey(wallet, path=choice.folder, password=password_of(environment, ask=ask))


def hotkey_address(choice: KeyChoice, environment: Mapping[str, str]) -> str:
    """The address of a hotkey, without its secret key where a public file tells."""
    from taokit.keys import hotkey_pub

    wallet = choice.wallet
    if wallet is not None and choice.mnemonic_file is None and not wallet.startswith("//"):
        told = hotkey_pub(wallet, choice.hotkey, path=choice.folder)
        if told is not None:
            return told
    return hotkey_of(choice, environment).ss58


def warn_of_open_coldkey(choice: KeyChoice) -> bool:
    """Whether the wallet's coldkey lies here unencrypted, where a neuron has no use for it; then a warning says so."""
    from taokit.keys import coldkey_lies_open

    wallet = choice.wallet
    if wallet is None or wallet.startswith("//") or not coldkey_lies_open(wallet, path=choice.folder):
        return False
    log.warning("the coldkey of %s lies here unencrypted; a neuron needs none: keep it on another machine", wallet)
    return True


def _named(choice: KeyChoice) -> str:
    if choice.wallet is None:
        raise ConfigurationError(
            "--wallet is missing", hint="pass --wallet NAME/HOTKEY, or --wallet //miner/0 on a devnet"
        )
    return choice.wallet


def _development(choice: KeyChoice, uri: str) -> Signer:
    from taokit.keys import from_uri

    if not on_this_machine(choice.network):
        raise ConfigurationError(
            f"{uri} is a development key, which anybody can use", hint="pass --wallet NAME/HOTKEY on a real network"
        )
    return from_uri(uri)


def on_this_machine(network: str) -> bool:
    """Whether a network is a chain of this machine, where development keys and loopback addresses have their place."""
    if network in ("devnet", "local"):
        return True
    host = urlsplit(network).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def password_of(environment: Mapping[str, str], *, ask: bool) -> Password:
    """The password that the variables tell, or else, with `ask`, what asks for one at a terminal if there is one."""
    stated = wallet_password(environment)
    return _typed if stated is None and ask and sys.stdin.isatty() else stated


def _typed(file: str) -> str | None:
    return getpass.getpass(f"Password of {file}: ")


def wallet_password(environment: Mapping[str, str]) -> str | None:
    """The password of an encrypted key: `BT_WALLET_PASSWORD`, or the first line of `BT_WALLET_PASSWORD_FILE`."""
    if (stated := environment.get("BT_WALLET_PASSWORD")) is not None:
        return stated
    if not (file := environment.get("BT_WALLET_PASSWORD_FILE")):
        return None
    try:
        return Path(file).expanduser().read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not text"
        raise ConfigurationError(
            f"cannot read {file}: {reason}", hint="let BT_WALLET_PASSWORD_FILE name a file with the password"
        ) from None


__all__ = [
    "KeyChoice",
    "coldkey_of",
    "hotkey_address",
    "hotkey_of",
    "on_this_machine",
    "password_of",
    "wallet_password",
    "warn_of_open_coldkey",
]
