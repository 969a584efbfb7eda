import sys

import pytest

from taokit.chain import reads
from taokit.connect import connect, connection
from taokit.devnet import Devnet
from taokit.errors import ConfigurationError


def test_devnet_is_a_chain_with_a_running_subnet():
    with connect("devnet") as chain:
        graph = chain.read(reads.metagraph(1))
        assert graph.n == 12
        assert graph.validator_permit.sum() >= 3


async def test_a_devnet_of_one_s_own_is_shared():
    devnet = Devnet.empty()
    async with connection(devnet) as chain:
        devnet.mine()
        assert await chain.head() == devnet.head == connect(devnet).head()


async def test_a_chain_made_on_the_spot_goes_on_by_itself(monkeypatch):
    monkeypatch.setattr(sys.modules["taokit.connect"], "BLOCK_SECONDS", 0)  # the root binds the function
    async with connection("devnet") as chain:
        first = await chain.head()
        async for head in chain.heads():
            if head.number >= first.number + 3:
                break


@pytest.mark.parametrize("network", ["finney", "ws://127.0.0.1:9944", ""])
def test_a_network_out_of_reach_is_named_with_a_hint(network):
    with pytest.raises(ConfigurationError, match="cannot connect") as caught:
        connect(network)
    assert caught.value.hint


async def test_the_same_for_async_code():
    with pytest.raises(ConfigurationError, match="cannot connect"):
        async with connection("finney"):
            pass
