"""The miner: `python -m {{ cookiecutter.package }}.miner --network test --netuid 7 --wallet me/hot --set model=NAME`."""

import asyncio
from collections.abc import AsyncIterator

import taokit

from {{ cookiecutter.package }}.messages import Continue
from {{ cookiecutter.package }}.model import LanguageModel, Shared


class SubnetMiner(taokit.Miner):
    """Continues texts with a language model, token by token."""

    class Settings(Shared):
        """What may be set: `--set model=NAME`."""

    settings: Settings

    @taokit.route(at_once=1)
    async def forward(self, synapse: Continue) -> AsyncIterator[str]:
        """The pieces of the answer; each goes out as it is yielded."""
        tokens = self.model.stream(self.model.encode(synapse.prompt), synapse.count)
        for _ in range(synapse.count):
            yield f"{await asyncio.to_thread(next, tokens)}\n"  # others have a turn while the model works

    async def setup(self) -> None:
        """The model, before the first question."""
        self.model = LanguageModel.load(self.settings.model)


if __name__ == "__main__":
    taokit.run(SubnetMiner)