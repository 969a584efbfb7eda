"""The miner: `python -m {{ cookiecutter.package }}.miner --network test --netuid 7 --wallet me/hot --set model=NAME`."""

import taokit

from {{ cookiecutter.package }}.messages import Continue
from {{ cookiecutter.package }}.model import LanguageModel, Shared


class SubnetMiner(taokit.Miner):
    """Continues texts with a language model."""

    class Settings(Shared):
        """What may be set: `--set model=NAME`."""

    settings: Settings

    @taokit.route(at_once=1)
    def forward(self, synapse: Continue) -> Continue:
        """The message with its answer filled in; a plain `def` runs in a thread."""
        (synapse.answer,) = self.model.generate([self.model.encode(synapse.prompt)], synapse.count)
        return synapse

    async def setup(self) -> None:
        """The model, before the first question."""
        self.model = LanguageModel.load(self.settings.model)


if __name__ == "__main__":
    taokit.run(SubnetMiner)