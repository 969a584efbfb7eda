import pytest

from signed_requests import NOW
from taokit.axon import Axon, Route, everyone
from wire_classes import Echo, echo
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


@pytest.fixture
async def served(serve):
    """Serves routes, `Echo` unless told otherwise, at one moment of time, and returns the port."""

    async def start(*routes, **options):
        port, _ = await serve(routes or [Route(Echo, echo)], **{"now_ns": lambda: NOW, **options})
        return port

    return start
