"""A chain inside this process: real rules, real bytes, no node."""

from taokit.devnet.accounts import DevSigner, account, from_uri
from taokit.devnet.backend import codec_of, within
from taokit.devnet.devnet import Devnet

__all__ = ["DevSigner", "Devnet", "account", "codec_of", "from_uri", "within"]
