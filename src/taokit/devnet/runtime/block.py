"""What a block does by itself, in the chain's order."""

from __future__ import annotations

from taokit.devnet.runtime import system, timestamp
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import coinbase, epoch, registration, subnets


def begin_block(state: State, number: int, now_ms: int, parent: bytes) -> None:
    """Everything that happens before the extrinsics of block `number`: prices, coinbase, epochs (`block_step`).

    `now_ms` is the block's time in milliseconds since 1970, `parent` the hash of the block before.
    """
    state.number = number
    state.phase = "Initialization"
    system.open_block(state, number, parent)
    timestamp.set_time(state, now_ms)
    netuids = subnets.all_netuids(state)
    registration.decay_prices(state, netuids)
    receivers = coinbase.emitting(state, netuids)
    coinbase.run(state, receivers)
    epoch.run_due(state, netuids)
    coinbase.after(state, receivers)


def end_block(state: State) -> None:
    """Everything that happens after the extrinsics. Sealing is the caller's, with `state.commit_block()`."""
    state.phase = "Finalization"


__all__ = ["begin_block", "end_block"]
