import asyncio

import numpy as np
import pytest

import taokit
from image_recognition import COUNT, SIDE, Constant, ImageValidator, Learner, Novice, Recognise, above_luck, drawn
from taokit.chain import reads


def pictures(seed, count):
    chance = np.random.default_rng(seed)
    digits = chance.integers(0, 10, count)
    return digits, drawn(digits, chance).reshape(-1, COUNT, SIDE, SIDE)


async def accuracy(kind):
    miner = kind()
    await miner.setup()
    digits, seen = pictures(99, 400)
    answers = miner.forward_batch([Recognise(pictures=each) for each in seen])
    return np.mean(np.concatenate([answer.digits for answer in answers]) == digits)


async def test_lessons_make_the_difference():
    assert await accuracy(Learner) > 0.9
    assert await accuracy(Novice) < 0.6


async def test_one_bad_message_spoils_no_other():
    miner = Novice()
    await miner.setup()
    _, (first, second) = pictures(1, 2 * COUNT)
    odd = (np.zeros((1, SIDE, SIDE), np.uint8), first.astype(np.float32), None)
    items = [Recognise(pictures=each) for each in (first, *odd, second)]
    answers = miner.forward_batch(items)
    assert [isinstance(answer, Exception) for answer in answers] == [False, True, True, True, False]
    assert len(answers[-1].digits) == COUNT
    assert miner.forward_batch(items)[0].digits == miner.forward_batch(items[:1])[0].digits
    assert all(isinstance(answer, Exception) for answer in miner.forward_batch(items[1:4]))


def test_what_chance_gives_is_worth_nothing():
    truth = list(range(10))
    assert above_luck(truth, truth) == 1
    assert above_luck(truth, [1] * 10) == above_luck(truth, [0, 1, 2, *[2] * 7]) == 0
    assert above_luck(truth, [0, 1, 2, 3, 4, 5, *[5] * 4]) == pytest.approx(3 / 7)
    assert above_luck(truth, None) == above_luck(truth, [1]) == 0


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)
async def test_who_learned_is_paid(neuron, clock, incentives):
    async with neuron(Learner) as learner, neuron(Constant) as constant, neuron(ImageValidator):
        await clock.epochs(3)
    learned, guessed = await incentives(learner, constant)
    assert learned > 50 * guessed


@pytest.mark.devnet(miners=1, validators=1, auto=False, Tempo=20)
async def test_what_comes_together_is_answered_together(devnet, neuron, clock):
    sizes = []

    class Counted(Novice):
        def forward_batch(self, items: list[Recognise]) -> list[Recognise | Exception]:
            sizes.append(len(items))
            return super().forward_batch(items)

        forward_batch = taokit.route(batch=taokit.Batch(size=4, wait_ms=2000))(forward_batch)

    async with neuron(Counted), neuron(Quiet) as asker:
        await clock.blocks(2)
        graph = await devnet.async_chain().read(reads.metagraph(1))
        target = taokit.Target.of(graph, graph.serving()[0])
        _, seen = pictures(5, 4 * COUNT)
        async with taokit.Dendrite(asker.signer, allow_private=True) as dendrite:
            replies = await asyncio.gather(*(dendrite.ask(target, Recognise(pictures=each)) for each in seen))
    assert sizes == [4]
    assert all(reply.ok for reply in replies)


class Quiet(taokit.Validator):
    async def run_round(self, round):
        return {}
