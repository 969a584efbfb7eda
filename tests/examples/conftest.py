"""What the tests of the examples ask of the chain."""

import pytest

from taokit.chain import reads


@pytest.fixture
def incentives(devnet):
    """What each of these neurons was paid in the last epoch, of 65535."""

    async def of(*neurons):
        graph = await devnet.async_chain().read(reads.metagraph(1))
        return [int(graph.incentive[graph.uid_of(neuron.signer.ss58)]) for neuron in neurons]

    return of
