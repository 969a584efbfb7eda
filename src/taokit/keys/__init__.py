"""Signers from wallet files, development URIs and mnemonics. No secret in a repr, a message or a log."""

from taokit.keys.pair import KeypairSigner, from_mnemonic, from_uri
from taokit.keys.wallet import DEFAULT_PATH, coldkey, coldkey_lies_open, coldkey_pub, hotkey

__all__ = [
    "DEFAULT_PATH",
    "KeypairSigner",
    "coldkey",
    "coldkey_lies_open",
    "coldkey_pub",
    "from_mnemonic",
    "from_uri",
    "hotkey",
]
