"""Amounts as SDK 10 has them: floats of TAO outside, whole rao inside."""

from __future__ import annotations

from dataclasses import dataclass
from functools import total_ordering
from typing import TypeAlias

import taokit.units as units

Other: TypeAlias = "Balance | float"


@total_ordering
@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """An amount in rao. A plain number beside it means whole TAO. Two currencies never mix: that is a `TypeError`."""

    rao: int
    netuid: int = 0  # 0 is TAO, any other number that subnet's alpha

    @classmethod
    def from_tao(cls, amount: float, netuid: int = 0) -> Balance:
        """The balance of so many whole units, rounded down to a rao."""
        return cls(units.Balance.from_tao(amount).rao, netuid)

    @classmethod
    def from_rao(cls, amount: int, netuid: int = 0) -> Balance:
        """The balance of so many rao."""
        return cls(int(amount), netuid)

    @classmethod
    def of(cls, amount: units.Balance) -> Balance:
        """The same amount in these words."""
        return cls(amount.rao, amount.netuid)

    @property
    def tao(self) -> float:
        """The amount in whole units."""
        return self.rao / units.RAO_PER_TAO

    def _rao(self, other: Other) -> int:
        if not isinstance(other, Balance):
            return units.Balance.from_tao(other).rao
        if other.netuid != self.netuid:
            raise TypeError(f"cannot mix subnet {self.netuid}'s currency with subnet {other.netuid}'s")
        return other.rao

    def __add__(self, other: Other) -> Balance:
        return Balance(self.rao + self._rao(other), self.netuid)

    __radd__ = __add__

    def __sub__(self, other: Other) -> Balance:
        return Balance(self.rao - self._rao(other), self.netuid)

    def __mul__(self, times: float) -> Balance:
        return Balance(int(self.rao * times), self.netuid)

    __rmul__ = __mul__

    def __truediv__(self, by: float) -> Balance:
        return Balance(int(self.rao / by), self.netuid)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Balance | int | float) and self.rao == self._rao(other)

    def __lt__(self, other: Other) -> bool:
        return self.rao < self._rao(other)

    def __hash__(self) -> int:
        return hash((self.rao, self.netuid))

    def __float__(self) -> float:
        return self.tao

    def __int__(self) -> int:
        return self.rao

    def __bool__(self) -> bool:
        return self.rao != 0

    def __str__(self) -> str:
        return f"{units.Balance(self.rao, self.netuid).symbol}{self.tao:,.9f}"


__all__ = ["Balance"]
