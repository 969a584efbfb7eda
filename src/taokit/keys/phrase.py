"""Signers from what a key was made from: its words or its seed, in a file or in a variable."""

from __future__ import annotations

import re
from pathlib import Path

from bittensor_wallet import Keypair

from taokit.errors import KeyFileError
from taokit.keys.pair import KeypairSigner, crypto_of, from_mnemonic
from taokit.signer import SR25519

LONGEST = 4096
"""Bytes of a file with words; 24 of them have under 250."""
SEED = re.compile(r"(0x)?[0-9a-fA-F]{64}")
OTHERS = 0o077


def from_secret(text: str, *, where: str, scheme: str = SR25519) -> KeypairSigner:
    """The signer of a BIP-39 phrase of 12 to 24 English words, or of a seed of 32 bytes in hex.

    Raises `KeyFileError`, which says where the secret came from and no word of it.
    """
    words = text.strip()
    if not words:
        raise KeyFileError(f"{where} is empty", hint="put the words of the hotkey there, or its seed as 0x…")
    try:
        if SEED.fullmatch(words):
            seed = "0x" + words.removeprefix("0x")  # its stub says bytes, it wants hex
            return KeypairSigner.of(Keypair.create_from_seed(seed, crypto_of(scheme)))  # type: ignore[arg-type]
        return from_mnemonic(" ".join(words.split()), scheme=scheme)
    except (KeyFileError, ValueError):
        hint = "12, 15, 18, 21 or 24 words with blanks between them, or a seed of 64 hex digits"
        raise KeyFileError(f"{where} holds neither a mnemonic nor a seed", hint=hint) from None


def from_mnemonic_file(path: str | Path, *, scheme: str = SR25519) -> KeypairSigner:
    """The signer of the words, or of the seed, that a file holds. Raises `KeyFileError`."""
    file = Path(path).expanduser()
    try:
        with file.open("rb") as opened:
            data = opened.read(LONGEST + 1)
    except OSError as error:
        hint = "let it name a file that this user can read"
        raise KeyFileError(f"cannot read {file}: {error.strerror}", hint=hint) from None
    if len(data) > LONGEST:
        raise KeyFileError(f"{file} is too long for a mnemonic", hint="name a file with the words alone")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:  # `from None`: the error quotes what it read
        raise KeyFileError(f"{file} is not text", hint="name a file with the words alone") from None
    return from_secret(text, where=str(file), scheme=scheme)


def lies_open(path: str | Path) -> bool:
    """Whether other users of this machine could read a file, or write it."""
    try:
        return bool(Path(path).expanduser().stat().st_mode & OTHERS)
    except OSError:
        return False


__all__ = ["from_mnemonic_file", "from_secret", "lies_open"]
