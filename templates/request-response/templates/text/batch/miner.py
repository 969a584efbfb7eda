"""The miner: `python -m {{ cookiecutter.package }}.miner --network test --netuid 7 --wallet me/hot --set model=NAME`."""

import taokit

from {{ cookiecutter.package }}.messages import Continue
from {{ cookiecutter.package }}.model import LanguageModel, Shared


class SubnetMiner(taokit.Miner):
    """Continues a whole batch of texts at once with a language model."""

    class Settings(Shared):
        """What may be set: `--set model=NAME`."""

    settings: Settings

    @taokit.route(batch=taokit.Batch(size=16, wait_ms=5))
    def forward_batch(self, items: list[Continue]) -> list[Continue | Exception]:
        """An answer for each message, in their order; a plain `def` always runs in the same thread."""
        prompts = [self.model.encode(item.prompt) for item in items]
        answers = self.model.generate(prompts, max(item.count for item in items))
        for item, answer in zip(items, answers, strict=True):
            item.answer = answer[: item.count]
        return list(items)

    async def setup(self) -> None:
        """The model, before the first question."""
        self.model = LanguageModel.load(self.settings.model)


if __name__ == "__main__":
    taokit.run(SubnetMiner)