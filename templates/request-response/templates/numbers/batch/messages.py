"""What validators ask and miners answer, and the vectors that both know."""

import functools

import torch
from taokit import Synapse

ROWS, WIDTH = 4096, 64


class Nearest(Synapse):
    """Name the row that is most like this vector."""

    required_hash_fields = ("vector",)  # bound by the signature in the legacy format

    vector: list[float]  # WIDTH numbers
    row: int | None = None  # answered: a default of None marks an answer


@functools.cache
def bank() -> torch.Tensor:
    """The vectors to search, [ROWS, WIDTH], each of length 1; the same for everybody."""
    numbers = torch.randn(ROWS, WIDTH, generator=torch.Generator().manual_seed(1), dtype=torch.float32)
    return torch.nn.functional.normalize(numbers, dim=1)