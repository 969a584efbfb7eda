"""What can happen to a subnet: acts as values, and what the chain says where it does not take one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from taokit.consensus import Row
from taokit.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class Weigh:
    """A validator submits weights: stored at once, or sealed where the subnet has commit-reveal on."""

    uid: int
    row: Row
    block: int | None = None  # None: the block before the epoch
    hashed: bool = False  # sealed by a hash, which needs a `Reveal`, and not by a timelock
    mechanism: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """A validator opens its hash commits whose epoch has come."""

    uid: int
    block: int | None = None
    mechanism: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """A newcomer gets a uid: the one named, a free one, or that of the neuron which is pruned for it."""

    uid: int | None = None
    alpha: int = 0  # rao
    tao: int = 0  # rao
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stake:
    """The stake of a uid from now on, in rao; None leaves it as it is."""

    uid: int
    alpha: int | None = None
    tao: int | None = None
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Alpha stake that comes to a uid, or leaves it when negative, in rao."""

    uid: int
    alpha: int
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Another value of a setting: a hyperparameter, or one of the subnet such as `pot` and `reveal_period`.

    Another `mechanism_count` forgets what mechanisms too many held, and the `split`; see `Subnet` for both.
    """

    name: str
    value: int | bool | tuple[int, ...] | None
    block: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetBonds:
    """All bonds on a miner are dropped, on every mechanism, as when it restarts and says so."""

    uid: int
    block: int | None = None


Act: TypeAlias = Weigh | Reveal | Register | Stake | Flow | Change | ResetBonds


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that the chain would not take, by the chain's own name for the reason."""

    block: int
    uid: int
    reason: str


def checked_row(uid: int, row: Any) -> Row:
    """The row, if it is an array of (uid, value) pairs of uint16; raises `ConfigurationError` otherwise."""
    if not isinstance(row, np.ndarray) or row.dtype != np.uint16 or row.shape[1:] != (2,):
        raise ConfigurationError(
            f"the weights of uid {uid} are no array of (uid, value) pairs of uint16",
            hint="make them with taokit.lab.row",
        )
    return row


__all__ = ["Act", "Change", "Flow", "Refusal", "Register", "ResetBonds", "Reveal", "Stake", "Weigh", "checked_row"]
