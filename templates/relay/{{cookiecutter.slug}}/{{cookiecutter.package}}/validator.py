"""The validator: `python -m {{ cookiecutter.package }}.validator --network test --netuid 7 --wallet me/hot --set feed=URL`."""

import asyncio
import time

import aiohttp
import taokit
from pydantic import BaseModel

from {{ cookiecutter.package }}.feed import Feed

LARGEST = 1 << 20  # bytes of a feed


class SubnetValidator(taokit.Validator):
    """Fetches the owner's scores, checks them, and has the weights set. It asks no miner."""

    class Settings(BaseModel):
        """What may be set: `--set feed=https://scores.example.org/feed`."""

        feed: str
        publisher: str = ""  # whose signature counts; without one, the subnet owner's hotkey

    settings: Settings
    rounds_per_epoch = 4
    deadline = 12.0  # seconds

    def judge(self, scores: dict[str, float]) -> dict[str, float]:
        """The scores by hotkey as this validator sees them. Put checks of your own here."""
        return scores

    async def run_round(self, round: taokit.Round) -> dict[int, float]:
        """The owner's scores by uid; who is not in the feed gets 0. Without a good feed the round fails."""
        graph = round.metagraph
        publisher = self.settings.publisher or graph.owner_hotkey
        genesis = (await self.chain.genesis()).hex()
        data = await fetched(self.settings.feed, seconds=self.deadline / 2)
        feed = Feed.opened(data, publisher=publisher, genesis=genesis, netuid=self.netuid, now=time.time())
        scores = self.judge(feed.scores)
        return {uid: scores.get(hotkey, 0.0) for uid, hotkey in enumerate(graph.hotkeys)}


async def fetched(url: str, *, seconds: float) -> bytes:
    """What a server has at an address. Raises `OSError` when it has nothing, or too much, or takes too long."""
    try:
        async with asyncio.timeout(seconds), aiohttp.ClientSession() as http, http.get(url) as response:
            response.raise_for_status()
            data = await response.content.read(LARGEST + 1)
            while len(data) <= LARGEST and (more := await response.content.read(LARGEST)):
                data += more
    except aiohttp.ClientError as error:
        raise OSError(f"{url}: {error}") from error
    if len(data) > LARGEST:
        raise OSError(f"{url}: more than {LARGEST} bytes")
    return data


if __name__ == "__main__":
    taokit.run(SubnetValidator)
