"""The subnet on a chain inside this process."""

import io

import numpy as np
import pytest
from taokit.chain import reads
from taokit.errors import DoesNotRun
from test_store import settings  # noqa: F401  a fixture

from {{ cookiecutter.package }}.evaluate import predictions
from {{ cookiecutter.package }}.miner import SubnetMiner
from {{ cookiecutter.package }}.problem import rows, train
from {{ cookiecutter.package }}.validator import SubnetValidator, firsts


class Copier(SubnetMiner):
    async def at_block(self, block: int) -> None:
        there = await self.chain.read(reads.commitments(self.netuid))
        self.committed = next((it.fields[0].decode() for it in there.values()), "")
        if there:
            await super().at_block(block)


class Broken(SubnetMiner):
    def work(self) -> bytes:
        return b"no model"


def saved(**arrays):
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


async def test_a_model_is_run():
    x, y = rows(5, 300)
    assert ((await predictions(train(1), x) - y) ** 2).mean() < 0.1 * y.var()


@pytest.mark.parametrize(
    "artefact",
    [
        b"no model",
        saved(hidden=np.zeros((3, 1)), shift=np.zeros(1)),
        saved(hidden=np.array([print], dtype=object), shift=np.zeros(1), weights=np.zeros(1)),  # code
        saved(hidden=np.zeros((3, 1 << 22)), shift=np.zeros(1), weights=np.zeros(1)),  # a bomb
        saved(hidden=np.full((3, 1), np.nan), shift=np.zeros(1), weights=np.ones(1)),
    ],
)
async def test_what_does_not_run_within_its_limits_fails(artefact):
    with pytest.raises(DoesNotRun):
        await predictions(artefact, rows(5, 300)[0])


def test_of_equal_artefacts_the_earliest_counts():
    assert firsts({"a": (5, (b"1",)), "b": (4, (b"1",)), "c": (6, (b"2",)), "d": (1, ())}) == {"b": "1", "c": "2"}


@pytest.mark.devnet(miners=3, validators=1, auto=False, Tempo=40)
async def test_honest_work_is_paid(devnet, neuron, clock, settings):  # noqa: F811
    async with (
        neuron(SubnetMiner, **settings) as honest,
        neuron(Copier, **settings) as copier,
        neuron(Broken, **settings) as broken,
        neuron(SubnetValidator, **settings),
    ):
        await clock.epochs(4)
    graph = await devnet.async_chain().read(reads.metagraph(1))
    paid = [graph.incentive[graph.uid_of(it.signer.ss58)] for it in (honest, copier, broken)]
    assert paid == [65535, 0, 0]
