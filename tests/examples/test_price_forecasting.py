import random

import numpy as np
import pytest

from price_forecasting import DAY, DAYS, Average, PriceValidator, Regression, Yesterday, lasting, made, skill


def test_tomorrow_is_not_told():
    market = made(random.Random(1))
    asked = market.question()
    assert asked.prices.shape == (DAYS * DAY,)
    assert asked.known.shape == (DAYS * DAY + DAY, 3)
    assert not np.isin(market.prices[-DAY:], asked.prices).any()
    assert asked.tomorrow is None


def test_skill_is_the_share_of_the_obvious_error_that_is_saved():
    prices = np.concatenate([np.full(DAY, 10.0), np.full(DAY, 14.0)])
    assert skill(prices, np.full(DAY, 14.0)) == 1
    assert skill(prices, np.full(DAY, 13.0)) == pytest.approx(0.75)
    assert skill(prices, np.full(DAY, 10.0)) == 0
    assert skill(prices, np.full(DAY, 99.0)) == 0


@pytest.mark.parametrize(
    "tomorrow", [None, np.zeros(3), np.zeros((DAY, 1)), np.full(DAY, np.nan), np.full(DAY, np.inf), np.full(DAY, 1e308)]
)
def test_what_is_no_forecast_is_worth_nothing(tomorrow):
    assert skill(made(random.Random(1)).prices, tomorrow) == 0


def test_noise_lasts():
    noise = lasting(np.random.default_rng(1).normal(size=5000))
    assert np.corrcoef(noise[:-1], noise[1:])[0, 1] == pytest.approx(0.8, abs=0.03)


def test_over_many_markets_the_fit_is_better_than_the_mean():
    markets = [made(random.Random(seed)) for seed in range(30)]
    fitted = [skill(each.prices, Regression().forward(each.question()).tomorrow) for each in markets]
    assert np.mean(fitted) > 0.5


@pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)
async def test_who_fits_is_paid_most_and_who_repeats_nothing(neuron, clock, incentives):
    async with neuron(Regression) as regression, neuron(Average) as average, neuron(Yesterday) as yesterday:
        async with neuron(PriceValidator):
            await clock.epochs(3)
        fitted, mean, repeated = await incentives(regression, average, yesterday)
    assert fitted > mean
    assert repeated == 0
