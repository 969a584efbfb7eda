import pytest

from contract.nodes import OverSmallChain, asking
from taokit.backends import NativeBackend


class TestNative(OverSmallChain):
    @pytest.fixture
    def backend(self):
        with asking(NativeBackend) as backend:
            yield backend
