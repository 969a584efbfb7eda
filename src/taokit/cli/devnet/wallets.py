"""The devnet's keys as wallet files, so that btcli and miners use them by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bittensor_wallet import Keypair
from bittensor_wallet.keyfile import serialized_keypair_to_keyfile_data

from taokit.cli.devnet.files import write
from taokit.errors import ConfigurationError


def wallet_name(name: str) -> str:
    """How the wallet of an account is called: `//miner/0` becomes `miner-0`, `//Alice` becomes `alice`."""
    return name.strip("/").replace("/", "-").lower()


def export(folder: Path, accounts: Iterable[tuple[str, str, Any]]) -> list[str]:
    """Write a wallet for each `(name, address, how to make its key)`, and the names they got.

    Each is a folder with `coldkey`, `coldkeypub.txt` and `hotkeys/default`, all of the one key, in the clear: it
    follows from public words. Raises `ConfigurationError` rather than write over a wallet of another key.
    """
    made = []
    for name, address, secret in accounts:
        pair = _pair(secret)
        if pair.ss58_address != address:
            raise ConfigurationError(f"the key of {name} cannot be written as a wallet")
        _write(folder / wallet_name(name), pair)
        made.append(wallet_name(name))
    return made


def _pair(secret: str | bytes) -> Any:
    if isinstance(secret, bytes):
        return Keypair.create_from_seed("0x" + secret.hex())  # type: ignore[arg-type]  # its stub says bytes, it wants hex
    return Keypair.create_from_uri(secret)


def _write(wallet: Path, pair: Any) -> None:
    whole = bytes(serialized_keypair_to_keyfile_data(pair))
    shown = bytes(serialized_keypair_to_keyfile_data(Keypair(ss58_address=pair.ss58_address)))
    files = {"coldkey": whole, "coldkeypub.txt": shown, "hotkeys/default": whole, "hotkeys/defaultpub.txt": shown}
    for name, data in files.items():
        file = wallet / name
        try:
            if file.exists() and file.read_bytes() != data:
                hint = "name an empty folder"
                raise ConfigurationError(f"{file} holds another key, which is not written over", hint=hint)
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigurationError(f"cannot write {file}: {error.strerror}", hint="name another folder") from None
        write(file, data.decode())
        file.chmod(0o600)


__all__ = ["export", "wallet_name"]
