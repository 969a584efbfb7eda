"""What a block does by itself, in the chain's order."""

from __future__ import annotations

from taokit.consensus.subnet import Stored
from taokit.devnet.runtime import commitments, drand, system, timestamp
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import children, coinbase, epoch, registration, rootclaim, subnets, timelocked


def begin_block(state: State, number: int, now_ms: int, parent: bytes, *, oracle: drand.Oracle = drand.SILENT) -> None:
    """Everything before the extrinsics of block `number`: prices, reveals, coinbase, epochs (`block_step`).

    `now_ms` is the block's time in milliseconds since 1970, `parent` the hash of the block before, `oracle` what brings
    the beacon's pulses and opens what they lock.
    """
    receivers, netuids, waited = _up_to_epochs(state, number, now_ms, parent, oracle)
    epoch.run_due(state, netuids)
    coinbase.after(state, receivers)
    children.apply_pending(state, netuids)
    rootclaim.claim_some(state, parent)
    if waited:
        commitments.reveal(state, oracle)


def epoch_inputs(
    state: State, netuid: int, *, number: int, now_ms: int, parent: bytes, oracle: drand.Oracle = drand.SILENT
) -> list[Stored]:
    """What the subnet's epoch reads in block `number`, one a mechanism; empty where it runs none in this block.

    `state` is the one after the block before, a copy that this may spoil.
    """
    _, netuids, _ = _up_to_epochs(state, number, now_ms, parent, oracle)
    return epoch.inputs_of(state, netuids, netuid)


def _up_to_epochs(
    state: State, number: int, now_ms: int, parent: bytes, oracle: drand.Oracle
) -> tuple[list[int], list[int], bool]:
    """The subnets that are emitted to, all subnets, and whether anything waits for the beacon."""
    state.number = number
    state.phase = "Initialization"
    system.open_block(state, number, parent)
    timestamp.set_time(state, now_ms)
    waited = [*timelocked.rounds(state), *commitments.rounds(state)]
    if waited or oracle.leads:
        drand.publish(state, waited, oracle, now_ms=now_ms)
    netuids = subnets.all_netuids(state)
    registration.decay_prices(state, netuids)
    receivers = coinbase.emitting(state, netuids)
    if waited:
        put_off = epoch.put_off(state, netuids)
        timelocked.reveal(state, [netuid for netuid in netuids if netuid not in put_off], oracle)
    coinbase.run(state, receivers)
    return receivers, netuids, bool(waited)


def end_block(state: State) -> None:
    """Everything that happens after the extrinsics. Sealing is the caller's, with `state.commit_block()`."""
    state.phase = "Finalization"


__all__ = ["begin_block", "end_block", "epoch_inputs"]
