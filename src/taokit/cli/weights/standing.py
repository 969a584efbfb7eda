"""`taokit weights status|watch`: how far a validator's weights are, by the chain and by its own file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import typer

from taokit.cli.weights.options import Who
from taokit.errors import NotRegistered

if TYPE_CHECKING:
    from taokit.chain import Chain
    from taokit.neuron.standing import Look
    from taokit.neuron.submission import Submission


def show(who: Who, *, as_json: bool) -> None:
    """Print how far they are. Raises `NotRegistered`."""
    from taokit.connect import connect

    with connect(who.network) as chain:
        told = status(chain, who, chain.head().hash)
    typer.echo(json.dumps(told) if as_json else "\n".join(_lines(told)))


def watch(who: Who, *, blocks: int | None, as_json: bool) -> None:
    """Print how far they are, and again at each block that changes it; for so many blocks, or until interrupted."""
    from taokit.connect import connect

    said: dict[str, Any] = {}
    with connect(who.network) as chain:
        for told in _at_each_block(chain, who, blocks):
            if {**told, "block": 0, "left": 0} != {**said, "block": 0, "left": 0}:
                typer.echo(json.dumps(told) if as_json else _line(told))
            said = told


def _at_each_block(chain: Chain, who: Who, blocks: int | None) -> Iterator[dict[str, Any]]:
    yield status(chain, who, chain.head().hash)
    for count, head in enumerate(chain.heads(), 1):
        if blocks is not None and count > blocks:
            return
        yield status(chain, who, head.hash)


def status(chain: Chain, who: Who, at: bytes) -> dict[str, Any]:
    """How far a validator's weights are at a block, as plain values. Raises `NotRegistered`."""
    from taokit.neuron.standing import look
    from taokit.neuron.state import peek
    from taokit.neuron.weights import FILE, VERSION, kept_in

    hotkey = who.address()
    seen = chain.read(look(who.netuid, hotkey, mechanism=who.mechanism, pending=True), at=at)
    if seen is None:
        raise NotRegistered(hotkey, who.netuid)
    saved = peek(who.folder(chain.genesis(), hotkey), FILE, VERSION)
    kept = None if saved is None else kept_in(saved)
    told = {"netuid": who.netuid, "hotkey": hotkey, "uid": seen.uid, "block": seen.schedule.block, **_chain_says(seen)}
    mine = [] if kept is None else [_own(item) for item in kept.submissions]
    return {**told, "landed": kept and kept.landed, "submissions": mine}


def _chain_says(seen: Look) -> dict[str, Any]:
    from taokit.neuron.timetable import timetable

    view, clock = seen.weights, seen.schedule
    opens = clock.last_epoch_block + timetable(clock.tempo, 1).weights if clock.tempo else None
    locked = [{"round": one.round, "epoch": one.epoch, "block": one.block} for one in view.locked]
    hashed = [{"hash": f"0x{one.hash.hex()}", "epoch": one.epoch, "block": one.block} for one in view.commits]
    return {
        "form": view.form,
        "epoch": view.epoch,
        "next_epoch": clock.next_epoch,
        "left": clock.blocks_left,
        "window": opens,
        "free_from": view.free_from,
        "last_update": view.last_update,
        "reveal_period": view.reveal_period,
        "entries": sum(1 for _, value in view.row if value),
        "commits": [*hashed, *locked],
    }


def _own(item: Submission) -> dict[str, Any]:
    named = ("epoch", "stage", "made", "sent", "commit_epoch", "round", "landed")
    return {name: getattr(item, name) for name in named}


def _lines(told: dict[str, Any]) -> list[str]:
    left = "never" if told["next_epoch"] is None else f"block {told['next_epoch']}, in {told['left']}"
    rows = [
        ("validator", f"uid {told['uid']} on subnet {told['netuid']}, {told['hotkey']}"),
        ("block", f"{told['block']}, epoch {told['epoch']}"),
        ("next epoch", left),
        ("form", str(told["form"])),
        ("on chain", f"{told['entries']} uids have weight; last set or committed at block {told['last_update']}"),
        ("next window", _window(told)),
        ("landed", "not from here" if told["landed"] is None else f"read back at block {told['landed']}"),
    ]
    rows += [("committed", _committed(told, one)) for one in told["commits"]]
    rows += [("under way", _stage(one)) for one in told["submissions"]]
    return [f"{name:12}{value}" for name, value in rows]


def _window(told: dict[str, Any]) -> str:
    if told["window"] is None:
        return "none: the subnet runs no epochs"
    opens = f"a validator sends from block {told['window']} on"
    if told["free_from"] > told["block"] + 1:
        return f"{opens}; the rate limit lets nothing pass before block {told['free_from']}"
    return f"{opens}; the rate limit lets weights pass now"


def _committed(told: dict[str, Any], one: dict[str, Any]) -> str:
    due = one["epoch"] + told["reveal_period"]
    how = f"by hash {one['hash'][:18]}…" if "hash" in one else f"under a timelock until round {one['round']}"
    return f"in epoch {one['epoch']} at block {one['block']} {how}; due in epoch {due}"


def _stage(one: dict[str, Any]) -> str:
    if one["landed"] is not None:
        return f"weights of epoch {one['epoch']}: on chain since block {one['landed']}"
    sent = "not sent" if one["sent"] is None else f"sent at block {one['sent']}"
    return f"weights of epoch {one['epoch']}: {one['stage']}, {sent}"


def _line(told: dict[str, Any]) -> str:
    under_way = ", ".join(_stage(one) for one in told["submissions"]) or "nothing under way"
    return (
        f"block {told['block']}, epoch {told['epoch']}, {told['left']} left: {told['entries']} uids have weight, "
        f"{len(told['commits'])} commits wait; {under_way}"
    )


__all__ = ["show", "status", "watch"]
