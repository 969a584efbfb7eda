"""A miner that batches a model of transformers on the CPU: tiny, made here, with random weights."""

import asyncio

import pytest

from taokit import Batch, Dendrite, Miner, Synapse, Target, route
from worlds import World

WORDS = 64


class Continue(Synapse):
    required_hash_fields = ("tokens",)
    tokens: list[int]
    next_tokens: list[int] | None = None


class Writes(Miner):
    """Continues each prompt with the likeliest tokens, several prompts in one pass, padded on the left."""

    sizes: list[int]

    async def setup(self):
        self.torch, self.model, self.sizes = *tiny_model(), []

    @route(batch=Batch(size=8, wait_ms=2_000))
    def forward_batch(self, items: list[Continue]) -> list[Continue | Exception]:
        self.sizes.append(len(items))
        good = [item for item in items if item.tokens and max(item.tokens) < WORDS]
        for item, tokens in zip(good, generated(self.torch, self.model, [item.tokens for item in good]), strict=True):
            item.next_tokens = tokens
        return [item if item in good else ValueError("unknown token") for item in items]


def tiny_model():
    torch = pytest.importorskip("torch")
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(3)
    config = transformers.GPT2Config(
        vocab_size=WORDS, n_positions=32, n_embd=16, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0
    )
    return torch, transformers.GPT2LMHeadModel(config).eval()


def generated(torch, model, prompts, new=4):
    longest = max(map(len, prompts))
    ids = torch.tensor([[0] * (longest - len(prompt)) + prompt for prompt in prompts])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt in prompts])
    with torch.inference_mode():
        out = model.generate(
            ids, attention_mask=mask, max_new_tokens=new, min_new_tokens=new, do_sample=False, pad_token_id=0
        )
    return out[:, longest:].tolist()


async def test_prompts_of_several_callers_go_through_the_model_together(tmp_path):
    torch, model = tiny_model()
    world = World(tmp_path, miners=["a"], validators=["v", "w"])
    role = Writes()
    miner = world.neuron("a", role)
    await miner.start()
    prompts = [[5, 9], [7], [11, 12, 13], [99], [1, 2, 3, 4], [8, 8], [21], [30, 31]]
    try:
        target = Target(await world.uid("a"), world.keys["a"].ss58, "127.0.0.1", miner.port)
        async with (
            Dendrite(world.keys["v"], allow_private=True) as v,
            Dendrite(world.keys["w"], allow_private=True) as w,
        ):
            asks = ((v, w)[n % 2].ask(target, Continue(tokens=prompt)) for n, prompt in enumerate(prompts))
            replies = await asyncio.gather(*asks)
    finally:
        await miner.stop()
    assert role.sizes == [8]
    assert [reply.status for reply in replies] == [200, 200, 200, 500, 200, 200, 200, 200]
    for prompt, reply in zip(prompts, replies, strict=True):
        if reply.ok:
            assert reply.synapse.next_tokens == generated(torch, model, [prompt])[0]
