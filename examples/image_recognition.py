"""Image recognition: name the digits in small noisy pictures, many pictures in one pass of the model.

The validator draws each picture itself: a digit, moved about, of a random brightness, under noise. Each miner gets
pictures of its own. Questions that reach a miner within a few milliseconds are answered by one matrix product.

    python examples/image_recognition.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: `forward_batch` and `Batch`, a model that is made ready in `setup`, one bad message that must not spoil
a batch, and accuracy above luck as a score.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

import taokit
from taokit import Batch, Question, Tensor
from taokit.cli.main import main
from taokit.errors import ConfigurationError

Pixels = npt.NDArray[np.uint8]  # [pictures, SIDE, SIDE]
SIDE, COUNT = 12, 16  # pixels of a side, and pictures in a message
LUCK = 0.3  # the share of right answers that who guesses one in ten will hardly reach
NOISE = 40.0
GLYPHS = (  # the digits 0 to 9, seven rows of five dots; each row a number whose bits are the dots
    (14, 17, 19, 21, 25, 17, 14),
    (4, 12, 4, 4, 4, 4, 14),
    (14, 17, 1, 2, 4, 8, 31),
    (31, 2, 4, 2, 1, 17, 14),
    (2, 6, 10, 18, 31, 2, 2),
    (31, 16, 30, 1, 1, 17, 14),
    (6, 8, 16, 30, 17, 17, 14),
    (31, 1, 2, 4, 8, 8, 8),
    (14, 17, 17, 14, 17, 17, 14),
    (14, 17, 17, 15, 1, 2, 12),
)


class Recognise(taokit.Synapse):
    """Pictures, of digits to be named."""

    pictures: Tensor | None = Question(None)  # [COUNT, SIDE, SIDE], uint8
    digits: list[int] | None = None


class Learner(taokit.Miner):
    """Learns from pictures that it draws itself, and answers all that wait with one product."""

    lessons = 6000

    async def setup(self) -> None:
        """Fit a matrix from features to digits: least squares with a small penalty."""
        chance = np.random.default_rng(1)
        digits = chance.integers(0, 10, self.lessons)
        seen = features(drawn(digits, chance))
        self.model = np.linalg.solve(seen.T @ seen + 10 * np.eye(seen.shape[1]), seen.T @ np.eye(10)[digits])

    @taokit.route(batch=Batch(size=32, wait_ms=5))
    def forward_batch(self, items: list[Recognise]) -> list[Recognise | Exception]:
        """An answer for each message, in order; what is no pictures gets an error of its own."""
        good = [item for item in items if fits(item.pictures)]
        if good:
            scores = features(np.concatenate([np.asarray(item.pictures) for item in good])) @ self.model
            for item, digits in zip(good, scores.argmax(axis=1).reshape(-1, COUNT).tolist(), strict=True):
                item.digits = digits
        wrong = ConfigurationError(f"pictures are uint8 of shape {(COUNT, SIDE, SIDE)}")
        return [item if fits(item.pictures) else wrong for item in items]


class Novice(Learner):
    """Has seen only a few pictures."""

    lessons = 60


class Constant(taokit.Miner):
    """Sees a one everywhere."""

    async def forward(self, synapse: Recognise) -> Recognise:
        """Right once in ten times."""
        synapse.digits = [1] * COUNT
        return synapse


class ImageValidator(taokit.Validator):
    """Draws pictures, and pays for digits that are right."""

    rounds_per_epoch = 6

    async def query(self, round: taokit.Round) -> dict[int, Recognise]:
        """Pictures for each miner, so that none can copy another's answer."""
        chance = np.random.default_rng(round.random.getrandbits(64))
        self.truth = {uid: chance.integers(0, 10, COUNT) for uid in round.uids}
        return {uid: Recognise(pictures=drawn(digits, chance)) for uid, digits in self.truth.items()}

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Recognise]]) -> dict[int, float]:
        """How far above luck each miner is."""
        return {r.uid: above_luck(self.truth[r.uid].tolist(), r.synapse.digits) for r in replies if r.synapse}


def above_luck(truth: Sequence[int], digits: Sequence[int] | None) -> float:
    """0 for what luck reaches, 1 for all right; 0 for an answer of another length."""
    if digits is None or len(digits) != len(truth):
        return 0.0
    right = sum(said == true for said, true in zip(digits, truth, strict=True)) / len(truth)
    return max(0.0, (right - LUCK) / (1 - LUCK))


def fits(pictures: npt.NDArray[Any] | None) -> bool:
    """Whether these are pictures as a message has them."""
    return pictures is not None and pictures.shape == (COUNT, SIDE, SIDE) and pictures.dtype == np.uint8


def features(pictures: Pixels) -> npt.NDArray[np.float64]:
    """What the model looks at, [pictures, features]: a one, each pixel, and each pixel times some near it."""
    flat = pictures.astype(np.float64) / 255
    pairs = [flat * np.roll(flat, step, axis=(1, 2)) for step in ((1, 0), (0, 1), (2, 0), (0, 2), (1, 1), (1, -1))]
    columns = [each.reshape(len(flat), -1) for each in (flat, *pairs)]
    return np.column_stack([np.ones(len(flat)), *columns])


def drawn(digits: npt.NDArray[np.int64], chance: np.random.Generator) -> Pixels:
    """A picture of each digit: moved by up to two pixels each way, from dim to bright, under noise."""
    pictures = np.zeros((len(digits), SIDE, SIDE))
    for picture, digit in zip(pictures, digits, strict=True):
        dots = [[bool(row >> bit & 1) for bit in (4, 3, 2, 1, 0)] for row in GLYPHS[digit]]
        top, left = chance.integers(1, 5, 2)
        picture[top : top + 7, left + 1 : left + 6] = np.array(dots) * chance.uniform(120, 220)
    return np.asarray(np.clip(pictures + chance.normal(0, NOISE, pictures.shape), 0, 255), dtype=np.uint8)


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
