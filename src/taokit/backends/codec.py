"""Names to bytes for the runtimes of real nodes."""

from __future__ import annotations

from functools import lru_cache

import bittensor_core

from taokit.chain import Codec, Runtime
from taokit.errors import ChainError


@lru_cache(maxsize=8)
def codec_of(runtime: Runtime) -> Codec:
    """The codec of a runtime, built from its metadata. Raises `ChainError` for metadata that cannot be read."""
    try:
        scale = bittensor_core.Runtime(runtime.metadata, runtime.spec_version, runtime.transaction_version)
    except ValueError as error:
        name = f"{runtime.spec_name} {runtime.spec_version}"
        raise ChainError(f"the metadata of {name} cannot be read: {error}", hint="update bittensor-core") from None
    return Codec(scale)


__all__ = ["codec_of"]
