"""The miner: `python -m {{ cookiecutter.package }}.miner --network test --netuid 7 --wallet me/hot`."""

import taokit

from {{ cookiecutter.package }}.messages import Prime, is_prime


class SubnetMiner(taokit.Miner):
    """Names the largest prime below the limit."""

    async def forward(self, synapse: Prime) -> Prime:
        """The message with its answer filled in."""
        below = min(synapse.below, 10**9)
        synapse.prime = next(number for number in range(below - 1, 0, -1) if is_prime(number) or number == 1)
        return synapse


if __name__ == "__main__":
    taokit.run(SubnetMiner)