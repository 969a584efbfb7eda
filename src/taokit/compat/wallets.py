"""Wallets as SDK 10's neurons use them, over the same files."""

from __future__ import annotations

import argparse
import os
from functools import cached_property
from typing import Any, Self

from taokit.compat.absent import Departed
from taokit.compat.settings import Config, add_flags, setting
from taokit.errors import KeyFileError
from taokit.keys import DEFAULT_PATH, KeypairSigner, coldkey, coldkey_pub, hotkey
from taokit.protocol import decode_ss58, verify
from taokit.run import wallet_password
from taokit.signer import Signer

FLAGS = (
    ("wallet.name", str, "The name of the wallet."),
    ("wallet.hotkey", str, "The name of the wallet's hotkey."),
    ("wallet.path", str, "The folder of the wallets."),
)


class Key(Departed):
    """One key of a wallet: `ss58_address`, `sign`, `verify`. A public key alone does not sign."""

    sdk_name = "Key"

    def __init__(self, ss58: str, signer: Signer | None = None) -> None:
        self.ss58_address = ss58
        self._signer = signer

    @property
    def signer(self) -> Signer:
        """What signs here. Raises `KeyFileError` for a public key."""
        if self._signer is None:
            raise KeyFileError(f"{self.ss58_address} is only the public half of a key")
        return self._signer

    @property
    def public_key(self) -> bytes:
        """The 32 bytes that the address stands for."""
        return decode_ss58(self.ss58_address)

    def sign(self, data: bytes | str) -> bytes:
        """The signature of bytes, of text, or of the bytes that `0x…` text stands for."""
        return self.signer.sign(_octets(data))

    def verify(self, data: bytes | str, signature: bytes | str) -> bool:
        """Whether this key signed it."""
        scheme = "sr25519" if self._signer is None else self._signer.scheme
        return verify(self.ss58_address, _octets(data), _octets(signature), scheme=scheme)

    def __repr__(self) -> str:
        return f"<Key {self.ss58_address}>"


class Wallet(Departed):
    """A wallet's folder: `hotkey` to sign with, `coldkeypub` to name its owner. Nothing is read before it is used.

    Keys come from `<path>/<name>/hotkeys/<hotkey>`; an encrypted one is opened with `BT_WALLET_PASSWORD`, and nobody
    is ever asked for one. None is ever made here.
    """

    sdk_name = "Wallet"

    def __init__(
        self,
        name: str | None = None,
        hotkey: str | None = None,
        path: str | None = None,
        config: Config | None = None,
    ) -> None:
        self.config = config or Config()
        self.name = name or setting(self.config, "wallet.name") or "default"
        self.hotkey_str = hotkey or setting(self.config, "wallet.hotkey") or "default"
        self.path = path or setting(self.config, "wallet.path") or str(DEFAULT_PATH)

    @cached_property
    def hotkey(self) -> Key:
        """The key that a neuron signs with. Raises `KeyFileError`."""
        return _key(hotkey(self.name, self.hotkey_str, path=self.path, password=wallet_password(os.environ)))

    @cached_property
    def coldkeypub(self) -> Key:
        """The owner's address. Raises `KeyFileError`."""
        return Key(coldkey_pub(self.name, path=self.path))

    @cached_property
    def coldkey(self) -> Key:
        """The owner's key, which no neuron needs on its machine. Raises `KeyFileError`."""
        return _key(coldkey(self.name, path=self.path, password=wallet_password(os.environ)))

    @cached_property
    def hotkeypub(self) -> Key:
        """The hotkey's address. Raises `KeyFileError`."""
        return Key(self.hotkey.ss58_address)

    def get_hotkey(self, password: str | None = None) -> Key:
        """The same as `hotkey`."""
        return self.hotkey

    def get_coldkey(self, password: str | None = None) -> Key:
        """The same as `coldkey`; a password, where it is needed, is in `BT_WALLET_PASSWORD`."""
        return self.coldkey

    def get_coldkeypub(self, password: str | None = None) -> Key:
        """The same as `coldkeypub`."""
        return self.coldkeypub

    def get_hotkeypub(self, password: str | None = None) -> Key:
        """The same as `hotkeypub`."""
        return self.hotkeypub

    unlock_hotkey, unlock_coldkey = get_hotkey, get_coldkey

    def create_if_non_existent(self, *ignored: Any, **options: Any) -> Self:
        """The wallet itself, whose two keys are there. Raises `KeyFileError` where they are not: none is made here."""
        try:
            _ = self.hotkey, self.coldkeypub
        except KeyFileError as error:
            hint = f"btcli wallet create --wallet-name {self.name}, or in tests bt.MockWallet()"
            raise KeyFileError(str(error), hint=hint) from error
        return self

    @classmethod
    def add_args(cls, parser: argparse.ArgumentParser, prefix: str | None = None) -> None:
        """Add `--wallet.name`, `--wallet.hotkey` and `--wallet.path`."""
        add_flags(parser, FLAGS, prefix)

    def __str__(self) -> str:
        return f"Wallet (Name: '{self.name}', Hotkey: '{self.hotkey_str}', Path: '{self.path}')"

    __repr__ = __str__


def signer_of(holder: Any) -> Signer:
    """What signs for a `Wallet`, one of its keys, a signer of taokit's or a key pair of the wallet library."""
    key = getattr(holder, "hotkey", holder)  # also of the wallet library's own wallets
    if isinstance(key, Key):
        return key.signer
    if isinstance(key, Signer):
        return key
    return KeypairSigner.of(key)  # a key pair of the wallet library


def _key(signer: Signer) -> Key:
    return Key(signer.ss58, signer)


def _octets(data: bytes | str) -> bytes:
    if isinstance(data, bytes):
        return data
    return bytes.fromhex(data[2:]) if data.startswith("0x") else data.encode()


__all__ = ["Key", "Wallet", "signer_of"]
