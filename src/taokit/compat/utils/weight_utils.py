"""Weights between a script's arrays and the chain's integers (`bittensor.utils.weight_utils`). Arrays are numpy's.

Torch tensors are taken too, and arrays given back. The rules are those of SDK 10.5; its results are compared with.
"""

from __future__ import annotations

import logging
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

log = logging.getLogger("taokit.compat")

U16_MAX = 65_535
EPSILON = 1e-7

Floats: TypeAlias = npt.NDArray[np.floating[Any]]
Ints: TypeAlias = npt.NDArray[np.int64]


def normalize_max_weight(x: Any, limit: float = 0.1) -> Floats:
    """`x` with the sum 1 and no entry above `limit`; even shares where that cannot be. Entries are 0 or more."""
    weights = _array(x)
    n = len(weights)
    if weights.sum() == 0 or n * limit <= 1:
        return np.ones_like(weights) / n
    ascending = np.sort(weights)
    shares = ascending / ascending.sum()
    if shares.max() <= limit:
        return np.asarray(weights / weights.sum())
    running = np.cumsum(shares)
    above = (n - np.arange(n) - 1) * shares
    kept = int((shares / (above + running + EPSILON) < limit).sum())  # how many stay below the limit
    cutoff = (limit * running[kept - 1] - EPSILON) / (1 - limit * (n - kept)) * ascending.sum()
    capped = np.minimum(weights, cutoff)
    return np.asarray(capped / capped.sum())


def convert_weights_and_uids_for_emit(uids: Any, weights: Any) -> tuple[list[int], list[int]]:
    """Uids and integers, the largest 65535, without the zeros. Raises `ValueError` for what no chain holds."""
    numbers, values = _array(uids).tolist(), _array(weights).tolist()
    if len(numbers) != len(values):
        raise ValueError(f"{len(numbers)} uids and {len(values)} weights")
    if not np.isfinite(values).all() or min(values, default=0) < 0:
        raise ValueError("a weight is negative or no number")
    if min(numbers, default=0) < 0:
        raise ValueError("a uid is negative")
    largest = float(max(values, default=0))
    if largest == 0:
        return [], []
    scaled = [round(float(value) / largest * U16_MAX) for value in values]
    kept = [(int(uid), value) for uid, value in zip(numbers, scaled, strict=True) if value]
    return [uid for uid, _ in kept], [value for _, value in kept]


def convert_and_normalize_weights_and_uids(uids: Any, weights: Any) -> tuple[list[int], list[int]]:
    """The same with the uids ascending, as the chain wants them. Raises `ValueError` for a uid named twice."""
    chosen, values = convert_weights_and_uids_for_emit(uids, weights)
    if len(set(chosen)) < len(chosen):
        raise ValueError("a uid is named twice")
    pairs = sorted(zip(chosen, values, strict=True))
    return [uid for uid, _ in pairs], [value for _, value in pairs]


def convert_weight_uids_and_vals_to_tensor(n: int, uids: list[int], weights: list[int]) -> Floats:
    """A row of `n` shares from what the chain stores; their sum is 1, or 0 without weights."""
    row = np.zeros(n, dtype=np.float32)
    row[np.asarray(uids, dtype=np.int64)] = np.asarray(weights, dtype=np.float32)
    total = row.sum()
    return row / total if total > 0 else row


def process_weights_for_netuid(
    uids: Any, weights: Any, netuid: int, subtensor: Any, metagraph: Any = None, exclude_quantile: int = 0
) -> tuple[Ints, Floats]:
    """Uids and shares that a subnet's settings allow. `exclude_quantile` are 65535ths of the weights to leave out."""
    graph = subtensor.metagraph(netuid) if metagraph is None else metagraph
    return process_weights(
        uids,
        weights,
        num_neurons=int(graph.n),
        min_allowed_weights=subtensor.min_allowed_weights(netuid=netuid),
        max_weight_limit=subtensor.max_weight_limit(netuid=netuid),
        exclude_quantile=exclude_quantile,
    )


def process_weights(
    uids: Any,
    weights: Any,
    num_neurons: int,
    min_allowed_weights: int | None,
    max_weight_limit: float | None,
    exclude_quantile: int = 0,
) -> tuple[Ints, Floats]:
    """Uids and shares within the limits. With no weights at all everyone gets the same; with too few, a floor."""
    values = _array(weights).astype(np.float32)
    numbers = _array(uids)
    least, limit = min_allowed_weights or 0, 1.0 if max_weight_limit is None else max_weight_limit
    positive = np.flatnonzero(values > 0)
    if not len(positive) or num_neurons < least:
        log.warning("there are no weights: every uid gets the same")
        return np.arange(num_neurons), np.ones(num_neurons) / num_neurons
    if len(positive) < least:
        log.warning("%d weights where the subnet wants %d: every other uid gets a little", len(positive), least)
        row = np.full(num_neurons, 1e-5)
        row[positive] += values[positive]
        return np.arange(num_neurons), normalize_max_weight(row, limit)
    kept_uids, kept = numbers[positive], values[positive]
    quantile = min(exclude_quantile / U16_MAX, max(0, len(kept) - least) / len(kept))
    enough = kept >= np.quantile(kept, quantile)
    return kept_uids[enough], normalize_max_weight(kept[enough], limit)


def _array(values: Any) -> npt.NDArray[Any]:
    """An array of numpy from one, a torch tensor or a list."""
    return values.detach().cpu().numpy() if callable(getattr(values, "detach", None)) else np.asarray(values)


__all__ = [
    "convert_and_normalize_weights_and_uids",
    "convert_weight_uids_and_vals_to_tensor",
    "convert_weights_and_uids_for_emit",
    "normalize_max_weight",
    "process_weights",
    "process_weights_for_netuid",
]
