import math

import pytest

from other_subnet import Forecaster, Measure, PredictionValidator, Sleeper, Thermometer, worth
from taokit.chain import calls, reads
from taokit.devnet import account
from taokit.neuron import Place, neuron_of

pytestmark = pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)


def test_a_prediction_loses_half_of_its_worth_in_three_degrees():
    assert [worth(each, 10.0) for each in (10.0, 13.0, 4.0, None, math.nan, math.inf)] == [1, 0.5, 0.25, 0, 0, 0]


@pytest.fixture
async def thermometers(devnet, tmp_path):
    """Starts miners of a second subnet; the validator of the first has a uid there too."""
    running = []
    bob = account("Bob")
    devnet.chain().submit(calls.register_network(account("other owner").ss58), bob, wait=None)
    devnet.mine()
    keys = [account(f"thermometer/{k}") for k in range(3)]
    devnet.register_all(2, [*keys, account("validator/0")])

    async def start(kinds):
        for key, kind in zip(keys, kinds, strict=False):
            place = Place(
                netuid=2, state=tmp_path / "other", seed=bytes(32), host="127.0.0.1", port=0, allow_private=True
            )
            neuron = neuron_of(kind, place, signer=key, chain=devnet.async_chain())
            await neuron.start()
            running.append(neuron)

    yield start
    for neuron in running:
        await neuron.stop(0.0)


class Liar(Thermometer):
    async def forward(self, synapse: Measure) -> Measure:
        synapse.degrees = 1000.0
        return synapse


async def test_the_other_subnet_decides_and_one_liar_on_it_does_not(neuron, clock, incentives, thermometers):
    await thermometers([Thermometer, Liar, Thermometer])
    async with neuron(Forecaster) as forecaster, neuron(Sleeper) as sleeper:
        async with neuron(PredictionValidator, other=2):
            await clock.epochs(3)
        foresaw, slept = await incentives(forecaster, sleeper)
    assert foresaw > slept


async def test_while_it_is_silent_nobody_is_scored(devnet, neuron, clock, thermometers):
    assert (await devnet.async_chain().read(reads.metagraph(2))).n == 5
    async with neuron(Forecaster), neuron(PredictionValidator, other=2) as validator:
        await clock.epochs(2)
        assert not validator.scored()


async def test_one_subnet_may_play_both_parts(neuron, clock, incentives):
    async with neuron(Forecaster) as forecaster, neuron(Sleeper) as sleeper, neuron(Thermometer):
        async with neuron(PredictionValidator):
            await clock.epochs(3)
        foresaw, slept = await incentives(forecaster, sleeper)
    assert foresaw > slept
