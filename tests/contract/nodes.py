"""The contract of every backend over one small chain, and backends that ask a node of it through a socket."""

from contextlib import contextmanager

import pytest

from chains import ALICE, BOB, funded
from taokit.backends import codec_of
from taokit.blocking import Portal
from taokit.chain import Chain
from taokit.connect import BlockingBackend
from taokit.devnet.rpc import Server
from taokit.testing.contract import BackendContract


def small():
    """A chain of three blocks on which Alice has money."""
    devnet = funded()
    devnet.mine(3)
    return devnet


class OverSmallChain(BackendContract):
    """Subclass it with a `backend` fixture."""

    @pytest.fixture
    def chain(self, backend):
        return Chain(backend, codec_of)

    @pytest.fixture
    def rich(self):
        return ALICE

    @pytest.fixture
    def other(self):
        return BOB


@contextmanager
def asking(make):
    """What `make([address])` asks, blocking, of a node of its own, which has a thread of its own."""
    with Portal("node") as node:
        server, port = node.call(_started())
        backend = BlockingBackend(make([f"ws://127.0.0.1:{port}"]), Portal())
        yield backend
        backend.close()
        node.call(server.stop())


async def _started():
    server = Server(small(), port=0)
    return server, await server.start()
