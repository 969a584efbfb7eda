"""The miner: `python -m {{ cookiecutter.package }}.miner --network test --netuid 7 --wallet me/hot`."""

import asyncio
import zlib

import taokit
from taokit.chain import calls, reads

from {{ cookiecutter.package }}.problem import train
from {{ cookiecutter.package }}.store import Store


class SubnetMiner(taokit.Miner):
    """Publishes a model, and keeps its digest on chain. It opens no port."""

    Settings = Store
    settings: Store
    serves = False

    def work(self) -> bytes:
        """The artefact. Every miner must make its own: of equal ones only the first is paid."""
        return train(seed=zlib.crc32(self.signer.ss58.encode()))

    async def setup(self) -> None:
        """The artefact is made and published before the first block."""
        self.committed = await self.settings.publish(await asyncio.to_thread(self.work))
        self.next_look = 0

    async def at_block(self, block: int) -> None:
        """Every ten blocks, commit to it where the chain says something else."""
        if block < self.next_look:
            return
        self.next_look = block + 10
        wanted = (self.committed.encode(),)
        stored = await self.chain.read(reads.commitment(self.netuid, self.signer.ss58))
        if stored is None or stored.fields != wanted:
            await self.chain.submit(calls.set_commitment(self.netuid, wanted), self.signer, wait=None, period=8)


if __name__ == "__main__":
    taokit.run(SubnetMiner)
