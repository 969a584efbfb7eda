import math

import pytest

from other_subnet import Forecaster, Measure, PredictionValidator, Sleeper, Thermometer, skill
from taokit.chain import calls, reads
from taokit.devnet import account
from taokit.neuron import Place, neuron_of

pytestmark = pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=20)


def test_skill_is_what_is_saved_of_the_best_constants_error():
    measured = [0.0, 10.0, 40.0]
    assert skill(measured, measured) == 1
    assert skill([0.0, 10.0, 20.0], measured) == 0.5
    assert all(skill([float(each)] * 3, measured) == 0 for each in range(-10, 50))
    assert skill([5.0] * 3, [5.0] * 3) == 0


@pytest.mark.parametrize("degrees", [None, [], [0.0] * 4, [0.0, 10.0, math.nan], [0.0, 10.0, math.inf]])
def test_what_is_no_prediction_is_worth_nothing(degrees):
    assert skill(degrees, [0.0, 10.0, 40.0]) == 0


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
        synapse.degrees = [900.0] * len(synapse.stations)
        return synapse


async def test_the_other_subnet_decides_and_one_liar_on_it_does_not(neuron, clock, incentives, thermometers):
    await thermometers([Thermometer, Liar, Thermometer])
    async with neuron(Forecaster) as forecaster, neuron(Sleeper) as sleeper:
        async with neuron(PredictionValidator, other=2, enough=3):
            await clock.epochs(3)
        foresaw, slept = await incentives(forecaster, sleeper)
    assert foresaw > 100 * slept


async def test_one_alone_does_not_decide(neuron, clock, thermometers):
    await thermometers([Liar])
    async with neuron(Forecaster), neuron(PredictionValidator, other=2, enough=2) as validator:
        await clock.epochs(1)
        assert not validator.scored()


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
    assert foresaw > 100 * slept
