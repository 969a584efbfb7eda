"""`taokit weights plan`: a vector as the chain would have it, and what it would bring about."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import typer

from taokit.cli.weights.options import Who
from taokit.cli.weights.vector import by_uid
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taokit.chain import Chain, Read
    from taokit.consensus import Burning, Stored, TrustExplained, WhatIf
    from taokit.consensus.prepared import Prepared
    from taokit.metagraph import Metagraph
    from taokit.neuron.preflight import Obstacle, Situation


@dataclass(frozen=True, slots=True)
class Plan:
    """A vector, and everything that is known about it before it is sent."""

    graph: Metagraph
    shares: dict[int, float]  # by uid, of any scale
    prepared: Prepared
    burned: float  # share that the owner's uid gets
    version_key: int
    mechanism: int
    burning: Burning | None  # were every validator to burn as much; None where the subnet gets no TAO
    situation: Situation | None = None  # of the hotkey, where one is named
    obstacles: tuple[Obstacle, ...] = ()
    earned: WhatIf | None = None
    trust: TrustExplained | None = None

    @property
    def hindered(self) -> tuple[Obstacle, ...]:
        """What the chain would refuse."""
        return tuple(one for one in self.obstacles if one.final)


def plan_of(chain: Chain, who: Who, weights: Mapping[str, float], *, burn: float) -> Plan:
    """The plan for weights by uid or hotkey, all of it as of one block. Raises `ConfigurationError` for unknown ones.

    Consensus and dividends are those of mechanism 0.
    """
    from taokit.chain import reads
    from taokit.cli.explain import epoch_inputs
    from taokit.consensus import prepare
    from taokit.neuron.scores import burned

    head = chain.head().hash
    graph = chain.read(reads.metagraph(who.netuid, weights=True, bonds=True), at=head)
    shares = burned(by_uid(weights, graph), graph, burn)
    share = _to_owner(shares, graph)
    version = graph.parameters.weights_version if who.version_key is None else who.version_key
    effect = chain.read(_burning(who.netuid, share), at=head)
    plan = Plan(graph, shares, prepare(shares, graph.n), share, version, who.mechanism, effect)
    hotkey = who.known()
    if hotkey is None:
        return plan
    return _with_hotkey(chain, who, plan, hotkey=hotkey, stored=chain.read(epoch_inputs(graph), at=head))


def _with_hotkey(chain: Chain, who: Who, plan: Plan, *, hotkey: str, stored: Stored) -> Plan:
    from taokit.consensus import Submission, explain_trust
    from taokit.consensus.explain import what_if, with_row
    from taokit.consensus.weights import stored as row_of
    from taokit.neuron.preflight import preflight, situation

    graph = plan.graph
    stands = chain.read(situation(graph, hotkey, mechanism=who.mechanism), at=graph.block_hash)
    uids, values = plan.prepared.uids.tolist(), plan.prepared.values.tolist()
    sent = Submission(uids, values, plan.version_key, who.netuid, who.mechanism)
    obstacles = preflight(stands, sent, now_ms=_now_ms(who))
    uid = graph.uid_of(hotkey)
    earned = trust = None
    if uid is not None and who.mechanism == 0:
        earned = what_if(stored, uid, plan.shares)
        trust = explain_trust(with_row(stored, uid, row_of(sent)), uid)
    return replace(plan, situation=stands, obstacles=obstacles, earned=earned, trust=trust)


def _now_ms(who: Who) -> int | None:
    """The time by this machine; None beside a chain of this machine, which may have a time of its own."""
    from taokit.run import on_this_machine

    return None if on_this_machine(who.network) else time.time_ns() // 10**6


def _to_owner(shares: Mapping[int, float], graph: Metagraph) -> float:
    owner, total = graph.uid_of(graph.owner_hotkey), sum(shares.values())
    return shares.get(owner, 0.0) / total if owner is not None and total else 0.0


def _burning(netuid: int, share: float) -> Read[Burning | None]:
    from taokit.cli.explain import burning

    try:
        return (yield from burning(netuid, share))
    except ConfigurationError:
        return None  # a subnet without a price gets no TAO that burning could lessen


def show(plan: Plan, *, as_json: bool) -> None:
    """Print a plan."""
    import json

    typer.echo(json.dumps(to_json(plan)) if as_json else "\n".join(_lines(plan)))


def to_json(plan: Plan) -> dict[str, Any]:
    """A plan as plain values; shares are 0 to 1, `value` is what is sent."""
    from taokit.consensus.telling import figures

    return {
        "netuid": plan.graph.netuid,
        "block": plan.graph.block,
        "form": plan.situation.form if plan.situation else None,
        "weights": _entries(plan),
        "burned": plan.burned,
        "burning": plan.burning and figures(plan.burning),
        "earned": plan.earned and figures(plan.earned),
        "trust": plan.trust and figures(plan.trust),
        "obstacles": [asdict(one) for one in plan.obstacles],
    }


def _entries(plan: Plan) -> list[dict[str, Any]]:
    total, graph = sum(plan.shares.values()), plan.graph
    ratings = {one.uid: one for one in plan.trust.ratings} if plan.trust else {}
    entries = []
    for uid, value in zip(plan.prepared.uids.tolist(), plan.prepared.values.tolist(), strict=True):
        if value or uid in plan.shares:
            rating = ratings.get(uid)
            clip = {"consensus": rating.consensus, "cut": rating.cut} if rating else {"consensus": None, "cut": None}
            share = plan.shares.get(uid, 0.0) / total
            entries.append({"uid": uid, "hotkey": graph.hotkeys[uid], "share": share, "value": value, **clip})
    return entries


def _lines(plan: Plan) -> list[str]:
    graph, stands = plan.graph, plan.situation
    form = f", to be sent as {stands.form}" if stands else ""
    lines = [f"weights for subnet {graph.netuid} as of block {graph.block}{form}", ""]
    lines.append(f"{'uid':>5}  {'share':>8}  {'sent':>5}  {'consensus':>9}  {'cut':>7}  hotkey")
    for one in _entries(plan):
        consensus, cut = ("-" if one[name] is None else f"{one[name]:.2%}" for name in ("consensus", "cut"))
        lines.append(
            f"{one['uid']:>5}  {one['share']:>8.2%}  {one['value']:>5}  {consensus:>9}  {cut:>7}  {one['hotkey']}"
        )
    return [*lines, "", *_effects(plan), *_hindrances(plan)]


def _effects(plan: Plan) -> list[str]:
    lines = []
    if plan.earned is not None and plan.trust is not None:
        now, then = plan.earned.now, plan.earned.then
        lines.append(f"of them {plan.trust.cut:.2%} is clipped; the validator's trust goes to {then.trust:.4f}")
        lines.append(f"dividends go from {now.dividends:.4%} to {then.dividends:.4%} of the subnet's")
    if plan.burned:
        lines.append(f"{plan.burned:.2%} goes to the owner's uid, whose incentive the chain burns")
    if plan.burning is not None:
        told = plan.burning
        lines.append(
            f"were all validators to burn {told.would_burn:.2%} (now {told.burned:.2%}), the subnet's share of TAO "
            f"would go from {told.share:.4%} to {told.would_share:.4%}"
        )
    return lines


def _hindrances(plan: Plan) -> list[str]:
    if plan.situation is None:
        return ["", "name --wallet or --hotkey to see whether the chain would take them, and what they would earn"]
    if not plan.obstacles:
        return ["", "the chain would take them now"]
    lines = ["", "the chain would not take them now:" if plan.hindered else "the chain would take them now, and:"]
    for one in plan.obstacles:
        lines += [f"  {one.said} ({one.name})", f"    {one.hint}"]
    return lines


__all__ = ["Plan", "plan_of", "show", "to_json"]
