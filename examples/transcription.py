"""Transcription: sound goes out, words come back, and the word error rate says how good they are.

The sound is made on the spot, so that nothing has to be downloaded and the words are known: Morse code at an unknown
speed and pitch, under noise. A recogniser of speech is hundreds of megabytes; what surrounds it here stays the same.

    python examples/transcription.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: sound as an array in a message, the word error rate, and a task that grows harder with what the
validator turns up (the noise), so that better miners can be told apart.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Sequence
from itertools import groupby

import numpy as np
import numpy.typing as npt

import taokit
from taokit import Question, Tensor
from taokit.cli.main import main

RATE = 4000  # samples in a second
SIGNS = ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.-- --.."
MORSE = dict(zip("abcdefghijklmnopqrstuvwxyz", SIGNS.split(), strict=True))  # ITU-R M.1677-1
COUNT = 5  # words in a sound
Sound = npt.NDArray[np.float64]


class Transcribe(taokit.Synapse):
    """Sound, to be written down as words."""

    sound: Tensor | None = Question(None)  # [samples], int16, `RATE` in a second
    text: str | None = None


class Listener(taokit.Miner):
    """Finds the pitch, follows its loudness, and measures how long the shortest signs are."""

    def forward(self, synapse: Transcribe) -> Transcribe:
        """The words; a plain `def` runs in a thread."""
        assert synapse.sound is not None
        sound = np.asarray(synapse.sound, dtype=np.float64)
        loud = envelope(sound, self.pitch(sound))
        runs = [(on, sum(1 for _ in run)) for on, run in groupby(loud > (loud.min() + loud.max()) / 2)]
        synapse.text = spelled(runs, self.dot([length for on, length in runs if on]))
        return synapse

    def pitch(self, sound: Sound) -> float:
        """The strongest frequency, in hertz."""
        return float(np.abs(np.fft.rfft(sound))[1:].argmax() + 1) * RATE / len(sound)

    def dot(self, marks: Sequence[int]) -> float:
        """The length of a dot in samples. A dash is three: the longest marks tell it more surely than the shortest."""
        return float(np.percentile(marks, 90)) / 3 if marks else 1.0


class Deaf(Listener):
    """Believes that everybody sends at the pitch and the speed that it knows."""

    def pitch(self, sound: Sound) -> float:
        """A fixed one."""
        return 600.0

    def dot(self, marks: Sequence[int]) -> float:
        """A fixed one, too."""
        return 0.05 * RATE


class TranscriptionValidator(taokit.Validator):
    """Sends words as sound, and pays by the word error rate."""

    rounds_per_epoch = 4

    async def query(self, round: taokit.Round) -> Transcribe:
        """The sound of this round."""
        self.words = [word(round.random) for _ in range(COUNT)]
        return Transcribe(sound=sent(" ".join(self.words), round.random))

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Transcribe]]) -> dict[int, float]:
        """The share of the words that are right, by uid."""
        said = {reply.uid: (reply.synapse.text or "")[:1000].split() for reply in replies if reply.synapse is not None}
        return {uid: max(0.0, 1 - word_error_rate(self.words, words)) for uid, words in said.items()}


def word(draw: random.Random) -> str:
    """One of 343 000 words that can be said: out of a list of some dozens, fixed words would be right too often."""
    return "".join(draw.choice("bdfgklmnprstvz") + draw.choice("aeiou") for _ in range(3))


def word_error_rate(truth: Sequence[str], said: Sequence[str]) -> float:
    """Words put in, left out and changed on the shortest way from one to the other, by the number of true words."""
    row = list(range(len(said) + 1))
    for place, true in enumerate(truth, 1):
        above, row = row, [place]
        for column, word in enumerate(said, 1):
            row.append(min(above[column] + 1, row[-1] + 1, above[column - 1] + (true != word)))
    return row[-1] / len(truth)


def sent(text: str, draw: random.Random, noise: float = 0.5) -> npt.NDArray[np.int16]:
    """The sound of a text at a random pitch and speed; `noise` is its strength as a share of the tone's."""
    dot, pitch = int(draw.uniform(0.02, 0.04) * RATE), draw.uniform(450, 900)
    keyed = np.repeat([mark == "=" for mark in keying(text)], dot).astype(np.float64)
    keyed = np.pad(keyed, 5 * dot)
    chance = np.random.default_rng(draw.getrandbits(64))
    tone = keyed * np.sin(2 * np.pi * pitch * np.arange(len(keyed)) / RATE)
    return np.asarray(8000 * (tone + noise * chance.normal(size=len(keyed))), dtype=np.int16)


def keying(text: str) -> str:
    """A character for each dot's length: `=` with the key down. Three between letters, seven between words."""
    signs = {".": "=", "-": "==="}
    words = ["...".join(".".join(signs[sign] for sign in MORSE[letter]) for letter in word) for word in text.split()]
    return ".......".join(words)


def envelope(sound: Sound, pitch: float) -> Sound:
    """How loud the pitch is at each sample, averaged over a sixtieth of a second and cut at what is usual."""
    turned = sound * np.exp(-2j * np.pi * pitch * np.arange(len(sound)) / RATE)
    window = np.hanning(RATE // 60)
    loud = np.abs(np.convolve(turned, window / window.sum(), mode="same"))
    return np.asarray(np.clip(loud, *np.percentile(loud, [20, 95])))


def spelled(runs: Sequence[tuple[bool, int]], dot: float) -> str:
    """The text of marks and gaps in samples; signs that are no letter are left out."""
    letters = {signs: letter for letter, signs in MORSE.items()}
    text, signs = "", ""
    for on, length in [*runs, (False, int(8 * dot))]:
        if length < dot / 3:
            continue  # a crackle
        if on:
            signs += "." if length < 2 * dot else "-"
        elif length >= 2 * dot:
            text, signs = text + letters.get(signs, "") + (" " if length >= 5 * dot else ""), ""
    return text.strip()


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
