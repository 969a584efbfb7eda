import pytest

from taokit.axon import Axon, everyone
from wire_vectors import BOB


@pytest.fixture
async def serve():
    """Serves routes on a free port of this machine and returns it; everything is closed afterwards."""
    served = []

    async def start(routes, **options):
        axon = Axon(BOB.ss58, routes, **{"admit": everyone, **options})
        served.append(axon)
        return await axon.start("127.0.0.1"), axon

    yield start
    for axon in served:
        await axon.stop(drain_s=0)
