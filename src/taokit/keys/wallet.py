"""Keys from the wallet folder: `<path>/<wallet>/hotkeys/<hotkey>` and `<path>/<wallet>/coldkeypub.txt`."""

from __future__ import annotations

import contextlib
import difflib
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeAlias

from bittensor_wallet import Keypair
from bittensor_wallet.errors import KeyFileError as WalletKeyFileError
from bittensor_wallet.keyfile import (
    decrypt_keyfile_data,
    deserialize_keypair_from_keyfile_data,
    keyfile_data_is_encrypted,
)

from taokit.errors import KeyFileError
from taokit.keys.pair import KeypairSigner

DEFAULT_PATH = Path("~/.bittensor/wallets")
LONGEST = 64 * 1024  # bytes; a wallet file has under a thousand
Password: TypeAlias = str | Callable[[str], str | None] | None
"""A password, or what asks for the one of a file, whose path it is given; it is called for an encrypted file alone."""
NACL = b"$NACL"
SHORTEST_NACL = len(NACL) + 24 + 16  # mark, nonce and authentication tag; the library panics on less


def hotkey(
    wallet: str, hotkey: str | None = None, *, path: str | Path = DEFAULT_PATH, password: Password = None
) -> KeypairSigner:
    """The signer of a wallet's hotkey, named as `"wallet/hotkey"` or as two arguments; the hotkey is `default` else.

    Raises `KeyFileError` for a file that is absent, unreadable, encrypted (without the password) or not a key.
    Asks for nothing itself. An encrypted file takes some seconds.
    """
    name, key = _names(wallet, hotkey)
    file = _existing(_wallet_folder(name, path) / "hotkeys", key, kind="hotkey")
    return KeypairSigner.of(_read(file, password=password))


def coldkey(wallet: str, *, path: str | Path = DEFAULT_PATH, password: Password = None) -> KeypairSigner:
    """The signer of a wallet's coldkey, for calls that only it may make; neurons have no use for it.

    Raises `KeyFileError` as `hotkey` does, and asks for nothing itself either.
    """
    name, _ = _names(wallet, None)
    return KeypairSigner.of(_read(_existing(_wallet_folder(name, path), "coldkey", kind="file"), password=password))


def coldkey_pub(wallet: str, *, path: str | Path = DEFAULT_PATH) -> str:
    """The address of a wallet's coldkey, from its public file alone. `wallet` may be `"wallet/hotkey"`."""
    name, _ = _names(wallet, None)
    return _read(_existing(_wallet_folder(name, path), "coldkeypub.txt", kind="file"), password=None).ss58_address


def hotkey_pub(wallet: str, hotkey: str | None = None, *, path: str | Path = DEFAULT_PATH) -> str | None:
    """The address of a wallet's hotkey from its public file, or from the key itself where that is not encrypted.

    None where neither tells. Raises `KeyFileError` for a hotkey that is not there.
    """
    name, key = _names(wallet, hotkey)
    folder = _wallet_folder(name, path) / "hotkeys"
    public = folder / f"{key}pub.txt"
    if public.exists():
        return _read(public, password=None).ss58_address
    data = _content(_existing(folder, key, kind="hotkey"))
    return None if keyfile_data_is_encrypted(data) else _read(folder / key, password=None).ss58_address


def coldkey_lies_open(wallet: str, *, path: str | Path = DEFAULT_PATH) -> bool:
    """Whether this process could read the wallet's coldkey and find it unencrypted. A miner's machine needs none."""
    name, _ = _names(wallet, None)
    try:
        with (_root(path) / name / "coldkey").open("rb") as file:
            return not keyfile_data_is_encrypted(file.read(64))
    except OSError:
        return False


def _names(wallet: str, hotkey: str | None) -> tuple[str, str]:
    """Wallet and hotkey by name. Names stay inside the wallet folder."""
    name, slash, short = wallet.partition("/")
    if slash and hotkey is not None and hotkey != short:
        raise KeyFileError(f"two hotkeys named: {wallet!r} and {hotkey!r}", hint="name one of them")
    key = short if slash else hotkey if hotkey is not None else "default"
    for part in (name, key):
        if not part or part in (".", "..") or "/" in part or "\0" in part:
            raise KeyFileError(f"no wallet can be named {wallet!r}", hint="name it like `wallet/hotkey`")
    return name, key


def _root(path: str | Path) -> Path:
    return Path(path).expanduser()


def _wallet_folder(name: str, path: str | Path) -> Path:
    return _existing(_root(path), name, kind="wallet")


def _existing(folder: Path, name: str, *, kind: str) -> Path:
    """The path, or a `KeyFileError` that names what is there instead."""
    found = folder / name
    try:
        found.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise KeyFileError(f"no {kind} `{name}` in {folder}", hint=_absent_hint(folder, name, kind)) from None
    except OSError as error:
        raise _unreadable(found, error) from error
    return found


def _absent_hint(folder: Path, name: str, kind: str) -> str:
    there = _entries(folder)
    if close := difflib.get_close_matches(name, there, n=1):
        return f"did you mean `{close[0]}`?"
    listed = f"there are: {', '.join(there[:8])}; " if there and kind != "file" else ""
    create = {
        "wallet": "btcli wallet create",
        "hotkey": "btcli wallet new-hotkey",
        "file": "btcli wallet regen-coldkeypub",
    }
    return f"{listed}create it with `{create[kind]}`"


def _entries(folder: Path) -> Sequence[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if not entry.name.endswith("pub.txt"))
    except OSError:
        return []


def _read(file: Path, *, password: Password) -> Keypair:
    data = _content(file)
    if keyfile_data_is_encrypted(data):
        data = _decrypted(data, file, password=password)
    try:
        return deserialize_keypair_from_keyfile_data(data)
    except (WalletKeyFileError, ValueError):
        # `from None`: the library's error was made while it read a secret
        hint = "restore it from your mnemonic with `btcli wallet regen-hotkey`"
        raise KeyFileError(f"{file} is not a wallet file", hint=hint) from None


def _content(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(LONGEST)
    except OSError as error:
        raise _unreadable(file, error) from error


def _decrypted(data: bytes, file: Path, *, password: Password) -> bytes:
    if callable(password):
        password = password(str(file))
    if password is None:
        hint = "set BT_WALLET_PASSWORD or BT_WALLET_PASSWORD_FILE"
        raise KeyFileError(f"{file} is encrypted and no password was given", hint=hint)
    if data.startswith(NACL) and len(data) < SHORTEST_NACL:
        raise KeyFileError(f"{file} ends too early", hint="restore it from your mnemonic or from a copy")
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # the library prints, which would spoil `--json`
            return bytes(decrypt_keyfile_data(data, password))
    except (WalletKeyFileError, ValueError):
        raise KeyFileError(f"{file} does not open with this password", hint="check BT_WALLET_PASSWORD") from None


def _unreadable(file: Path, error: OSError) -> KeyFileError:
    hint = "run as the user who owns it, or change its permissions"
    return KeyFileError(f"cannot read {file}: {error.strerror}", hint=hint)
