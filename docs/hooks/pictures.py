"""Pictures of the explanations: stories of the lab, played as the documentation is built."""

from __future__ import annotations

from taokit.lab import Run, Step, line_chart, per_stake, play, scenario, under

SIZE = (7.0, 3.4)


def pictures() -> dict[str, str]:
    """SVG texts by name."""
    made = {}
    for variant in ("2", "3", "liquid"):
        run = _run("second-then-third", variant)
        made[f"returns-{variant}"] = _returns(run)
        if variant != "2":  # whose bonds are a share of the miner, and no validator's own
            made[f"bonds-{variant}"] = _bonds(run, run.miners[-1])
    for story in ("copier", "copier-static"):
        made[story] = _returns(_run(story, "3"))
    return made


def _run(story: str, variant: str) -> Run:
    told = under(scenario(story), variant)
    return Run(told, variant, play(told))


def _returns(run: Run) -> str:
    epochs = [step.epoch for step in run.steps]
    earned = {run.name(uid): [per_stake(step, uid) for step in run.steps] for uid in run.validators}
    return line_chart(earned, x=epochs, x_label="epoch", y_label="dividends per stake", size=SIZE)


def _bonds(run: Run, miner: int) -> str:
    """Each validator's bond on a miner."""
    epochs = [step.epoch for step in run.steps]
    held = {run.name(uid): [_bond(step, uid, miner) for step in run.steps] for uid in run.validators}
    return line_chart(held, x=epochs, x_label="epoch", y_label=f"bond on {run.name(miner)}", size=SIZE)


def _bond(step: Step, uid: int, miner: int) -> float:
    row = step.outcome.bonds.get(uid)
    return 0.0 if row is None else int(row[row[:, 0] == miner, 1].sum()) / 65535
