"""The validator: `python -m {{ cookiecutter.package }}.validator --network test --netuid 7 --wallet me/hot`."""

import asyncio

import taokit

from {{ cookiecutter.package }}.messages import Primes, is_prime


class SubnetValidator(taokit.Validator):
    """Asks every miner for a stream of primes, and counts those that are right."""

    rounds_per_epoch = 4
    deadline = 6.0  # seconds
    dendrite: taokit.Dendrite

    def worth(self, question: Primes, text: str) -> float:
        """The share of the lines, 0 to 1, that are the next prime each; what follows a wrong one is not looked at."""
        right, last = 0, question.above
        for line in text.splitlines()[: question.count]:
            number = int(line) if line.isdecimal() and len(line) < 10 else 0
            if number <= last or not is_prime(number) or any(map(is_prime, range(last + 1, number))):
                break
            right, last = right + 1, number
        return right / question.count

    async def ask(self, target: taokit.Target, question: Primes) -> tuple[int, float]:
        """A neuron's uid and what it streamed is worth; 0 for a stream that ended early."""
        stream = self.dendrite.stream(target, question, self.deadline - 1)
        text = "".join([piece async for piece in stream])
        return target.uid, self.worth(question, text) if stream.reply.ok else 0.0

    async def run_round(self, round: taokit.Round) -> dict[int, float]:
        """Everybody is asked the same, all at once."""
        question = Primes(above=round.random.randrange(10**5, 10**6), count=50)
        targets = [taokit.Target.of(round.metagraph, uid) for uid in round.uids]
        return dict(await asyncio.gather(*(self.ask(target, question) for target in targets)))

    def make_dendrite(self, *, allow_private: bool) -> taokit.Dendrite:
        """The client, which streams are read with."""
        self.dendrite = super().make_dendrite(allow_private=allow_private)
        return self.dendrite


if __name__ == "__main__":
    taokit.run(SubnetValidator)