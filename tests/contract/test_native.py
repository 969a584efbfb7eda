import pytest

from chains import ALICE, BOB
from contract.nodes import served
from taokit.backends import NativeBackend, codec_of
from taokit.blocking import Portal
from taokit.chain import Chain
from taokit.connect import BlockingBackend
from taokit.testing.contract import BackendContract


class TestNative(BackendContract):
    @pytest.fixture
    def backend(self):
        with served() as url:
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
