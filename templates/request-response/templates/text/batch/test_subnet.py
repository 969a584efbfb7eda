"""The subnet on a chain inside this process, with the model that needs no download."""

import pytest
from taokit.chain import reads

from {{ cookiecutter.package }}.messages import Continue
from {{ cookiecutter.package }}.miner import SubnetMiner
from {{ cookiecutter.package }}.model import LanguageModel
from {{ cookiecutter.package }}.validator import SubnetValidator


class Parrot(SubnetMiner):
    def forward_batch(self, items: list[Continue]) -> list[Continue | Exception]:
        for item in items:
            item.answer = (self.model.encode(item.prompt) * 16)[: item.tokens]
        return list(items)


def test_only_the_models_own_choice_is_worth_something():
    model = LanguageModel.load("")
    prompt = model.encode("Once there was winter")
    (answer,) = model.generate([prompt], 16)
    assert len(answer) == 16
    assert model.agreement(prompt, answer) == 1
    assert model.agreement(prompt, [answer[0] ^ 1, *answer[1:]]) < 1
    assert model.agreement(prompt, [10**9]) == 0
    assert isinstance(model.decode(answer), str)


async def test_in_a_batch_each_text_is_continued_as_if_it_were_alone():
    miner = SubnetMiner()
    miner.settings = SubnetMiner.Settings()
    await miner.setup()
    asked = [Continue(prompt=prompt, tokens=tokens) for prompt, tokens in (("A miner is", 8), ("We", 3), ("", 5))]
    for item in miner.forward_batch(asked):
        assert len(item.answer) == item.tokens
        assert miner.model.agreement(miner.model.encode(item.prompt), item.answer) == 1


@pytest.mark.devnet(miners=2, validators=1, auto=False, Tempo=40)
async def test_honest_work_is_paid(devnet, neuron, clock):
    async with neuron(SubnetMiner) as honest, neuron(Parrot) as parrot, neuron(SubnetValidator):
        await clock.epochs(3)
    graph = await devnet.async_chain().read(reads.metagraph(1))
    paid = {key: graph.incentive[graph.uid_of(key)] for key in (honest.signer.ss58, parrot.signer.ss58)}
    assert paid[honest.signer.ss58] > 4 * paid[parrot.signer.ss58]