"""Prediction market: chances go out of the miners' hands now, and are judged when the outcome is known.

Each question shows what came of a few dozen like events, and asks how likely the next one is. Whether it happens
follows from the hash of a block that is not made yet, so neither miner nor validator can know. The Brier score, the
squared distance between the chance and what happened, is best for who says what he believes. It is paid from what one
half, said of everything, gets: who knows nothing is paid nothing.

    python examples/prediction_market.py        the whole subnet on this machine, the same as `taokit dev` of this file
    taokit validator prediction_market:MarketValidator --set folder=~/market --network test --netuid 7 --wallet me/hot

What it teaches: scores that come blocks after the answers, an open book that survives a restart, an outcome that nobody
can steer, and a long memory (`Window`) where single scores are mostly luck.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

from pydantic import BaseModel

import taokit
from taokit.cli.main import main
from taokit.errors import ConfigurationError
from taokit.scoring import Rank, Window

EVENTS, SEEN = 24, 40  # events in a question, and what is told of the past of each
MOST = 64  # questions that wait for their outcome
IGNORANCE = 0.25  # the Brier score of one half, whatever happens


class Odds(taokit.Synapse):
    """Events, of which to say how likely each is to happen next."""

    required_hash_fields = ("pasts", "due")

    pasts: list[list[bool]]  # for each event, whether it happened each time before
    due: int  # the block that decides
    chances: list[float] | None = None  # one for each event, 0 to 1


class Entry(BaseModel):
    """A question that waits for its outcome."""

    number: int
    due: int
    biases: list[float]  # how likely the events truly are; not told to miners
    chances: dict[str, list[float] | None]  # by hotkey; None of a miner that did not answer


class Counter(taokit.Miner):
    """Counts how often it happened, and allows for having seen only so many (the rule of succession)."""

    async def forward(self, synapse: Odds) -> Odds:
        """A chance for each event."""
        synapse.chances = [(sum(past) + 1) / (len(past) + 2) for past in synapse.pasts]
        return synapse


class Boaster(taokit.Miner):
    """Is certain of everything, and more often right than wrong."""

    async def forward(self, synapse: Odds) -> Odds:
        """No or yes."""
        synapse.chances = [float(sum(past) * 2 > len(past)) for past in synapse.pasts]
        return synapse


class Shrugger(taokit.Miner):
    """Never says more than maybe."""

    async def forward(self, synapse: Odds) -> Odds:
        """One half."""
        synapse.chances = [0.5] * len(synapse.pasts)
        return synapse


class MarketValidator(taokit.Validator):
    """Asks for chances, keeps them in a book, and scores them when their block has come."""

    class Settings(BaseModel):
        """Where the book is kept, and how long an outcome takes."""

        folder: Path | None = None  # without one, a restart forgets what is open
        delay: int = 5  # blocks

    settings: Settings
    rounds_per_epoch = 4
    rule = Rank(shares=(0.7, 0.2, 0.1), over=Window(rounds=100))

    async def setup(self) -> None:
        """The open questions of before."""
        folder = self.settings.folder
        self.file = None if folder is None else folder.expanduser() / f"{self.netuid}-{self.signer.ss58}.json"
        self.book = [] if self.file is None or not self.file.exists() else read(self.file)

    async def run_round(self, round: taokit.Round) -> Mapping[int, float]:
        """What the questions that are due now say of each miner."""
        settled = [entry for entry in self.book if entry.due <= round.block]
        happened = [outcome(await self.chain.block_hash(entry.due), entry) for entry in settled]
        waiting = [entry for entry in self.book if entry.due > round.block][-MOST:]
        self.book = [*waiting, await self.opened(round)]
        if self.file is not None:
            write(self.file, self.book)  # before the scores count: what is settled is never settled twice
        scores = judged(settled, happened)
        return {uid: scores[key] for uid, key in enumerate(round.metagraph.hotkeys) if key in scores}

    async def opened(self, round: taokit.Round) -> Entry:
        """A new question, with what every miner says to it."""
        biases = [round.random.betavariate(0.7, 0.7) for _ in range(EVENTS)]
        pasts = [[round.random.random() < bias for _ in range(SEEN)] for bias in biases]
        due = round.block + self.settings.delay
        replies = await round.ask(Odds(pasts=pasts, due=due))
        chances = {reply.hotkey: reply.synapse.chances if reply.synapse else None for reply in replies}
        return Entry(number=round.number, due=due, biases=biases, chances=chances)


def outcome(block_hash: bytes, entry: Entry) -> list[bool]:
    """Which of the events happened: drawn with their biases from the hash of the block that was due."""
    seed = blake2b(block_hash + entry.number.to_bytes(8, "little"), digest_size=8).digest()
    draw = random.Random(int.from_bytes(seed, "little"))
    return [draw.random() < bias for bias in entry.biases]


def judged(settled: Sequence[Entry], happened: Sequence[Sequence[bool]]) -> dict[str, float]:
    """By hotkey, the mean over the questions that were settled of what is saved of ignorance's score, 0 to 1."""
    scores: dict[str, list[float]] = {}
    for entry, events in zip(settled, happened, strict=True):
        for key, chances in entry.chances.items():
            scores.setdefault(key, []).append(max(0.0, 1 - brier(chances, events) / IGNORANCE))
    return {key: sum(each) / len(each) for key, each in scores.items()}


def brier(chances: Sequence[float] | None, events: Sequence[bool]) -> float:
    """The mean squared distance, 0 (best) to 1; 1 for what is no list of chances."""
    if chances is None or len(chances) != len(events) or not all(0 <= chance <= 1 for chance in chances):
        return 1.0
    return sum((chance - event) ** 2 for chance, event in zip(chances, events, strict=True)) / len(events)


def read(file: Path) -> list[Entry]:
    """The book in a file. Raises `ConfigurationError` for one that does not read."""
    try:
        return [Entry.model_validate(entry) for entry in json.loads(file.read_text(encoding="utf-8"))]
    except ValueError as error:
        raise ConfigurationError(f"{file} is no book of open questions", hint="move it away") from error


def write(file: Path, book: Sequence[Entry]) -> None:
    """Replace the file at once, so that a crash leaves the old book or the new one."""
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_suffix(".new")
    new.write_text(json.dumps([entry.model_dump() for entry in book]), encoding="utf-8")
    new.replace(file)


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
