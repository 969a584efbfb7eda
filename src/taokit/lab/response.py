"""What a dishonest validator would report: the best response to the others, found by following gradients.

Found on relaxed Yuma and judged by the exact one. Needs the `torch` extra.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float

from taokit.consensus import Hyperparameters
from taokit.errors import ConfigurationError
from taokit.lab.behaviours import Scores, every_epoch, row
from taokit.lab.measures import returns
from taokit.lab.relaxed import relaxed_parameters, relaxed_run
from taokit.lab.simulate import simulate
from taokit.lab.world import founded
from taokit.units import RAO_PER_TAO

Rows = Float[np.ndarray, "epochs miners"]


@dataclass(frozen=True, slots=True)
class Game:
    """Honest validators whose weights are known, and one more that chooses its own."""

    stakes: tuple[float, ...]  # alpha; the last is the dishonest one's
    honest: Float[np.ndarray, "validators epochs miners"]  # scores, of any scale
    parameters: Hyperparameters
    delay: int = 0  # epochs after which it learns what the honest report

    @property
    def epochs(self) -> int:
        """How long the game lasts."""
        return int(self.honest.shape[1])


def best_response(game: Game, *, steps: int = 300, rate: float = 0.05, temperature: float = 3e-3) -> Rows:
    """The rows, shares of one, that bring the dishonest validator the most dividends on relaxed Yuma.

    With a delay it cannot answer what it has not seen: it chooses one rule for the whole game, how much to give to
    the miner that ranked first, second … when it last looked. Without one it chooses every row by itself. Raises
    `ConfigurationError` where stakes and rows do not fit.
    """
    if len(game.stakes) != len(game.honest) + 1:
        raise ConfigurationError(f"{len(game.stakes)} stakes for {len(game.honest)} honest validators and one more")
    parameters = relaxed_parameters(game.parameters, temperature=temperature)
    stake = torch.tensor(game.stakes, dtype=torch.float64)
    known = torch.from_numpy(game.honest / game.honest.sum(axis=-1, keepdims=True))
    chosen = torch.zeros((1 if game.delay else game.epochs, game.honest.shape[2]), dtype=torch.float64)
    if not game.delay:
        chosen = known.mean(0).clamp_min(1e-3).log()
    chosen.requires_grad_()
    moves = torch.optim.Adam([chosen], lr=rate)
    for _ in range(steps):
        own = _rows(chosen, game)
        weights = [torch.cat([known[:, epoch], own[epoch][None]]) for epoch in range(game.epochs)]
        run = relaxed_run(stake / stake.sum(), weights, parameters)
        loss = -torch.stack([epoch.dividends[-1] for epoch in run]).sum()
        moves.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        moves.step()
    rows: Rows = _rows(chosen, game).detach().numpy()
    return rows


def _rows(chosen: torch.Tensor, game: Game) -> torch.Tensor:
    shares = torch.softmax(chosen, dim=-1)
    if not game.delay:
        return shares
    return torch.stack([shares[0][torch.from_numpy(place)] for place in _seen_places(game)])


def _seen_places(game: Game) -> Sequence[np.ndarray]:
    """By epoch, each miner's place among the miners as the dishonest validator last saw them; the best is 0."""
    weighted = np.tensordot(np.array(game.stakes[:-1]), game.honest, axes=1)
    seen = [weighted[max(0, epoch - game.delay)] for epoch in range(game.epochs)]
    return [np.argsort(np.argsort(-line, kind="stable"), kind="stable") for line in seen]


def exact_return(game: Game, rows: Sequence[Scores]) -> float:
    """What these rows earn the dishonest validator for its stake on exact Yuma; 1 is paid by stake."""
    count, miners = len(game.stakes), game.honest.shape[2]
    initial = founded(
        [*(int(stake * RAO_PER_TAO) for stake in game.stakes), *[0] * miners],
        validators=count,
        parameters=game.parameters,
    )
    lines = [*game.honest, np.asarray(rows)]
    behaviours = [every_epoch(uid, [row(line, first=count) for line in given]) for uid, given in enumerate(lines)]
    return returns(list(simulate(initial, behaviours, game.epochs)), [count - 1])[0]


__all__ = ["Game", "best_response", "exact_return"]
