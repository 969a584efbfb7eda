"""The chain's rules, as functions over a state: no socket, no clock, no randomness, no SCALE.

Fixed-point types are named `I96F32`, `U64F64`, `U96F32`, `I64F64` and `I32F32`; natively they are their bits. Vectors
of integers, of bools and of `(u16, u16)` are read-only numpy arrays, every other vector is a tuple. `DispatchResult`
is `("Ok", ())` or `("Err", error)`. The outer types `RuntimeCall`, `RuntimeEvent`, and `Era` belong to the encoder.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.spec425 import ERROR_CODES, TABLE
from taokit.devnet.runtime.state import Event, Mark, Phase, Reading, State, View
from taokit.devnet.runtime.table import DecodedCall


def begin_block(state: State, number: int, now_ms: int, parent: bytes) -> None:
    """Everything that happens before the extrinsics of block `number`."""


def end_block(state: State) -> None:
    """Everything that happens after them."""


def validate(state: State, signer: bytes, call: DecodedCall) -> None:
    """Raise `PoolRefused` when the pool would not take this call of this signer."""


def dispatch(state: State, origin: bytes | None, call: DecodedCall) -> None:
    """Run a call; None is root. Raises `DispatchError`, and changes nothing, when the chain would refuse."""


def api(state: Reading, name: str, method: str, args: Mapping[str, Any]) -> Any:
    """The native answer of a runtime API's method."""


__all__ = [
    "ERROR_CODES",
    "TABLE",
    "DecodedCall",
    "DispatchError",
    "Event",
    "Mark",
    "Phase",
    "Reading",
    "State",
    "View",
    "api",
    "begin_block",
    "dispatch",
    "end_block",
    "validate",
]
