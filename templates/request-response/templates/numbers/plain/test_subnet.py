"""The subnet on a chain inside this process."""

import pytest
from taokit.chain import reads

from {{ cookiecutter.package }}.messages import Prime
from {{ cookiecutter.package }}.miner import SubnetMiner
from {{ cookiecutter.package }}.validator import SubnetValidator, worth


class Liar(SubnetMiner):
    async def forward(self, synapse: Prime) -> Prime:
        synapse.prime = (synapse.below - 1) // 2 * 2  # even
        return synapse


@pytest.mark.parametrize(("prime", "expected"), [(97, 0.97), (2, 0.02), (99, 0), (101, 0), (-7, 0), (None, 0)])
def test_only_primes_below_the_limit_are_worth_something(prime, expected):
    assert worth(Prime(below=100, prime=prime)) == pytest.approx(expected)


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=40)
async def test_honest_work_is_paid(devnet, neuron, clock):
    async with neuron(SubnetMiner) as honest, neuron(Liar) as liar, neuron(SubnetValidator):
        await clock.epochs(3)
    graph = await devnet.async_chain().read(reads.metagraph(1))
    paid = {key: graph.incentive[graph.uid_of(key)] for key in (honest.signer.ss58, liar.signer.ss58)}
    assert paid == {honest.signer.ss58: 65535, liar.signer.ss58: 0}