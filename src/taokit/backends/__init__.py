"""Chains on the other side of a socket, as backends of `taokit.chain`."""

from taokit.backends.cache import MetadataCache
from taokit.backends.codec import codec_of
from taokit.backends.deadline import within
from taokit.backends.native import NativeBackend
from taokit.backends.socket import Limits

__all__ = ["Limits", "MetadataCache", "NativeBackend", "codec_of", "within"]
