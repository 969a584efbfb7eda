"""Native values to bytes and back.

Exact where a client's decoder is convenient: bytes stay bytes, and vectors of integers are numpy columns.
"""

from taokit.devnet.scale.calls import MAX_CALL_DEPTH
from taokit.devnet.scale.coder import Coder, ScaleError, compact, read_compact
from taokit.devnet.scale.coders import ERA, FIXED_POINT, METADATA_HASH_MODE, Coders

__all__ = [
    "ERA",
    "FIXED_POINT",
    "MAX_CALL_DEPTH",
    "METADATA_HASH_MODE",
    "Coder",
    "Coders",
    "ScaleError",
    "compact",
    "read_compact",
]
