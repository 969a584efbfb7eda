"""Which weights go out when the rounds of an epoch gave none: every score is 0, or every round failed.

Never a row of zeros and never an even one: both say that all miners are equal.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

from taokit.metagraph import Metagraph
from taokit.neuron.submission import View

Policy: TypeAlias = Literal["hold", "burn", "copy_last"]
"""`hold`: none, so that those on chain stay; `burn`: everything to the subnet owner's uid, whose incentive the chain
burns; `copy_last`: those on chain once more, so that the validator still counts as active."""

POLICIES: tuple[Policy, ...] = ("hold", "burn", "copy_last")


def fallback(policy: Policy, graph: Metagraph, seen: View) -> dict[int, float]:
    """Weights by uid in the place of those that there are none of; empty where none are to be sent.

    What is copied leaves out uids that changed hands since.
    """
    if policy == "burn":
        owner = graph.uid_of(graph.owner_hotkey)
        return {} if owner is None else {owner: 1.0}
    if policy == "copy_last":
        registered = graph.block_at_registration
        return {
            uid: float(value)
            for uid, value in seen.row
            if value and uid < graph.n and int(registered[uid]) <= seen.last_update
        }
    return {}


__all__ = ["POLICIES", "Policy", "fallback"]
