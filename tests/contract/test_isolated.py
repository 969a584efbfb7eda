import pytest

from contract.nodes import OverSmallChain, asking
from taokit.backends import IsolatedBackend


@pytest.fixture(scope="module")
def one_process():
    """For all tests: each leaves the chain usable."""
    with asking(IsolatedBackend) as backend:
        yield backend


class TestIsolated(OverSmallChain):
    @pytest.fixture
    def backend(self, one_process):
        return one_process
