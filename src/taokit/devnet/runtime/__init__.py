"""The chain's rules, as functions over a state: no socket, no clock, no randomness, no SCALE.

A block is `begin_block`, then for every extrinsic `validate` (before it is taken), `state.phase = index` and
`dispatch`, then `end_block` and `state.commit_block()`. Around them go `check_payment`, `charge` and `settle` for
what a `bill` says. Whoever builds blocks also counts nonces
(`system.bump_nonce`), deposits `System.ExtrinsicSuccess` or `ExtrinsicFailed`, and stores `System.Events`.

Fixed-point types are named `I96F32`, `U64F64`, `U96F32`, `I64F64` and `I32F32`; natively they are their bits. Vectors
of integers, of bools and of `(u16, u16)` are read-only numpy arrays where they are stored, every other vector is a
tuple. `DispatchResult` is `("Ok", ())` or `("Err", error)`. The outer types `RuntimeCall`, `RuntimeEvent` and `Era`
belong to the encoder.
"""

from __future__ import annotations

from taokit.devnet.runtime.apis import api
from taokit.devnet.runtime.block import begin_block, end_block
from taokit.devnet.runtime.dispatch import dispatch, validate
from taokit.devnet.runtime.fees import Bill, bill, charge, settle
from taokit.devnet.runtime.fees import check as check_payment
from taokit.devnet.runtime.genesis import COMMIT_REVEAL, TAO_WEIGHT, Genesis, Neuron, Preset, Subnet, genesis, preset
from taokit.devnet.runtime.proxies import payer
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.spec425 import ERROR_CODES, TABLE, native_error
from taokit.devnet.runtime.state import Event, Mark, Phase, Reading, State, View
from taokit.devnet.runtime.table import DecodedCall

__all__ = [
    "COMMIT_REVEAL",
    "ERROR_CODES",
    "TABLE",
    "TAO_WEIGHT",
    "Bill",
    "DecodedCall",
    "DispatchError",
    "Event",
    "Genesis",
    "Mark",
    "Neuron",
    "Phase",
    "Preset",
    "Reading",
    "State",
    "Subnet",
    "View",
    "api",
    "begin_block",
    "bill",
    "charge",
    "check_payment",
    "dispatch",
    "end_block",
    "genesis",
    "native_error",
    "payer",
    "preset",
    "settle",
    "validate",
]
