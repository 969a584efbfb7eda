"""The validator: `python -m {{ cookiecutter.package }}.validator --network test --netuid 7 --wallet me/hot`."""

from collections.abc import Sequence

import taokit
import torch

from {{ cookiecutter.package }}.messages import ROWS, WIDTH, Nearest, bank


class SubnetValidator(taokit.Validator):
    """Asks every miner for the row nearest to a vector of its own, and pays by how near it is."""

    rounds_per_epoch = 4
    deadline = 6.0  # seconds

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Nearest]]) -> dict[int, float]:
        """What each answer is worth, by uid; a miner that failed is scored 0 without us."""
        return {reply.uid: worth(reply.synapse) for reply in replies if reply.synapse is not None}

    async def query(self, round: taokit.Round) -> dict[int, Nearest]:
        """A vector for each miner, so that none can copy another's answer."""
        return {uid: Nearest(vector=[round.random.gauss(0, 1) for _ in range(WIDTH)]) for uid in round.uids}


def worth(answer: Nearest) -> float:
    """The cosine between the vector and the row, 0 to 1: one row is enough for the check."""
    if answer.row is None or not 0 <= answer.row < ROWS:
        return 0.0
    cosine = torch.nn.functional.cosine_similarity(torch.tensor(answer.vector), bank()[answer.row], dim=0)
    return max(0.0, cosine.item())


if __name__ == "__main__":
    taokit.run(SubnetValidator)