"""Price forecasting: learn from a table of past hours, and say tomorrow's electricity price hour by hour.

The table is made on the spot from a market with its own hidden numbers: dearer when demand is high, cheaper with wind,
dearest in the evening, and with noise that lasts for hours. What really came of tomorrow never leaves the validator.

    python examples/price_forecasting.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: arrays in messages (`Tensor`), truth that is held out, and skill: an answer is worth what it is better
than the obvious one, which here is yesterday's prices once more.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

import taokit
from taokit import Question, Tensor
from taokit.cli.main import main

Array = npt.NDArray[np.float64]
DAY, DAYS = 24, 21  # hours, and days of the past that are told
DEAR = 1e6  # what no price reaches


class Forecast(taokit.Synapse):
    """A market's past, from which to say tomorrow's prices."""

    known: Tensor | None = Question(
        None
    )  # [DAYS x DAY + DAY, 3]: hour of the day, demand, wind; the last are forecasts
    prices: Tensor | None = Question(None)  # [DAYS x DAY]: of the past
    tomorrow: Tensor | None = None  # [DAY]


@dataclass(frozen=True, slots=True)
class Market:
    """Some weeks of a market."""

    known: Array
    prices: Array  # of all hours, tomorrow's too

    def question(self) -> Forecast:
        """What may be told of it."""
        return Forecast(known=self.known, prices=self.prices[:-DAY])


class Regression(taokit.Miner):
    """Fits a line through the past: least squares on demand, wind and the hour of the day."""

    def forward(self, synapse: Forecast) -> Forecast:
        """Tomorrow's prices; a plain `def` runs in a thread."""
        assert synapse.known is not None
        assert synapse.prices is not None
        columns = features(np.asarray(synapse.known))
        fitted, *_ = np.linalg.lstsq(columns[:-DAY], np.asarray(synapse.prices), rcond=None)
        synapse.tomorrow = columns[-DAY:] @ fitted
        return synapse


class Average(taokit.Miner):
    """Says the mean price of each hour of the day."""

    async def forward(self, synapse: Forecast) -> Forecast:
        """Tomorrow is a day like any other."""
        assert synapse.prices is not None
        synapse.tomorrow = np.asarray(synapse.prices).reshape(-1, DAY).mean(axis=0)
        return synapse


class Yesterday(taokit.Miner):
    """Says what everybody knows."""

    async def forward(self, synapse: Forecast) -> Forecast:
        """The last day once more."""
        assert synapse.prices is not None
        synapse.tomorrow = synapse.prices[-DAY:]
        return synapse


class PriceValidator(taokit.Validator):
    """Makes markets, tells their past, and pays for skill."""

    rounds_per_epoch = 4

    async def query(self, round: taokit.Round) -> Forecast:
        """The past of a new market."""
        self.market = made(round.random)
        return self.market.question()

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Forecast]]) -> dict[int, float]:
        """The skill of each answer, by uid."""
        return {reply.uid: skill(self.market.prices, reply.synapse.tomorrow) for reply in replies if reply.synapse}


def skill(prices: Array, tomorrow: npt.NDArray[Any] | None) -> float:
    """The share of the mean error of yesterday's prices that an answer saves, 0 to 1; 0 for no such answer."""
    if tomorrow is None or tomorrow.shape != (DAY,) or not (np.abs(tomorrow.astype(np.float64)) < DEAR).all():
        return 0.0  # not so for what is not finite, either
    truth, obvious = prices[-DAY:], prices[-2 * DAY : -DAY]
    return max(0.0, 1 - float(np.abs(tomorrow.astype(np.float64) - truth).mean() / np.abs(obvious - truth).mean()))


def features(known: Array) -> Array:
    """A column of ones, demand, wind, and two waves for the hour of the day."""
    hour, demand, wind = known.T
    turns = [2 * np.pi * times * hour / DAY for times in (1, 2)]
    return np.column_stack([np.ones(len(known)), demand, wind, *map(np.sin, turns), *map(np.cos, turns)])


def made(draw: random.Random) -> Market:
    """A market with hidden numbers of its own."""
    chance = np.random.default_rng(draw.getrandbits(64))
    hours = np.arange((DAYS + 1) * DAY)
    hour = hours % DAY
    demand = 50 + 12 * np.sin(2 * np.pi * (hour - 8) / DAY) + np.repeat(chance.normal(0, 6, DAYS + 1), DAY)
    wind = 20 + np.repeat(chance.normal(0, 8, DAYS + 1), DAY) + chance.normal(0, 2, len(hours))
    evening = draw.uniform(5, 15) * np.exp(-(((hour - 19) / 2.5) ** 2))
    prices = 20 + draw.uniform(0.5, 1.5) * demand - draw.uniform(0.4, 1.2) * wind + evening
    return Market(np.column_stack([hour, demand, wind]), prices + lasting(chance.normal(0, 1.5, len(hours))))


def lasting(shocks: Array) -> Array:
    """Noise of which 0.8 remains in the next hour."""
    noise = shocks.copy()
    for hour in range(1, len(noise)):
        noise[hour] += 0.8 * noise[hour - 1]
    return noise


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
