"""How a validator stands on its subnet: what it sees of the chain, and what it lacks to validate."""

from __future__ import annotations

from dataclasses import dataclass

from taokit.chain import Read, Schedule, reads
from taokit.metagraph import Metagraph
from taokit.neuron.submission import View
from taokit.neuron.view import view


@dataclass(frozen=True, slots=True)
class Look:
    """What a validator sees of the chain at one block."""

    schedule: Schedule
    weights: View
    uid: int
    threshold: int  # rao of stake weight below which it counts for nothing

    @property
    def offset(self) -> int:
        """Blocks since the epoch began."""
        return self.schedule.block - self.schedule.last_epoch_block


def look(netuid: int, hotkey: str, *, mechanism: int, pending: bool) -> Read[Look | None]:
    """What the validator needs to know at a block, all of it from that block; None when it has no uid."""
    uid = yield from reads.uid_of(netuid, hotkey)
    if uid is None:
        return None
    schedule = yield from reads.schedule(netuid)
    seen = yield from view(hotkey, uid, schedule, mechanism=mechanism, pending=pending)
    threshold = yield from reads.stake_threshold()
    return Look(schedule, seen, uid, threshold)


def lacks(graph: Metagraph, seen: Look, hotkey: str) -> str:
    """What a hotkey lacks to validate, with the command for it; empty when it lacks nothing."""
    if hotkey == graph.owner_hotkey:
        return ""
    stake = f"btcli stake add --netuid {graph.netuid} --hotkey {hotkey}"
    if int(graph.stake[seen.uid]) < seen.threshold:
        return f"its stake of {graph.stake[seen.uid]} rao is below the threshold of {seen.threshold} rao: {stake}"
    if not graph.validator_permit[seen.uid]:
        return (
            f"a validator permit, which the {graph.parameters.max_validators} highest stakes get at the next epoch; "
            f"this hotkey has {graph.stake[seen.uid]} rao: {stake}"
        )
    return ""


def outdated(graph: Metagraph, version_key: int) -> str:
    """What a validator's code lacks when the subnet takes weights of newer code only; empty when it lacks nothing."""
    wanted = graph.parameters.weights_version
    return "" if version_key >= wanted else f"newer code: the subnet takes version {wanted}, this is {version_key}"


__all__ = ["Look", "lacks", "look", "outdated"]
