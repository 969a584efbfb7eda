"""Chains on the other side of a socket, as backends of `taokit.chain`."""

from taokit.backends.cache import MetadataCache
from taokit.backends.codec import codec_of
from taokit.backends.deadline import within
from taokit.backends.isolated import IsolatedBackend
from taokit.backends.native import NativeBackend
from taokit.backends.socket import Limits
from taokit.backends.substrate_interface import SubstrateInterfaceBackend

__all__ = [
    "IsolatedBackend",
    "Limits",
    "MetadataCache",
    "NativeBackend",
    "SubstrateInterfaceBackend",
    "codec_of",
    "within",
]
