"""The subnet on a chain inside this process."""

from collections.abc import AsyncIterator

import pytest
from taokit.chain import reads

from {{ cookiecutter.package }}.messages import Primes
from {{ cookiecutter.package }}.miner import SubnetMiner
from {{ cookiecutter.package }}.validator import SubnetValidator


class Liar(SubnetMiner):
    async def forward(self, synapse: Primes) -> AsyncIterator[str]:
        for number in range(synapse.count):
            yield f"{synapse.above + number}0\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("11\n13\n17\n19\n", 1), ("11\n13\n19\n", 0.5), ("11\n12\n", 0.25), ("", 0), ("x\n11\n", 0), ("7\n11\n", 0)],
)
def test_only_the_next_prime_counts(text, expected):
    assert SubnetValidator().worth(Primes(above=10, count=4), text) == expected


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=40)
async def test_honest_work_is_paid(devnet, neuron, clock):
    async with neuron(SubnetMiner) as honest, neuron(Liar) as liar, neuron(SubnetValidator):
        await clock.epochs(3)
    graph = await devnet.async_chain().read(reads.metagraph(1))
    paid = {key: graph.incentive[graph.uid_of(key)] for key in (honest.signer.ss58, liar.signer.ss58)}
    assert paid == {honest.signer.ss58: 65535, liar.signer.ss58: 0}