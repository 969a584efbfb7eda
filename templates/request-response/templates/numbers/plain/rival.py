"""A miner to compete with in `taokit dev .`: change the score, save, and see what it still earns."""

from {{ cookiecutter.package }}.messages import Prime
from {{ cookiecutter.package }}.miner import SubnetMiner


class HastyMiner(SubnetMiner):
    """Takes the easy way: a prime below half of the limit."""

    async def forward(self, synapse: Prime) -> Prime:
        """The answer to the easier question."""
        easier = await super().forward(Prime(below=synapse.below // 2))
        synapse.prime = easier.prime
        return synapse