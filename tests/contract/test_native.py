import pytest

from chains import ALICE, BOB, funded
from taokit.backends import NativeBackend, codec_of
from taokit.blocking import Portal
from taokit.chain import Chain
from taokit.connect import BlockingBackend
from taokit.devnet.rpc import Server
from taokit.testing.contract import BackendContract


class TestNative(BackendContract):
    @pytest.fixture
    def url(self):
        """Of a chain behind a socket, in a thread of its own."""
        with Portal("node") as node:
            server, port = node.call(self.served())
            yield f"ws://127.0.0.1:{port}"
            node.call(server.stop())

    async def served(self):
        devnet = funded()
        devnet.mine(3)
        server = Server(devnet, port=0)
        return server, await server.start()

    @pytest.fixture
    def backend(self, url):
        backend = BlockingBackend(NativeBackend([url]), Portal())
        yield backend
        backend.close()

    @pytest.fixture
    def chain(self, backend):
        return Chain(backend, codec_of)

    @pytest.fixture
    def rich(self):
        return ALICE

    @pytest.fixture
    def other(self):
        return BOB
