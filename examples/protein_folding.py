"""Protein folding in small: find the shape of a chain in which its energy is lowest.

The model is the AB chain of Stillinger, Head-Gordon and Hirshfeld (1993), in three dimensions: beads of two kinds on
bonds of length 1, a cost for each bend, A and A attract each other strongly, B and B weakly, A and B push each other
away. The search takes thousands of evaluations of the energy with its gradient; the check takes one.

    pip install 'taokit[torch]'
    python examples/protein_folding.py        the whole subnet on this machine, the same as `taokit dev` of this file

What it teaches: expensive work with a cheap check, torch on a GPU where there is one, many starts in one batch, and
answers whose constraints (the bonds) are checked before their score.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel

import taokit
from taokit import Tensor
from taokit.cli.main import main

try:
    import torch
except ModuleNotFoundError:
    sys.exit("error: this example needs torch\nhint: pip install 'taokit[torch]'")

BEADS = 16
TOLERANCE = 1e-6  # by which a bond may differ from 1
FAR = 1e6  # where no chain goes


class Fold(taokit.Synapse):
    """Fold this chain."""

    required_hash_fields = ("chain",)

    chain: str  # of A and B
    places: Tensor | None = None  # [beads, 3], float64


class Folder(taokit.Miner):
    """Goes downhill from many random shapes at once, and keeps the lowest."""

    class Settings(BaseModel):
        """How hard it tries."""

        starts: int = 24
        steps: int = 150

    settings: Settings

    @taokit.route(at_once=1)
    def forward(self, synapse: Fold) -> Fold:
        """The best shape found; a plain `def` runs in a thread."""
        synapse.places = folded(synapse.chain, starts=self.settings.starts, steps=self.settings.steps)
        return synapse


class Hasty(Folder):
    """Takes the first shape, and a few steps."""

    class Settings(BaseModel):
        """Hardly."""

        starts: int = 1
        steps: int = 10


class Stretcher(taokit.Miner):
    """Breaks the bonds: puts all beads of a kind where they attract each other most."""

    async def forward(self, synapse: Fold) -> Fold:
        """A wonderful energy, of no chain."""
        synapse.places = np.random.default_rng(1).normal(0, 0.8, (len(synapse.chain), 3))
        return synapse


class FoldValidator(taokit.Validator):
    """Draws chains, and pays by how low the energy is."""

    rounds_per_epoch = 2

    async def query(self, round: taokit.Round) -> Fold:
        """A chain that nobody has folded yet."""
        return Fold(chain="".join(round.random.choice("AAB") for _ in range(BEADS)))

    def score(self, round: taokit.Round, replies: Sequence[taokit.Reply[Fold]]) -> dict[int, float]:
        """How far below 0 the energy of each answer is; 0 for one above, and for what is no chain."""
        return {reply.uid: depth(reply.synapse) for reply in replies if reply.synapse is not None}


def depth(answer: Fold) -> float:
    """The energy of an answer below 0, or 0; 0 for broken bonds."""
    if not is_chain(answer.places, len(answer.chain)):
        return 0.0
    found = energy(torch.tensor(answer.places), attraction(answer.chain)).item()
    return max(0.0, -found) if np.isfinite(found) else 0.0


def is_chain(places: npt.NDArray[Any] | None, beads: int) -> bool:
    """Whether these are the places of so many beads on bonds of length 1."""
    if places is None or places.shape != (beads, 3) or places.dtype != np.float64:
        return False
    if not (np.abs(places) < FAR).all():
        return False  # too far away to measure a bond, or not finite
    lengths = np.linalg.norm(np.diff(places, axis=0), axis=1)
    return bool((np.abs(lengths - 1) < TOLERANCE).all())


def attraction(chain: str) -> torch.Tensor:
    """How much each two beads attract each other, [beads, beads]: 1 for A and A, 1/2 for B and B, -1/2 for A and B."""
    kind = torch.tensor([1.0 if bead == "A" else -1.0 for bead in chain], dtype=torch.float64)
    return (1 + kind[:, None] + kind[None, :] + 5 * kind[:, None] * kind[None, :]) / 8


def energy(places: torch.Tensor, attracts: torch.Tensor) -> torch.Tensor:
    """The energy of each shape in a batch: [..., beads, 3] in, [...] out."""
    bonds = places[..., 1:, :] - places[..., :-1, :]
    bending = (1 - (bonds[..., 1:, :] * bonds[..., :-1, :]).sum(-1)).sum(-1) / 4
    first, second = torch.triu_indices(len(attracts), len(attracts), offset=2)  # neighbours on the chain do not count
    near = ((places[..., first, :] - places[..., second, :]) ** 2).sum(-1) ** -3
    return bending + 4 * (near**2 - attracts[first, second] * near).sum(-1)


def folded(chain: str, *, starts: int, steps: int, seed: int = 0) -> npt.NDArray[np.float64]:
    """The lowest shape that is found from so many random ones in so many steps, [beads, 3]."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    attracts = attraction(chain).to(device)
    draw = torch.Generator().manual_seed(seed)
    steers = torch.randn(starts, len(chain) - 1, 3, generator=draw, dtype=torch.float64)
    steers[..., 0] += 1.5  # a chain that starts stretched does not start in a knot
    steers = steers.to(device).requires_grad_()
    descent = torch.optim.Adam([steers], lr=0.05)
    for _ in range(steps):
        descent.zero_grad()
        softened(energy(shape(steers), attracts)).sum().backward()  # type: ignore[no-untyped-call]
        descent.step()
    with torch.no_grad():
        shapes = shape(steers)
        lowest = shapes[energy(shapes, attracts).nan_to_num(torch.inf).argmin()]
    found: npt.NDArray[np.float64] = lowest.cpu().numpy()
    return found


def softened(found: torch.Tensor) -> torch.Tensor:
    """The same order, and slopes that two beads on top of each other do not blow up."""
    return torch.asinh(found)


def shape(steers: torch.Tensor) -> torch.Tensor:
    """Chains whose bonds point where they are steered, each of length 1."""
    bonds = torch.nn.functional.normalize(steers, dim=-1)
    return torch.nn.functional.pad(bonds.cumsum(-2), (0, 0, 1, 0))


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
