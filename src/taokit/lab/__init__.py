"""The laboratory: subnets over time, named scenarios, sweeps, reports, and epochs on other arrays.

`taokit.lab.relaxed` and `taokit.lab.compiled` need torch and are imported by themselves.
"""

from taokit.lab.acts import Change, Flow, Refusal, Register, ResetBonds, Reveal, Stake, Weigh
from taokit.lab.behaviours import at_epoch, burning, copier, every_epoch, row, script, timetable
from taokit.lab.catalogue import scenario, scenarios
from taokit.lab.cluster import ray_cluster
from taokit.lab.economy import Minting
from taokit.lab.engines import Engine, engine, run_epochs
from taokit.lab.measures import against_honest, bond_shares, burned_share, per_stake, returns, stake_share, tao_share
from taokit.lab.plots import contour_map, line_chart
from taokit.lab.replay import replay, replay_file, replayed
from taokit.lab.report import Run, retention_page, scenario_page
from taokit.lab.retention import required_utility, retention
from taokit.lab.scenarios import Scenario, play, under, with_burn, with_copiers, with_reset
from taokit.lab.simulate import Behaviour, Step, Turn, View, simulate
from taokit.lab.sweep import Sweep, run_sweep
from taokit.lab.sweeps import scenario_sweep, sweep_of
from taokit.lab.tables import epoch_rows, write_table
from taokit.lab.world import Mechanism, Subnet, founded

__all__ = [
    "Behaviour",
    "Change",
    "Engine",
    "Flow",
    "Mechanism",
    "Minting",
    "Refusal",
    "Register",
    "ResetBonds",
    "Reveal",
    "Run",
    "Scenario",
    "Stake",
    "Step",
    "Subnet",
    "Sweep",
    "Turn",
    "View",
    "Weigh",
    "against_honest",
    "at_epoch",
    "bond_shares",
    "burned_share",
    "burning",
    "contour_map",
    "copier",
    "engine",
    "epoch_rows",
    "every_epoch",
    "founded",
    "line_chart",
    "per_stake",
    "play",
    "ray_cluster",
    "replay",
    "replay_file",
    "replayed",
    "required_utility",
    "retention",
    "retention_page",
    "returns",
    "row",
    "run_epochs",
    "run_sweep",
    "scenario",
    "scenario_page",
    "scenario_sweep",
    "scenarios",
    "script",
    "simulate",
    "stake_share",
    "sweep_of",
    "tao_share",
    "timetable",
    "under",
    "with_burn",
    "with_copiers",
    "with_reset",
    "write_table",
]
