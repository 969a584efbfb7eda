"""A validator that calls another subnet: its miners predict, and another subnet's miners know what came.

Here the other subnet measures temperatures. Our validator reads its metagraph, asks its best paid miners, and takes the
median of what they say for the truth. While they are silent nobody is scored: their failure is not our miners' fault.
A miner admits only who has a uid on its own subnet, so the validator's hotkey has to be registered on both.

    python examples/other_subnet.py        one subnet on this machine, which plays both parts
    taokit validator other_subnet:PredictionValidator --set other=12 --network test --netuid 7 --wallet me/hot

What it teaches: reading another subnet, asking its miners in a round of ours, not trusting any single one of them, and
leaving out of the scores what could not be judged.
"""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Mapping
from statistics import median

from pydantic import BaseModel

import taokit
from taokit.chain import reads
from taokit.cli.main import main

log = logging.getLogger("other_subnet")
ASKED, ENOUGH = 8, 1  # miners of the other subnet that are asked, and that must answer


class Measure(taokit.Synapse):
    """A place and an hour, to say how warm it was.

    This is the other subnet's message: whoever calls a subnet copies its messages, or imports them.
    """

    required_hash_fields = ("station", "hour")

    station: int
    hour: int
    degrees: float | None = None


class Predict(taokit.Synapse):
    """A place and an hour, to say how warm it will be. Our own message."""

    required_hash_fields = ("station", "hour")

    station: int
    hour: int
    degrees: float | None = None


class Forecaster(taokit.Miner):
    """Knows the climate: stations lie further north the higher their number, and days are warmer than nights."""

    async def forward(self, synapse: Predict) -> Predict:
        """What is usual there at that hour."""
        synapse.degrees = usual(synapse.station, synapse.hour)
        return synapse


class Sleeper(taokit.Miner):
    """Says the same at any time and place."""

    async def forward(self, synapse: Predict) -> Predict:
        """A mild day."""
        synapse.degrees = 15.0
        return synapse


class Thermometer(taokit.Miner):
    """A miner of the other subnet: what its instrument shows."""

    async def forward(self, synapse: Measure) -> Measure:
        """The usual, and the weather."""
        synapse.degrees = usual(synapse.station, synapse.hour) + 2 * math.sin(synapse.station * 7.3 + synapse.hour / 31)
        return synapse


class PredictionValidator(taokit.Validator):
    """Asks its own miners first, then the other subnet."""

    class Settings(BaseModel):
        """Which subnet knows."""

        other: int = 0  # its netuid; 0 for our own

    settings: Settings
    rounds_per_epoch = 4

    def make_dendrite(self, *, allow_private: bool) -> taokit.Dendrite:
        """The client of every round, which asks the other subnet too."""
        self.client = super().make_dendrite(allow_private=allow_private)
        return self.client

    async def run_round(self, round: taokit.Round) -> Mapping[int, float]:
        """1 for a prediction that was right, half for one that was 3 degrees off; nobody's when nobody measured."""
        station, hour = round.random.randrange(50), round.random.randrange(24 * 365)
        predictions = await round.ask(Predict(station=station, hour=hour))
        measured = await self.measured(Measure(station=station, hour=hour))
        if measured is None:
            log.warning("no neuron of the other subnet measured anything; this round scores nobody")
            return {}
        return {
            reply.uid: worth(reply.synapse.degrees, measured) if reply.synapse is not None else 0.0
            for reply in predictions
        }

    async def measured(self, question: Measure) -> float | None:
        """The median of what the other subnet's best paid miners say; None when too few of them answer."""
        graph = await self.chain.read(reads.metagraph(self.settings.other or self.netuid))
        others = [uid for uid in graph.serving() if graph.hotkeys[uid] != self.signer.ss58]
        best = sorted(others, key=lambda uid: (-int(graph.incentive[uid]), uid))[:ASKED]
        targets = [taokit.Target.of(graph, uid) for uid in best]
        replies = await self.client.ask_all(targets, question, timeout_s=self.deadline / 2)
        said = [reply.synapse.degrees for reply in replies if reply.synapse is not None]
        degrees = [each for each in said if each is not None and math.isfinite(each)]
        return median(degrees) if len(degrees) >= ENOUGH else None


def worth(predicted: float | None, measured: float) -> float:
    """1 for the same, falling with the distance: half at 3 degrees; 0 for none."""
    if predicted is None or not math.isfinite(predicted):
        return 0.0
    return float(0.5 ** (abs(predicted - measured) / 3))


def usual(station: int, hour: int) -> float:
    """The usual temperature of a station at an hour of the year."""
    day = math.cos(2 * math.pi * (hour % 24 - 15) / 24)
    season = math.cos(2 * math.pi * (hour / 24 - 200) / 365)
    return 25 - station / 2 + 5 * day + 9 * season


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
