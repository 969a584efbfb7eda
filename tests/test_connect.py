import asyncio
import sys
import threading
from contextlib import asynccontextmanager
from importlib.util import find_spec

import pytest

from chains import funded
from taokit.chain import calls, reads
from taokit.connect import NETWORKS, Nodes, connect, connection
from taokit.devnet import Devnet, account
from taokit.devnet.rpc import Server
from taokit.errors import ConfigurationError, Disconnected, Unreachable, WrongChain

NOWHERE = "ws://127.0.0.1:9"
PAY = calls.transfer_keep_alive(account("Bob").ss58, 10**9)


@asynccontextmanager
async def served(devnet):
    """The address of a node that serves a devnet."""
    server = Server(devnet, port=0)
    try:
        yield f"ws://127.0.0.1:{await server.start()}"
    finally:
        await server.stop()


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


async def test_a_node_by_its_address(tmp_path):
    devnet = Devnet.subnet()
    async with served(devnet) as url, connection(f"{NOWHERE},{url}", cache=tmp_path) as chain:
        graph = await chain.read(reads.metagraph(1))
        assert graph.hotkeys == (await devnet.async_chain().read(reads.metagraph(1))).hotkeys
        receipt = await chain.submit(PAY, account("Alice"))
        assert receipt.block == devnet.head.number
        async for head in chain.heads():
            assert head == devnet.head
            break
    assert len(list(tmp_path.iterdir())) == 1


async def test_blocking_code_reaches_a_node_too(tmp_path):
    devnet = funded()

    def work(url):
        with connect("local", endpoints=[url], cache=None) as chain:
            receipt = chain.submit(PAY, account("Alice"))
            heads = chain.heads()
            assert next(heads).number == receipt.block
            heads.close()
            return chain.read(reads.balance(account("Bob").ss58)).rao

    before = threading.active_count()
    async with served(devnet) as url:
        assert await asyncio.to_thread(work, url) == 10**9
    assert threading.active_count() <= before + 1  # the one that this test worked in


async def test_a_node_of_another_chain_does_not_pass_for_finney():
    async with served(funded()) as url, connection("finney", endpoints=[url], cache=None) as chain:
        with pytest.raises(WrongChain):
            await chain.head()


def test_that_nobody_is_there_shows_at_the_first_question():
    with connect(NOWHERE, cache=None) as chain, pytest.raises(Unreachable, match=NOWHERE):
        chain.head()


def test_a_closed_chain_says_so():
    chain = connect(NOWHERE, cache=None)
    chain.close()
    chain.close()
    with pytest.raises(Disconnected):
        chain.head()


def test_every_named_network_has_addresses_of_the_right_kind():
    assert set(NETWORKS) == {"finney", "test", "local"}
    for network in NETWORKS.values():
        assert all(url.startswith(("ws://", "wss://")) for url in network.urls)
        assert network.genesis is None or len(network.genesis) == 32


@pytest.mark.parametrize(
    ("network", "hint"),
    [
        *(("finey", "did you mean `finney`"), ("Test", "did you mean `test`"), ("devnt", "did you mean `devnet`")),
        *(("", "use one of devnet, finney"), ("mainchain", "use one of"), ("127.0.0.1:9944", "use one of")),
        *(("http://127.0.0.1:9944", "ws://"), ("ws://", "ws://"), ("ws://a, finney", "ws://"), ("ftp://x", "ws://")),
    ],
)
async def test_what_names_no_network(network, hint):
    with pytest.raises(ConfigurationError, match="cannot connect") as caught:
        connect(network)
    assert hint in caught.value.hint
    with pytest.raises(ConfigurationError, match="cannot connect"):
        async with connection(network):
            pass


async def test_a_devnet_that_is_set_back_is_followed_from_there():
    devnet = funded()
    devnet.mine(3)
    saved = devnet.snapshot()
    devnet.mine(5)
    async with served(devnet) as url, connection(url, cache=None) as chain:
        numbers = []
        async for head in chain.heads():
            numbers.append(head.number)
            if len(numbers) == 1:
                devnet.revert(saved)
            elif numbers[-1] == 4:
                break
            else:
                devnet.mine()
    assert numbers == [8, 3, 4]


def test_endpoints_are_checked_like_networks():
    with pytest.raises(ConfigurationError, match="nonsense"):
        connect("local", endpoints=["nonsense"])


@pytest.mark.parametrize("nodes", [Nodes(fallback=["nonsense"]), Nodes(archive=["http://a"])])
def test_other_nodes_are_checked_too(nodes):
    with pytest.raises(ConfigurationError, match="cannot connect"):
        connect("local", nodes=nodes)


def test_a_backend_of_no_known_name():
    with pytest.raises(ConfigurationError, match="no backend 'subtrate'"):
        connect("local", backend="subtrate")


@pytest.mark.skipif(find_spec("substrateinterface") is not None, reason="it is installed here")
async def test_a_backend_whose_library_is_missing_names_the_extra():
    with pytest.raises(ConfigurationError, match="needs substrate-interface") as caught:
        connect("local", backend="substrate_interface")
    assert "taokit[substrate]" in caught.value.hint
    async with connection(NOWHERE, backend="substrate_interface", isolated=True) as chain:
        with pytest.raises(ConfigurationError, match="needs substrate-interface"):
            await chain.head()


async def test_a_chain_in_a_process_of_its_own(tmp_path):
    def work(url):
        with connect(url, cache=tmp_path, isolated=True) as chain:
            return chain.head(), chain.submit(PAY, account("Alice")).block

    devnet = funded()
    async with served(devnet) as url:
        before = devnet.head
        assert await asyncio.to_thread(work, url) == (before, before.number + 1)
        async with connection(url, cache=tmp_path, isolated=True) as chain:
            assert await chain.head() == devnet.head
    assert len(list(tmp_path.iterdir())) == 1
