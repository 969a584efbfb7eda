"""Pictures of the explanations: stories of the lab, played as the documentation is built."""

from __future__ import annotations

from taokit.lab import Run, line_chart, per_stake, play, scenario, under

SIZE = (7.0, 3.4)


def pictures() -> dict[str, str]:
    """SVG texts by name."""
    made = {}
    for variant in ("2", "3", "liquid"):
        made[f"returns-{variant}"] = _returns(_run("second-then-third", variant))
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
