"""The owner's back end: `python -m {{ cookiecutter.package }}.backend --network test --netuid 7 --wallet owner/hot`."""

import secrets
import time
from collections.abc import Sequence

import taokit
from aiohttp import web
from pydantic import BaseModel

from {{ cookiecutter.package }}.feed import Feed
from {{ cookiecutter.package }}.messages import Prime, is_prime


class Backend(taokit.Miner):
    """Measures miners, signs the scores with the owner's hotkey, and serves them at /feed of its port."""

    class Settings(BaseModel):
        """What may be set: `--set every=50`."""

        every: int = 20  # blocks between two measurements
        allow_private: bool = False  # ask miners at private addresses

    settings: Settings

    def score(self, replies: Sequence[taokit.Reply[Prime]]) -> dict[str, float]:
        """What each answer is worth, by hotkey, 0 or more. Put your own measure here."""
        return {reply.hotkey: worth(reply.synapse) for reply in replies if reply.synapse is not None}

    async def measure(self, graph: taokit.Metagraph) -> None:
        """Ask every miner, and put the signed scores in the place of those before."""
        targets = [taokit.Target.of(graph, uid) for uid in graph.serving() if graph.hotkeys[uid] != self.signer.ss58]
        async with taokit.Dendrite(self.signer, allow_private=self.settings.allow_private) as dendrite:
            replies = await dendrite.ask_all(targets, Prime(below=secrets.randbelow(10**6) + 10**6), timeout_s=6)
        genesis = (await self.chain.genesis()).hex()
        feed = Feed(genesis=genesis, netuid=graph.netuid, time=time.time(), scores=self.score(replies))
        self.signed = feed.signed(self.signer)

    async def setup(self) -> None:
        """Nothing is measured yet."""
        self.signed, self.next = b"", 0

    async def at_block(self, block: int) -> None:
        """Measure every few blocks."""
        if block >= self.next:
            self.next = block + self.settings.every
            await self.measure(self.metagraph)

    def app(self) -> web.Application:
        """The application that serves the feed."""

        async def answer(request: web.Request) -> web.Response:
            return web.Response(body=self.signed, status=200 if self.signed else 503)

        app = web.Application()
        app.router.add_get("", answer)
        return app

    def mounts(self) -> list[taokit.Mount]:
        """The feed is for everybody: whoever reads it checks the signature."""
        return [taokit.Mount("/feed", self.app())]


def worth(answer: Prime) -> float:
    """How near the prime comes to the limit, 0 to 1; 0 for a wrong one."""
    prime = answer.prime or 0
    return prime / answer.below if prime < answer.below and is_prime(prime) else 0.0


if __name__ == "__main__":
    taokit.run(Backend)
