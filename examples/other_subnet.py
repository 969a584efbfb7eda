"""A validator that calls another subnet: its miners predict, and another subnet's miners know what came.

Here the other subnet measures temperatures. Our validator reads its metagraph, asks its best paid miners, and takes the
median of what they say for the truth. While they are silent nobody is scored: their failure is not our miners' fault.
A prediction is worth what it is better than the best answer that is the same for all places.
A miner admits only who has a uid on its own subnet, so the validator's hotkey has to be registered on both.

    python examples/other_subnet.py        one subnet on this machine, which plays both parts
    taokit validator other_subnet:PredictionValidator --set other=12 --set enough=3 --network test --netuid 7 ...

What it teaches: reading another subnet, asking its miners in a round of ours, not trusting any single one of them, and
leaving out of the scores what could not be judged.
"""

from __future__ import annotations

import logging
import math
import sys
from collections.abc import Mapping, Sequence
from statistics import median

from pydantic import BaseModel

import taokit
from taokit.chain import reads
from taokit.cli.main import main

log = logging.getLogger("other_subnet")
ASKED = 8  # miners of the other subnet that are asked
STATIONS = 16  # of a question


class Measure(taokit.Synapse):
    """Places and an hour, to say how warm it was at each.

    This is the other subnet's message: whoever calls a subnet copies its messages, or imports them.
    """

    required_hash_fields = ("stations", "hour")

    stations: list[int]
    hour: int
    degrees: list[float] | None = None


class Predict(taokit.Synapse):
    """Places and an hour, to say how warm it will be at each. Our own message."""

    required_hash_fields = ("stations", "hour")

    stations: list[int]
    hour: int
    degrees: list[float] | None = None


class Forecaster(taokit.Miner):
    """Knows the climate: stations lie further north the higher their number, and days are warmer than nights."""

    async def forward(self, synapse: Predict) -> Predict:
        """What is usual there at that hour."""
        synapse.degrees = [usual(station, synapse.hour) for station in synapse.stations]
        return synapse


class Sleeper(taokit.Miner):
    """Says the same at any time and place."""

    async def forward(self, synapse: Predict) -> Predict:
        """A mild day."""
        synapse.degrees = [15.0] * len(synapse.stations)
        return synapse


class Thermometer(taokit.Miner):
    """A miner of the other subnet: what its instrument shows."""

    async def forward(self, synapse: Measure) -> Measure:
        """The usual, and the weather."""
        hour = synapse.hour
        synapse.degrees = [usual(each, hour) + 2 * math.sin(each * 7.3 + hour / 31) for each in synapse.stations]
        return synapse


class PredictionValidator(taokit.Validator):
    """Asks its own miners first, then the other subnet."""

    class Settings(BaseModel):
        """Which subnet knows, and how many of its miners have to say so."""

        other: int = 0  # its netuid; 0 for our own
        enough: int = 1  # 3 or more where they are not your own: then no single one decides

    settings: Settings
    rounds_per_epoch = 4

    def make_dendrite(self, *, allow_private: bool) -> taokit.Dendrite:
        """The client of every round, which asks the other subnet too."""
        self.client = super().make_dendrite(allow_private=allow_private)
        return self.client

    async def run_round(self, round: taokit.Round) -> Mapping[int, float]:
        """The skill of each prediction; nobody's when too few measured."""
        stations, hour = round.random.sample(range(50), STATIONS), round.random.randrange(24 * 365)
        predictions = await round.ask(Predict(stations=stations, hour=hour))
        measured = await self.measured(Measure(stations=stations, hour=hour))
        if measured is None:
            log.warning("too few neurons of the other subnet measured anything; this round scores nobody")
            return {}
        return {
            reply.uid: skill(reply.synapse.degrees, measured) if reply.synapse is not None else 0.0
            for reply in predictions
        }

    async def measured(self, question: Measure) -> list[float] | None:
        """The median, place by place, of what the other subnet's best paid miners say; None when too few answer."""
        graph = await self.chain.read(reads.metagraph(self.settings.other or self.netuid))
        others = [uid for uid in graph.serving() if graph.hotkeys[uid] != self.signer.ss58]
        best = sorted(others, key=lambda uid: (-int(graph.incentive[uid]), uid))[:ASKED]
        targets = [taokit.Target.of(graph, uid) for uid in best]
        replies = await self.client.ask_all(targets, question, timeout_s=self.deadline / 2)
        said = [reply.synapse.degrees for reply in replies if reply.synapse is not None]
        degrees = [each for each in said if each is not None and fits(each, len(question.stations))]
        return [median(place) for place in zip(*degrees, strict=True)] if len(degrees) >= self.settings.enough else None


def skill(predicted: Sequence[float] | None, measured: Sequence[float]) -> float:
    """The share of the best constant answer's error that a prediction saves, 0 to 1; 0 for no such answer."""
    if predicted is None or not fits(predicted, len(measured)):
        return 0.0
    error = math.fsum(abs(said - true) for said, true in zip(predicted, measured, strict=True))
    obvious = math.fsum(abs(median(measured) - true) for true in measured)  # no constant is nearer than the median
    return max(0.0, 1 - error / obvious) if obvious else 0.0


def fits(degrees: Sequence[float], count: int) -> bool:
    """Whether these are so many temperatures."""
    return len(degrees) == count and all(abs(each) < 1000 for each in degrees)  # false for what is not finite


def usual(station: int, hour: int) -> float:
    """The usual temperature of a station at an hour of the year."""
    day = math.cos(2 * math.pi * (hour % 24 - 15) / 24)
    season = math.cos(2 * math.pi * (hour / 24 - 200) / 365)
    return 25 - station / 2 + 5 * day + 9 * season


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
