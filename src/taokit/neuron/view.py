"""What a validator asks the chain about its weights: where they stand, in which form they go, when they may open."""

from __future__ import annotations

from taokit.chain import Read, Schedule, Storage, reads
from taokit.chain.beacon import Terms, timelocked_commits
from taokit.chain.requests import several
from taokit.consensus import COMMIT_REVEAL_VERSION, first_reveal_block, reveal_round
from taokit.consensus import Schedule as EpochClock
from taokit.neuron.submission import Form, View


def view(hotkey: str, uid: int, schedule: Schedule, *, mechanism: int, pending: bool) -> Read[View]:
    """What the chain says about one validator's weights; with some pending, also when each uid was registered."""
    netuid = schedule.netuid
    epoch = schedule.epoch_index + (schedule.next_epoch == schedule.block + 1)
    since = range(max(0, epoch - schedule.reveal_period), epoch + 1)
    row = yield from reads.weights(netuid, uid, mechanism)
    rate_limit, version, pulse = yield several(
        Storage(reads.SUBNETS, "WeightsSetRateLimit", (netuid,)),
        Storage(reads.SUBNETS, "WeightsVersionKey", (netuid,)),
        Storage("Drand", "LastStoredRound"),
    )
    return View(
        block=schedule.block,
        hash=(yield from reads.block_hash()),
        epoch=epoch,
        left=schedule.blocks_left,
        reveal_period=schedule.reveal_period,
        commits=(yield from reads.weight_commits(netuid, hotkey, mechanism)),
        row=tuple((int(uid), int(value)) for uid, value in row),
        last_update=(yield from reads.last_update(netuid, uid, mechanism)),
        registered=(yield from reads.registrations(netuid)) if pending else {},
        locked=(yield from timelocked_commits(netuid, hotkey, since, mechanism)) if pending else (),
        form=(yield from form(netuid)),
        nonce=(yield from reads.nonce(hotkey)),
        rate_limit=rate_limit,
        version=version,
        pulse=pulse,
    )


def form(netuid: int) -> Read[Form]:
    """How the subnet takes weights now. Commits under a timelock are those of `CommitRevealWeightsVersion` 4."""
    hidden, version = yield several(
        Storage(reads.SUBNETS, "CommitRevealWeightsEnabled", (netuid,)),
        Storage(reads.SUBNETS, "CommitRevealWeightsVersion"),
    )
    if not hidden:
        return "plain"
    return "timelock" if version == COMMIT_REVEAL_VERSION else "hash"


def opening_round(told: Terms) -> int:
    """The round to lock a commit of the next block to, by the chain's own clock.

    The simulation of the epochs to come and the margin are those of bittensor-core's `get_encrypted_commit_v2`.
    """
    clock = told.schedule
    ahead = EpochClock(
        clock.tempo, clock.last_epoch_block, clock.pending_epoch_at, clock.epoch_index, clock.blocks_since_last_step
    )
    return reveal_round(
        told.now_ms / 1000,
        head=clock.block,
        first=first_reveal_block(ahead, clock.block, reveal_period=clock.reveal_period),
        block_seconds=told.slot_ms / 1000,
        genesis_s=told.beacon.genesis_s,
        period_s=told.beacon.period_s,
    )


__all__ = ["form", "opening_round", "view"]
