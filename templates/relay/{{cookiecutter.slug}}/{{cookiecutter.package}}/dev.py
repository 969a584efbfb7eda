"""What `taokit dev .` runs: each validator brings a back end of its own, and no owner is needed."""

import taokit
from aiohttp import web

from {{ cookiecutter.package }}.backend import Backend
from {{ cookiecutter.package }}.validator import SubnetValidator


class DevValidator(SubnetValidator):
    """A validator with a back end in its own process. Not for a network: it believes itself."""

    class Settings(SubnetValidator.Settings):
        """Nothing has to be set."""

        feed: str = ""

    async def run_round(self, round: taokit.Round) -> dict[int, float]:
        """Measure, and then do as on a network."""
        await self.backend.measure(round.metagraph)
        return await super().run_round(round)

    async def setup(self) -> None:
        """The back end, at a port of this machine."""
        self.backend = Backend()
        self.backend.signer, self.backend.chain = self.signer, self.chain
        self.backend.settings = Backend.Settings(allow_private=True)
        await self.backend.setup()
        self.runner = web.AppRunner(self.backend.app(), access_log=None)
        await self.runner.setup()
        site = web.TCPSite(self.runner, "127.0.0.1", 0)
        await site.start()
        feed = f"http://127.0.0.1:{self.runner.addresses[0][1]}"
        self.settings = self.Settings(feed=feed, publisher=self.signer.ss58)

    async def close(self) -> None:
        """The port is free again."""
        await self.runner.cleanup()
