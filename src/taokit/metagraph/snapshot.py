"""One subnet at one block, as a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from jaxtyping import Bool, Float, Int, UInt

from taokit.errors import ConfigurationError
from taokit.metagraph import table

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Uids: TypeAlias = UInt[np.ndarray, " uids"]
Rows: TypeAlias = dict[int, UInt[np.ndarray, "entries 2"]]
"""By uid of the row's owner: `[entries, 2]` pairs of (uid, value) in stored order, uint16; an absent uid is empty."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a neuron serves, as it says on chain. The chain does not vet addresses."""

    ip: str  # literal address
    port: int
    protocol: int = 4
    version: int = 0
    block: int = 0  # of the record

    @property
    def serving(self) -> bool:
        """Whether the record names a place at all: its address is not zero."""
        return self.ip not in ("0.0.0.0", "::") and self.port != 0  # noqa: S104  compared, not bound


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """The settings of a subnet that a neuron acts on."""

    tempo: int  # blocks between epochs
    immunity_period: int  # blocks
    min_allowed_weights: int  # entries
    max_weights_limit: int  # 65535 is no limit
    weights_version: int  # 0: any
    weights_rate_limit: int  # blocks
    activity_cutoff: int  # blocks
    max_validators: int  # permits
    max_uids: int
    kappa: int  # of 65535
    serving_rate_limit: int  # blocks
    commit_reveal: bool
    reveal_period: int  # epochs
    liquid_alpha: bool
    burn: int  # rao of TAO, what a registration costs now
    registration_allowed: bool


@dataclass(frozen=True, eq=False)
class Metagraph:
    """One subnet at one block. Row i of every array is the neuron with uid i; all of it comes from one block hash.

    Two are equal when everything in them is.
    """

    netuid: int
    block: int
    block_hash: bytes
    name: str
    owner_hotkey: str  # ss58
    owner_coldkey: str  # ss58
    last_step: int  # block of the last epoch that paid out; 0 before the first
    blocks_since_last_step: int
    parameters: Hyperparameters
    hotkeys: tuple[str, ...]  # ss58
    coldkeys: tuple[str, ...]  # ss58
    endpoints: tuple[Endpoint, ...]
    active: Bool[np.ndarray, " uids"]
    validator_permit: Bool[np.ndarray, " uids"]
    last_update: UInt[np.ndarray, " uids"]  # block of the neuron's last weights, commit or registration
    block_at_registration: UInt[np.ndarray, " uids"]
    alpha_stake: UInt[np.ndarray, " uids"]  # rao of the subnet's alpha, children and parents counted in
    tao_stake: UInt[np.ndarray, " uids"]  # rao of root TAO, before its weight
    stake: UInt[np.ndarray, " uids"]  # rao; alpha and weighted TAO together, what consensus counts
    incentive: UInt[np.ndarray, " uids"]  # 65535 is the whole
    consensus: UInt[np.ndarray, " uids"]  # 65535 is the whole
    dividends: UInt[np.ndarray, " uids"]  # 65535 is the whole
    validator_trust: UInt[np.ndarray, " uids"]  # 65535 is the whole; empty where the read does not carry it
    emission: UInt[np.ndarray, " uids"]  # rao of alpha paid at the last epoch
    weights: Rows = field(default_factory=dict)
    bonds: Rows = field(default_factory=dict)

    def __post_init__(self) -> None:
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Metagraph):
            return NotImplemented
        return all(_same(getattr(self, item.name), getattr(other, item.name)) for item in fields(self))

    __hash__ = None  # type: ignore[assignment]  # arrays have none

    @property
    def n(self) -> int:
        """The number of uids."""
        return len(self.hotkeys)

    @property
    def uids(self) -> range:
        """Every uid, ascending."""
        return range(self.n)

    @cached_property
    def uid_by_hotkey(self) -> dict[str, int]:
        """The uid of each hotkey."""
        return {hotkey: uid for uid, hotkey in enumerate(self.hotkeys)}

    def uid_of(self, hotkey: str) -> int | None:
        """The uid of a hotkey, or None when it is not registered."""
        return self.uid_by_hotkey.get(hotkey)

    def serving(self) -> list[int]:
        """The uids whose record names an address, ascending."""
        return [uid for uid in self.uids if self.endpoints[uid].serving]

    def share(self, column: UInt[np.ndarray, " uids"]) -> Float[np.ndarray, " uids"]:
        """A column of 65535ths as fractions, 0 to 1."""
        return np.asarray(column, dtype=np.float64) / 65535.0

    def row(self, rows: Rows, uid: int) -> Int[np.ndarray, " uids"]:
        """One neuron's row of weights or bonds as a dense int64 vector."""
        dense = np.zeros(self.n, dtype=np.int64)
        if uid in rows:
            dense[rows[uid][:, 0]] = rows[uid][:, 1]
        return dense

    @cached_property
    def columns(self) -> dict[str, table.Column]:
        """Everything there is one of for each uid, by name: `uid`, `hotkey`, `coldkey`, `ip`, `port`, and each array.

        Every one has `n` entries; `validator_trust` is left out where the read did not carry it.
        """
        own = {item.name: getattr(self, item.name) for item in fields(self)}
        return {
            "uid": np.arange(self.n),
            "hotkey": np.array(self.hotkeys),
            "coldkey": np.array(self.coldkeys),
            "ip": np.array([one.ip for one in self.endpoints]),
            "port": np.array([one.port for one in self.endpoints], dtype=np.uint16),
            **{name: value for name, value in own.items() if isinstance(value, np.ndarray) and len(value) == self.n},
        }

    def column(self, name: str) -> table.Column:
        """One of `columns`. Raises `ConfigurationError`, with the nearest name, where there is none of this name."""
        return table.named(self.columns, name)

    def pick(self, mask: Bool[np.ndarray, " uids"]) -> Int[np.ndarray, " picked"]:
        """The uids at which the mask is true, ascending: `graph.pick(graph.validator_permit & (graph.stake > 0))`.

        Raises `ConfigurationError` for a mask of another length.
        """
        if np.shape(mask) != (self.n,):
            raise ConfigurationError(f"a mask of {np.shape(mask)} entries does not fit {self.n} uids")
        return np.flatnonzero(mask)

    def sort(
        self, by: str, *, ascending: bool = False, among: Sequence[int] | Int[np.ndarray, " picked"] | None = None
    ) -> Int[np.ndarray, " picked"]:
        """The uids (all, or those named) by a column, largest first; the lower uid first where two are equal."""
        uids = np.arange(self.n) if among is None else np.unique(np.asarray(among, dtype=np.int64))
        values = self.column(by)[uids]
        return uids[np.argsort(values, kind="stable") if ascending else table.descending(values)]

    def top(
        self, k: int, by: str, *, among: Sequence[int] | Int[np.ndarray, " picked"] | None = None
    ) -> Int[np.ndarray, " picked"]:
        """The `k` uids with the most of a column, the most first; fewer where there are fewer."""
        return self.sort(by, among=among)[: max(k, 0)]

    def to_arrow(
        self, columns: Sequence[str] | None = None, *, uids: Sequence[int] | Int[np.ndarray, " picked"] | None = None
    ) -> pa.Table:
        """The columns (all, or those named) of the uids (all, or those named, in their order) as an Arrow table.

        Raises `ConfigurationError` for an unknown column, and without pyarrow (extra `lab`).
        """
        return table.arrow(table.chosen(self.columns, columns, uids))

    def to_pandas(
        self, columns: Sequence[str] | None = None, *, uids: Sequence[int] | Int[np.ndarray, " picked"] | None = None
    ) -> pd.DataFrame:
        """The same as a pandas frame, indexed by uid. Raises `ConfigurationError` without pandas (extra `lab`)."""
        names = None if columns is None else ["uid", *(name for name in columns if name != "uid")]
        return table.frame(table.chosen(self.columns, names, uids))


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(_same(row, other[uid]) for uid, row in one.items())
    return np.array_equal(one, other) if isinstance(one, np.ndarray) else bool(one == other)


__all__ = ["Endpoint", "Hyperparameters", "Metagraph", "Rows"]
