"""The subnet on a chain inside this process."""

import pytest
from taokit.chain import reads

from {{ cookiecutter.package }}.messages import ROWS, Nearest, bank
from {{ cookiecutter.package }}.miner import SubnetMiner
from {{ cookiecutter.package }}.validator import SubnetValidator, worth


class Lazy(SubnetMiner):
    def forward_batch(self, items: list[Nearest]) -> list[Nearest | Exception]:
        return [item.model_copy(update={"row": 0}) for item in items]


def test_the_row_itself_is_worth_most():
    vector = bank()[7].tolist()
    assert worth(Nearest(vector=vector, row=7)) == pytest.approx(1)
    assert worth(Nearest(vector=vector, row=8)) < 0.7
    assert [worth(Nearest(vector=vector, row=row)) for row in (None, -1, ROWS)] == [0, 0, 0]


async def test_a_batch_is_answered_in_order():
    miner = SubnetMiner()
    await miner.setup()
    items = [Nearest(vector=bank()[row].tolist()) for row in (3, 1, 4)] + [Nearest(vector=[])]
    assert [item.row for item in miner.forward_batch(items)][:3] == [3, 1, 4]


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=40)
async def test_honest_work_is_paid(devnet, neuron, clock):
    async with neuron(SubnetMiner) as honest, neuron(Lazy) as lazy, neuron(SubnetValidator):
        await clock.epochs(3)
    graph = await devnet.async_chain().read(reads.metagraph(1))
    paid = {key: graph.incentive[graph.uid_of(key)] for key in (honest.signer.ss58, lazy.signer.ss58)}
    assert paid[honest.signer.ss58] > 4 * paid[lazy.signer.ss58]