import pytest

from contract.nodes import OverSmallChain, small


class TestDevnet(OverSmallChain):
    @pytest.fixture
    def devnet(self):
        return small()

    @pytest.fixture
    def backend(self, devnet):
        return devnet.backend()

    @pytest.fixture
    def chain(self, devnet):
        return devnet.chain()
