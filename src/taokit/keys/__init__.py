"""Signers from wallet files, development URIs and mnemonics. No secret in a repr, a message or a log."""

from taokit.keys.pair import KeypairSigner, from_mnemonic, from_uri
from taokit.keys.phrase import from_mnemonic_file, from_secret, lies_open
from taokit.keys.wallet import DEFAULT_PATH, Password, coldkey, coldkey_lies_open, coldkey_pub, hotkey, hotkey_pub

__all__ = [
    "DEFAULT_PATH",
    "KeypairSigner",
    "Password",
    "coldkey",
    "coldkey_lies_open",
    "coldkey_pub",
    "from_mnemonic",
    "from_mnemonic_file",
    "from_secret",
    "from_uri",
    "hotkey",
    "hotkey_pub",
    "lies_open",
]
