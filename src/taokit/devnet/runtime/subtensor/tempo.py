"""How often epochs of a subnet run, and the one that its owner asks for."""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime.refusal import as_root, ensure
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import storage, subnets
from taokit.devnet.runtime.subtensor.admission import (
    MIN_TEMPO,
    admit,
    announce,
    check_exists,
    check_window,
    owner,
)

MAX_TEMPO: Final = 50_400


def set_tempo(state: State, origin: bytes | None, *, netuid: int, tempo: int) -> None:
    """Root sets the blocks between epochs, to anything; the cycle starts anew."""
    as_root(origin)
    check_window(state, netuid)
    check_exists(state, netuid)
    _apply_tempo(state, netuid, tempo)


def set_own_tempo(state: State, origin: bytes | None, *, netuid: int, tempo: int) -> None:
    """The owner sets the blocks between epochs (`do_set_tempo`)."""
    caller = owner(state, origin, netuid)
    ensure(MIN_TEMPO <= tempo <= MAX_TEMPO, "TempoOutOfBounds")
    check_window(state, netuid)
    admit(state, caller, netuid, "TempoUpdate")
    _apply_tempo(state, netuid, tempo)


def _apply_tempo(state: State, netuid: int, tempo: int) -> None:
    clock = subnets.clock(state, netuid).with_tempo(tempo, state.number)
    state[storage.TEMPO, netuid] = clock.tempo
    state[storage.LAST_EPOCH_BLOCK, netuid] = clock.last_epoch_block
    announce(state, "TempoSet", netuid, tempo)


def trigger_epoch(state: State, origin: bytes | None, *, netuid: int) -> None:
    """The owner asks for an epoch after the freeze window, where weights are not sealed (`do_trigger_epoch`)."""
    caller = owner(state, origin, netuid)
    ensure(not state[storage.COMMIT_REVEAL_WEIGHTS_ENABLED, netuid], "DynamicTempoBlockedByCommitReveal")
    ensure(state[storage.PENDING_EPOCH_AT, netuid] == 0, "EpochTriggerAlreadyPending")
    clock, window = subnets.clock(state, netuid), state[storage.ADMIN_FREEZE_WINDOW]
    ensure(max(0, clock.last_epoch_block + clock.tempo - state.number) >= window, "AutoEpochAlreadyImminent")
    admit(state, caller, netuid, "TriggerEpoch")
    state[storage.PENDING_EPOCH_AT, netuid] = state.number + window
    announce(state, "EpochTriggered", netuid, caller, state.number + window)


__all__ = ["set_own_tempo", "set_tempo", "trigger_epoch"]
