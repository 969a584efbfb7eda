import pytest

from chains import ALICE, BOB, funded
from taokit.testing.contract import BackendContract


class TestDevnet(BackendContract):
    @pytest.fixture
    def devnet(self):
        devnet = funded()
        devnet.mine(3)
        return devnet

    @pytest.fixture
    def backend(self, devnet):
        return devnet.backend()

    @pytest.fixture
    def chain(self, devnet):
        return devnet.chain()

    @pytest.fixture
    def rich(self):
        return ALICE

    @pytest.fixture
    def other(self):
        return BOB
