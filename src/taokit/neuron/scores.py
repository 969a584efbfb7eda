"""A validator's scores: kept by hotkey, so that a uid that changes hands inherits nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from taokit.errors import ConfigurationError, StateCorrupt
from taokit.metagraph import Metagraph
from taokit.scoring import Memory, Rule, checked, forget, read_memory

FILE = "scores"
VERSION = 2


@dataclass(frozen=True, slots=True)
class Scores:
    """What a validator remembers of its rounds. A value: each round makes a new one."""

    memory: Memory
    registered: Mapping[str, int]  # block of registration of each remembered hotkey
    epoch: int = -1  # of the last round
    round: int = -1  # its place in the epoch
    scored_in: int = -1  # epoch of the last round that gave scores

    @classmethod
    def start(cls, rule: Rule) -> Scores:
        """Nobody scored yet."""
        return cls(rule.start(), {})

    def seen(self, graph: Metagraph) -> Scores:
        """Without the hotkeys that left the subnet, or left it and came back: those begin anew."""
        now = {hotkey: int(graph.block_at_registration[uid]) for uid, hotkey in enumerate(graph.hotkeys)}
        gone = [hotkey for hotkey, block in self.registered.items() if now.get(hotkey) != block]
        kept = {hotkey: block for hotkey, block in self.registered.items() if hotkey not in gone}
        return replace(self, memory=forget(self.memory, gone), registered=kept) if gone else self

    def scored(self, rule: Rule, graph: Metagraph, scores: Mapping[int, float], *, epoch: int, round: int) -> Scores:
        """After one round. Scores are by uid of this metagraph, finite and at least 0, else `ConfigurationError`."""
        unknown = [uid for uid in scores if uid not in graph.uids]
        if unknown:
            raise ConfigurationError(
                f"score() returned a score for uid {unknown[0]!r}, the subnet has {graph.n} uids",
                hint="return scores by uid of round.metagraph",
            )
        checked({f"uid {uid}": score for uid, score in scores.items()})  # by what the author knows them by
        by_hotkey = {graph.hotkeys[uid]: score for uid, score in scores.items()}
        registered = {graph.hotkeys[uid]: int(graph.block_at_registration[uid]) for uid in scores}
        memory = rule.update(self.memory, by_hotkey, epoch=epoch)
        return Scores(memory, {**self.registered, **registered}, epoch, round, epoch)

    def passed(self, epoch: int, round: int) -> Scores:
        """After a round that gave no scores: what is remembered stays."""
        return replace(self, epoch=epoch, round=round)

    def weights(self, rule: Rule, graph: Metagraph, *, burn: float = 0.0) -> dict[int, float]:
        """Shares by uid for the hotkeys that are still registered; `burn` of it to the owner's uid. May be empty."""
        shares = {
            uid: share for hotkey, share in rule.split(self.memory).items() if (uid := graph.uid_of(hotkey)) is not None
        }
        return burned(shares, graph, burn)

    def to_json(self, rule: Rule) -> dict[str, Any]:
        """Plain values; `scores`, the rule's present score for each hotkey, is there for people and tables."""
        return {
            "epoch": self.epoch,
            "round": self.round,
            "scored_in": self.scored_in,
            "registered": dict(self.registered),
            "memory": self.memory,
            "scores": dict(rule.scores(self.memory)),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], rule: Rule) -> Scores:
        """The scores that `to_json` wrote.

        Raises `StateCorrupt` for anything else, and `ConfigurationError` for what another rule remembered.
        """
        try:
            memory = read_memory(data["memory"])
            registered = {str(hotkey): int(block) for hotkey, block in data["registered"].items()}
            scores = cls(memory, registered, int(data["epoch"]), int(data["round"]), int(data["scored_in"]))
            rule.scores(memory)
        except (KeyError, TypeError, ValueError, AttributeError, StateCorrupt) as error:
            raise StateCorrupt(
                f"{FILE}.json holds no scores: {error!r}", hint="move the file away to start without it"
            ) from error
        return scores


def burned(shares: Mapping[int, float], graph: Metagraph, share: float) -> dict[int, float]:
    """Weights of which a share, 0 to 1, goes to the subnet owner's uid; as they are where nobody has any."""
    owner = graph.uid_of(graph.owner_hotkey)
    if not share or owner is None or not any(shares.values()):
        return dict(shares)
    total = sum(shares.values())
    kept = {uid: weight / total * (1 - share) for uid, weight in shares.items()}
    return {**kept, owner: kept.get(owner, 0.0) + share}


__all__ = ["FILE", "VERSION", "Scores", "burned"]
