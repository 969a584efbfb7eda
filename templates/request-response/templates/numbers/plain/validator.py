"""The validator: `python -m {{ cookiecutter.package }}.validator --network test --netuid 7 --wallet me/hot`."""

from collections.abc import Sequence

import taokit

from {{ cookiecutter.package }}.messages import Prime, is_prime


class SubnetValidator(taokit.Validator):
    """Asks every miner for a prime, and pays for large ones."""

    rounds_per_epoch = 4
    deadline = 6.0  # seconds

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Prime]]) -> dict[int, float]:
        """What each answer is worth, by uid; a miner that failed is scored 0 without us."""
        return {reply.uid: worth(reply.synapse) for reply in replies if reply.synapse is not None}

    async def query(self, round: taokit.Round) -> Prime:
        """What every miner is asked this round; nobody knows it before."""
        return Prime(below=round.random.randrange(10**6, 10**7))


def worth(answer: Prime) -> float:
    """How near the prime comes to the limit, 0 to 1; 0 for a wrong one."""
    prime = answer.prime or 0
    return prime / answer.below if prime < answer.below and is_prime(prime) else 0.0


if __name__ == "__main__":
    taokit.run(SubnetValidator)