"""The subnet on a chain inside this process, with the model that needs no download."""

from collections.abc import AsyncIterator

import pytest
from taokit.chain import reads

from {{ cookiecutter.package }}.messages import Continue
from {{ cookiecutter.package }}.miner import SubnetMiner
from {{ cookiecutter.package }}.model import LanguageModel
from {{ cookiecutter.package }}.validator import SubnetValidator


class Parrot(SubnetMiner):
    async def forward(self, synapse: Continue) -> AsyncIterator[str]:
        for token in (self.model.encode(synapse.prompt) * 16)[: synapse.tokens]:
            yield f"{token}\n"


def test_only_the_models_own_choice_is_worth_something():
    model = LanguageModel.load("")
    prompt = model.encode("Once there was winter")
    (answer,) = model.generate([prompt], 16)
    assert len(answer) == 16
    assert model.agreement(prompt, answer) == 1
    assert model.agreement(prompt, [answer[0] ^ 1, *answer[1:]]) < 1
    assert model.agreement(prompt, [10**9]) == 0
    assert isinstance(model.decode(answer), str)


def test_a_stream_has_the_tokens_of_the_whole_answer():
    model = LanguageModel.load("")
    prompt = model.encode("A miner is")
    assert [list(model.stream(prompt, 12))] == model.generate([prompt], 12)


@pytest.mark.parametrize("text", ["", "1\n2\n", "1\n2\n3\n4\n", "1\n2\n-3\n", "1\n2\nx\n", "1\n2\n9999999999\n"])
def test_a_stream_of_another_shape_is_worth_nothing(text):
    assert SubnetValidator().worth(Continue(prompt="", tokens=3), text) == 0


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=40)
async def test_honest_work_is_paid(devnet, neuron, clock):
    async with neuron(SubnetMiner) as honest, neuron(Parrot) as parrot, neuron(SubnetValidator):
        await clock.epochs(3)
    graph = await devnet.async_chain().read(reads.metagraph(1))
    paid = {key: graph.incentive[graph.uid_of(key)] for key in (honest.signer.ss58, parrot.signer.ss58)}
    assert paid[honest.signer.ss58] > 4 * paid[parrot.signer.ss58]