"""`taokit replay`: a recorded round through a validator's scoring again."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.dendrite import Reply
    from taokit.neuron import Round, RoundRecord, Validator

SAME = 1e-9
"""Relative difference below which two scores are the same."""


@dataclass(frozen=True, slots=True)
class Row:
    """One neuron's part of a replayed round."""

    uid: int
    hotkey: str
    outcome: str  # of its last reply; empty when it was not asked
    recorded: float | None  # None where the round gave no score
    now: float | None

    @property
    def differs(self) -> bool:
        """Whether the two scores differ."""
        if self.recorded is None or self.now is None:
            return self.recorded is not self.now
        return not math.isclose(self.recorded, self.now, rel_tol=SAME, abs_tol=SAME)


def replay(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What a validator wrote with --record.")],
    spec: Annotated[
        str | None,
        typer.Argument(metavar="[MODULE:CLASS]", help="The validator; if left out, the one that recorded it."),
    ] = None,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help="A setting of the validator.")
    ] = None,
    setup: Annotated[bool, typer.Option("--setup/--no-setup", help="Whether to call its setup() first.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Score a recorded round again and show each score beside the recorded one."""
    from taokit.run.options import pairs

    record, validator = _loaded(file, spec)
    validator.configure(pairs(settings or []))
    rows = _rows(record, asyncio.run(_scores(validator, record, setup=setup)))
    typer.echo(json.dumps(_plain(record, rows)) if as_json else _table(record, rows))


def _loaded(file: Path, spec: str | None) -> tuple[RoundRecord, Validator]:
    """The record, read with the message classes that the validator's module brings."""
    from taokit.neuron import Validator, load_record, message_kinds
    from taokit.run import load_class

    cls = load_class(spec or _recorded_by(file), Validator)
    cls.check()
    return load_record(file, message_kinds(cls.__module__)), cls()


def _recorded_by(file: Path) -> str:
    from taokit.neuron import recorded_by

    spec = recorded_by(file)
    if spec.startswith("__main__:"):
        raise ConfigurationError(
            f"{file.name} was recorded by {spec.partition(':')[2]} of a script",
            hint=f"name its module: taokit replay {file} MODULE:{spec.partition(':')[2]}",
        )
    return spec


async def _scores(validator: Validator, record: RoundRecord, *, setup: bool) -> Mapping[int, float]:
    """What the validator makes of the recorded replies today. Raises `ConfigurationError` when its code fails."""
    validator.metagraph, validator.netuid = record.metagraph, record.metagraph.netuid
    step = "setup"
    try:
        if setup:
            await validator.setup()
        step = "score"
        return await _judged(validator, record)
    except Exception as error:
        hint = "it has no chain and no key here; try --no-setup" if step == "setup" else "mend it"
        raise ConfigurationError(
            f"{type(validator).__name__} failed in {step}: {type(error).__name__}: {error}", hint=hint
        ) from error
    finally:
        if setup and step == "score":
            await validator.close()


async def _judged(validator: Validator, record: RoundRecord) -> Mapping[int, float]:
    """By `score` alone where the validator has the usual round, else by its own `run_round`, with recorded replies."""
    from taokit.neuron import Validator
    from taokit.neuron.validator import failures

    usual = type(validator).run_round is Validator.run_round
    round = _round(record, record.after if usual or record.organic else record.before)
    if not usual and not record.organic:
        return await validator.run_round(round)
    replies = [reply for answered in record.asked for reply in answered]
    return {**validator.score(round, replies), **failures(replies)}


def _round(record: RoundRecord, chance: tuple[Any, ...]) -> Round:
    from taokit.neuron import Round

    random, asked = Random(), iter(record.asked)  # noqa: S311  the recorded numbers follow
    random.setstate(chance)

    async def ask(question: object) -> list[Reply[Any]]:
        return [*next(asked, ())]

    graph = record.metagraph
    return Round(record.number, record.epoch, graph.block, graph, record.uids, random, ask)


def _rows(record: RoundRecord, now: Mapping[int, float]) -> list[Row]:
    recorded = record.scores or {}
    outcomes = {reply.uid: reply.outcome for answered in record.asked for reply in answered}
    graph = record.metagraph
    return [
        Row(
            uid=uid,
            hotkey=graph.hotkeys[uid] if uid in graph.uids else "",
            outcome=outcomes.get(uid, ""),
            recorded=recorded.get(uid),
            now=None if uid not in now else float(now[uid]),
        )
        for uid in sorted({*recorded, *now, *outcomes})
    ]


def _plain(record: RoundRecord, rows: Sequence[Row]) -> dict[str, Any]:
    told = [
        {"uid": r.uid, "hotkey": r.hotkey, "outcome": r.outcome, "recorded": r.recorded, "now": r.now} for r in rows
    ]
    return {
        "round": record.number,
        "epoch": record.epoch,
        "block": record.metagraph.block,
        "netuid": record.metagraph.netuid,
        "organic": record.organic,
        "rows": told,
        "differ": sum(row.differs for row in rows),
    }


def _table(record: RoundRecord, rows: Sequence[Row]) -> str:
    what = "organic request" if record.organic else "round"
    graph = record.metagraph
    lines = [f"{what} {record.number} of subnet {graph.netuid}, epoch {record.epoch}, block {graph.block}"]
    lines.append(f"{'uid':>5}  {'hotkey':10}{'outcome':14}{'recorded':>12}{'now':>12}")
    lines += [
        f"{row.uid:5}  {row.hotkey[:8]:10}{row.outcome:14}{_number(row.recorded):>12}{_number(row.now):>12}"
        + ("  differs" if row.differs else "")
        for row in rows
    ]
    return "\n".join([*lines, f"{len(rows)} uids, {sum(row.differs for row in rows)} differ"])


def _number(score: float | None) -> str:
    return "-" if score is None else f"{score:.6g}"


__all__ = ["replay"]
