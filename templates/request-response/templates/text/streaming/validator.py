"""The validator: `python -m {{ cookiecutter.package }}.validator --network test --netuid 7 --wallet me/hot --set model=NAME`."""

import asyncio

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
    dendrite: taokit.Dendrite

    def worth(self, question: Continue, text: str) -> float:
        """The share of the tokens that the model would have chosen, 0 to 1; 0 for a stream of another length."""
        lines = text.splitlines()
        if len(lines) != question.tokens or not all(line.isdecimal() and len(line) < 10 for line in lines):
            return 0.0
        return self.model.agreement(self.model.encode(question.prompt), [int(line) for line in lines])

    async def ask(self, target: taokit.Target, question: Continue) -> tuple[int, float]:
        """A neuron's uid and what it streamed is worth; 0 for a stream that ended early."""
        stream = self.dendrite.stream(target, question, self.deadline - 1)
        text = "".join([piece async for piece in stream])
        return target.uid, self.worth(question, text) if stream.reply.ok else 0.0

    async def run_round(self, round: taokit.Round) -> dict[int, float]:
        """Everybody is asked the same, all at once."""
        prompt = f"{round.random.choice(BEGINNINGS)} {round.random.choice(SUBJECTS)} {round.random.randrange(1000)}"
        question = Continue(prompt=prompt, tokens=16)
        targets = [taokit.Target.of(round.metagraph, uid) for uid in round.uids]
        return dict(await asyncio.gather(*(self.ask(target, question) for target in targets)))

    async def setup(self) -> None:
        """The model, before the first round."""
        self.model = await asyncio.to_thread(LanguageModel.load, self.settings.model)

    def make_dendrite(self, *, allow_private: bool) -> taokit.Dendrite:
        """The client, which streams are read with."""
        self.dendrite = super().make_dendrite(allow_private=allow_private)
        return self.dendrite


if __name__ == "__main__":
    taokit.run(SubnetValidator)