"""The language model that miners answer with, and that validators check answers by."""

from __future__ import annotations

{% if cookiecutter.answers == "streaming" -%}
from collections.abc import Iterator
{% endif -%}
from dataclasses import dataclass
from typing import Any

import torch
from pydantic import BaseModel


class Shared(BaseModel):
    """What miners and validators agree on."""

    model: str = ""  # a name on the Hugging Face hub or a folder; without one, a small untrained model


@dataclass(frozen=True)
class LanguageModel:
    """A causal model and its tokens."""

    model: Any
    tokenizer: Any

    @classmethod
    def load(cls, name: str) -> LanguageModel:
        """The named model, else one that is made on the spot and the same everywhere."""
        from transformers import AutoModelForCausalLM, AutoTokenizer

        if not name:
            return cls._untrained()
        model: Any = AutoModelForCausalLM.from_pretrained(name)
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return cls(model.to(device).eval(), AutoTokenizer.from_pretrained(name))

    @classmethod
    def _untrained(cls) -> LanguageModel:
        from transformers import ByT5Tokenizer, GPT2Config, GPT2LMHeadModel

        tokenizer = ByT5Tokenizer()
        config = GPT2Config(
            vocab_size=len(tokenizer), n_embd=32, n_layer=2, n_head=2, n_positions=256,
            bos_token_id=None, eos_token_id=None, pad_token_id=0, initializer_range=0.5,
        )  # fmt: skip
        with torch.random.fork_rng():
            torch.manual_seed(0)
            model: Any = GPT2LMHeadModel(config)
        return cls(model.eval(), tokenizer)

    def encode(self, text: str) -> list[int]:
        """The tokens of a text, cut to 64."""
        found: list[int] = self.tokenizer(text, add_special_tokens=False)["input_ids"][:64]
        return found or [0]

    def decode(self, tokens: list[int]) -> str:
        """The text of tokens."""
        return str(self.tokenizer.decode(tokens))

    @torch.no_grad()
    def generate(self, prompts: list[list[int]], count: int) -> list[list[int]]:
        """The most likely continuation of each prompt, all of them together."""
        longest = max(map(len, prompts))
        padding = [[0] * (longest - len(prompt)) for prompt in prompts]
        given = torch.tensor([pad + prompt for pad, prompt in zip(padding, prompts, strict=True)])
        seen = torch.tensor([pad + [1] * (longest - len(pad)) for pad in padding])
        whole = self.model.generate(
            given.to(self.model.device), attention_mask=seen.to(self.model.device),
            max_new_tokens=count, min_new_tokens=count, do_sample=False,
        )  # fmt: skip
        return [[int(token) for token in row] for row in whole[:, longest:].tolist()]
{%- if cookiecutter.answers == "streaming" %}

    @torch.no_grad()
    def stream(self, prompt: list[int], count: int) -> Iterator[int]:
        """The most likely continuation, each token as soon as it is known."""
        given, before = torch.tensor([prompt], device=self.model.device), None
        for _ in range(count):
            made = self.model(given, past_key_values=before, use_cache=True)
            given, before = made.logits[:, -1:].argmax(dim=-1), made.past_key_values
            yield int(given)
{%- endif %}

    @torch.no_grad()
    def agreement(self, prompt: list[int], answer: list[int]) -> float:
        """The share of the tokens, 0 to 1, that the model would choose at their place: one pass for all of them."""
        given = torch.tensor([prompt + answer], device=self.model.device)
        if given.max() >= self.model.config.vocab_size or given.min() < 0:
            return 0.0
        logits = self.model(given).logits[0, len(prompt) - 1 : -1]
        chosen = logits.gather(1, given[0, len(prompt) :, None])[:, 0]
        return float((chosen >= logits.amax(dim=1) - 0.05).float().mean())  # GPUs differ in the last digits