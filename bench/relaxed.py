"""How far relaxed Yuma is from Yuma, over every epoch of the recorded vectors, by output."""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from consensus.worlds import recorded, steps
from taokit.consensus import run_epoch
from taokit.lab.relaxed import TEMPERATURE, distance

OUTPUTS = ("consensus", "incentive", "dividends", "validator_trust")


def distances(temperature):
    found = []
    for vector in recorded("epochs"):
        for world, step in steps(vector):
            stored = world.stored(step["emission"])
            found.append((vector["name"], distance(stored, temperature=temperature)))
            world.carry_on(run_epoch(stored), step)
    return found


def summary(temperature):
    found = distances(temperature)
    rows = {}
    for name in OUTPUTS:
        values = sorted(far[name] for _, far in found)
        worst = max((far[name], vector) for vector, far in found)[1]
        rows[name] = {"median": values[len(values) // 2], "p95": values[len(values) * 95 // 100], "worst": values[-1]}
        rows[name]["in"] = worst
    return {"temperature": temperature, "epochs": len(found), "outputs": rows}


def main():
    for temperature in (1e-2, 1e-3, TEMPERATURE, 1e-5):
        told = summary(temperature)
        print(f"temperature {temperature:g}, {told['epochs']} epochs")
        for name, row in told["outputs"].items():
            figures = "  ".join(f"{which} {row[which]:.1e}" for which in ("median", "p95", "worst"))
            print(f"  {name:16} {figures} in {row['in']}")
        print(json.dumps(told))


if __name__ == "__main__":
    main()
