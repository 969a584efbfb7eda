"""The validator: `python -m {{ cookiecutter.package }}.validator --network test --netuid 7 --wallet me/hot`."""

import asyncio
import logging

import taokit
from taokit.chain import reads
from taokit.errors import DoesNotRun

from {{ cookiecutter.package }}.evaluate import Numbers, predictions
from {{ cookiecutter.package }}.problem import rows
from {{ cookiecutter.package }}.store import Store

log = logging.getLogger(__name__)


class SubnetValidator(taokit.Validator):
    """Fetches what miners committed to, checks it, and tries it on data that nobody has seen."""

    Settings = Store
    settings: Store
    deadline = 60.0  # seconds, for all miners together

    def worth(self, predicted: Numbers, truth: Numbers) -> float:
        """What a model is worth: the share of the variance that it explains, 0 to 1."""
        return max(0.0, 1.0 - float(((predicted - truth) ** 2).mean() / truth.var()))

    async def run_round(self, round: taokit.Round) -> dict[int, float]:
        """Every miner's artefact, four at a time, on rows that are drawn now."""
        committed = await self.chain.read(reads.commitments(self.netuid))
        own = firsts({key: (it.block, it.fields) for key, it in committed.items()})
        data, room = rows(round.random.getrandbits(32), 500), asyncio.Semaphore(4)
        uids = [uid for uid, hotkey in enumerate(round.metagraph.hotkeys) if hotkey in own]
        worth = await asyncio.gather(*(self._judge(own[round.metagraph.hotkeys[uid]], data, room) for uid in uids))
        return {**dict.fromkeys(range(len(round.metagraph.hotkeys)), 0.0), **dict(zip(uids, worth, strict=True))}

    async def _judge(self, committed: str, data: tuple[Numbers, Numbers], room: asyncio.Semaphore) -> float:
        """0 for what cannot be fetched, is not what was committed to, or does not run within its limits."""
        try:
            async with room, asyncio.timeout(self.deadline / 4):
                artefact = await self.settings.fetch(committed)
                return self.worth(await predictions(artefact, data[0]), data[1])
        except (ValueError, OSError, DoesNotRun) as error:  # a timeout is an OSError
            log.info("%s is worth nothing: %s", committed[:80], error or type(error).__name__)
            return 0.0


def firsts(committed: dict[str, tuple[int, tuple[object, ...]]]) -> dict[str, str]:
    """What each hotkey committed to, by hotkey: of equal digests the earliest, by block."""
    found: dict[str, tuple[str, str]] = {}
    for hotkey, (_, fields) in sorted(committed.items(), key=lambda item: (item[1][0], item[0])):
        if fields and isinstance(fields[0], bytes):
            text = fields[0].decode(errors="replace")
            found.setdefault(text[:64], (hotkey, text))
    return dict(found.values())


if __name__ == "__main__":
    taokit.run(SubnetValidator)
