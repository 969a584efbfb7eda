import aiohttp
import pytest

from explorer_scene import lively
from taokit.devnet.rpc import Server


@pytest.fixture(scope="module")
def scene():
    """A busy chain, only to be looked at."""
    return lively()


@pytest.fixture
async def served():
    """`(devnet, address)` of a busy chain that may be changed."""
    devnet = lively(epochs=1)
    async with Server(devnet, port=0) as server:
        yield devnet, f"http://127.0.0.1:{server.port}"


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session
