"""Pictures of the explanations: stories of the lab, played as the documentation is built."""

from __future__ import annotations

from taokit.lab import Run, bond_shares, line_chart, per_stake, play, scenario, under

SIZE = (7.0, 3.4)


def pictures() -> dict[str, str]:
    """SVG texts by name."""
    made = {}
    for variant in ("2", "3", "liquid"):
        run = _run("second-then-third", variant)
        made[f"returns-{variant}"] = _returns(run)
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
    epochs = [step.epoch for step in run.steps]
    shares = [bond_shares(step, miner, run.n) for step in run.steps]
    held = {run.name(uid): [float(share[uid]) for share in shares] for uid in run.validators}
    return line_chart(held, x=epochs, x_label="epoch", y_label="share of bonds", size=SIZE)
