import pytest
from pydantic import BaseModel

import taokit
from taokit.chain import reads
from taokit.devnet import account
from taokit.errors import ConfigurationError, NotRegistered
from wire_classes import Echo

pytestmark = pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=20)


class Echoes(taokit.Miner):
    class Settings(BaseModel):
        times: int = 1

    async def forward(self, synapse: Echo) -> Echo:
        synapse.echoed = synapse.text * self.settings.times
        return synapse


class Fixed(taokit.Validator):
    async def run_round(self, round):
        return {1: 1.0}


async def test_keys_are_given_out_in_order_and_given_back(neuron):
    names = [account(f"miner/{k}").ss58 for k in range(2)]
    async with neuron(Echoes) as first, neuron(Echoes) as second:
        assert [first.signer.ss58, second.signer.ss58] == names
        with pytest.raises(ConfigurationError, match="all 2 miners"):
            async with neuron(Echoes):
                pass
    async with neuron(Echoes) as again:
        assert again.signer.ss58 == names[0]


async def test_settings_are_the_classs_own(neuron):
    async with neuron(Echoes, times=3) as miner:
        assert miner.role.settings.times == 3
    with pytest.raises(ConfigurationError, match="depth"):
        async with neuron(Fixed, depth=3):
            pass


async def test_a_validator_that_comes_back_remembers(neuron, clock):
    async with neuron(Fixed) as validator:
        await clock.until(validator.scored)
        scores = validator.scored()
    async with neuron(Fixed) as validator:
        assert validator.scored() == scores


async def test_another_key_has_to_be_registered(devnet, neuron):
    with pytest.raises(NotRegistered):
        async with neuron(Echoes, signer=account("Bob")):
            pass
    devnet.register_all(1, [account("Bob")])
    async with neuron(Echoes, signer=account("Bob")) as miner:
        assert miner.port


async def test_what_went_wrong_in_the_block_comes_first(devnet, neuron, clock):
    async def wrong():
        async with neuron(Fixed) as validator:
            devnet.deregister(1, devnet.chain().read(reads.uid_of(1, validator.signer.ss58)))
            await clock.blocks()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await wrong()
