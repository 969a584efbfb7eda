import pytest

from chains import ALICE, BOB
from contract.nodes import served
from taokit.backends import IsolatedBackend, codec_of
from taokit.blocking import Portal
from taokit.chain import Chain
from taokit.connect import BlockingBackend
from taokit.testing.contract import BackendContract


@pytest.fixture(scope="module")
def one_process():
    """For all tests: each leaves the chain usable."""
    with served() as url:
        backend = BlockingBackend(IsolatedBackend([url]), Portal())
        yield backend
        backend.close()


class TestIsolated(BackendContract):
    @pytest.fixture
    def backend(self, one_process):
        return one_process

    @pytest.fixture
    def chain(self, backend):
        return Chain(backend, codec_of)

    @pytest.fixture
    def rich(self):
        return ALICE

    @pytest.fixture
    def other(self):
        return BOB
