"""The validator: `python -m {{ cookiecutter.package }}.validator --network test --netuid 7 --wallet me/hot --set model=NAME`."""

import asyncio
from collections.abc import Sequence

import taokit

from {{ cookiecutter.package }}.messages import Continue
from {{ cookiecutter.package }}.model import LanguageModel, Shared

BEGINNINGS = ("The price of", "Once there was", "In the year", "A miner is", "We measured", "Nobody knew that")
SUBJECTS = ("the river", "a small engine", "the harvest", "her brother", "the third proof", "winter")


class SubnetValidator(taokit.Validator):
    """Asks every miner to continue a text, and checks the tokens with one pass of its own model."""

    class Settings(Shared):
        """What may be set: `--set model=NAME`."""

    settings: Settings
    rounds_per_epoch = 4
    deadline = 10.0  # seconds

    def worth(self, answer: Continue) -> float:
        """The share of the tokens that the model would have chosen, 0 to 1; 0 for an answer of another length."""
        if answer.answer is None or len(answer.answer) != answer.tokens:
            return 0.0
        return self.model.agreement(self.model.encode(answer.prompt), answer.answer)

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Continue]]) -> dict[int, float]:
        """What each answer is worth, by uid; a miner that failed is scored 0 without us."""
        return {reply.uid: self.worth(reply.synapse) for reply in replies if reply.synapse is not None}

    async def query(self, round: taokit.Round) -> Continue:
        """What every miner is asked this round."""
        prompt = f"{round.random.choice(BEGINNINGS)} {round.random.choice(SUBJECTS)} {round.random.randrange(1000)}"
        return Continue(prompt=prompt, tokens=16)

    async def setup(self) -> None:
        """The model, before the first round."""
        self.model = await asyncio.to_thread(LanguageModel.load, self.settings.model)


if __name__ == "__main__":
    taokit.run(SubnetValidator)