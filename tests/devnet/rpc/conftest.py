import aiohttp
import pytest

from rpc_client import connected
from taokit.devnet import Devnet
from taokit.devnet.rpc import Limits, Server


@pytest.fixture
def devnet():
    return Devnet.subnet(miners=2, validators=2)


@pytest.fixture
async def url(devnet):
    server = Server(devnet, port=0, limits=Limits(request=1 << 20, subscriptions=8))
    port = await server.start()
    yield f"http://127.0.0.1:{port}"
    await server.stop()


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def client(url, session):
    async with connected(session, url) as client:
        yield client
