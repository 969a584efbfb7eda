"""The miner: `python -m {{ cookiecutter.package }}.miner --network test --netuid 7 --wallet me/hot`."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import taokit

from {{ cookiecutter.package }}.messages import Primes, is_prime


class SubnetMiner(taokit.Miner):
    """Streams primes."""

    async def forward(self, synapse: Primes) -> AsyncIterator[str]:
        """The pieces of the answer; each goes out as it is yielded."""
        found = (number for number in itertools.count(synapse.above + 1) if is_prime(number))
        for prime in itertools.islice(found, min(synapse.count, 1000)):
            yield f"{prime}\n"
            await asyncio.sleep(0)  # others have a turn


if __name__ == "__main__":
    taokit.run(SubnetMiner)