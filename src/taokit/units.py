"""Amounts of TAO and of alpha, which never mix."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

RAO_PER_TAO = 10**9
"""Rao in one TAO, and in one alpha."""


@dataclass(frozen=True, slots=True, order=False)
class Balance:
    """An amount of one currency, in whole rao. Adding TAO to alpha, or one subnet's alpha to another's, raises."""

    rao: int
    netuid: int = 0
    """0 is TAO, any other number is that subnet's alpha."""

    @classmethod
    def from_tao(cls, amount: str | float | Decimal, netuid: int = 0) -> Balance:
        """The balance of `amount` whole units, rounded down to a rao."""
        return cls(int(Decimal(str(amount)) * RAO_PER_TAO), netuid)

    @property
    def tao(self) -> Decimal:
        """The amount in whole units, exactly."""
        return Decimal(self.rao) / RAO_PER_TAO

    def _same(self, other: Balance) -> int:
        if self.netuid != other.netuid:
            raise TypeError(f"cannot mix {self.unit} with {other.unit}")
        return other.rao

    @property
    def unit(self) -> str:
        """`TAO`, or `alpha of subnet N`."""
        return f"alpha of subnet {self.netuid}" if self.netuid else "TAO"

    def __add__(self, other: Balance) -> Balance:
        return Balance(self.rao + self._same(other), self.netuid)

    def __sub__(self, other: Balance) -> Balance:
        return Balance(self.rao - self._same(other), self.netuid)

    def __lt__(self, other: Balance) -> bool:
        return self.rao < self._same(other)

    def __le__(self, other: Balance) -> bool:
        return self.rao <= self._same(other)

    def __gt__(self, other: Balance) -> bool:
        return self.rao > self._same(other)

    def __ge__(self, other: Balance) -> bool:
        return self.rao >= self._same(other)

    def __bool__(self) -> bool:
        return self.rao != 0

    def __str__(self) -> str:
        return f"{self.tao:,.9f}".rstrip("0").rstrip(".") + f" {'α' + str(self.netuid) if self.netuid else 'τ'}"


def Rao(rao: int, netuid: int = 0) -> Balance:  # noqa: N802  reads as the unit it makes: Rao(5)
    """A balance of so many rao: TAO by default, else the alpha of `netuid`."""
    return Balance(rao, netuid)


__all__ = ["RAO_PER_TAO", "Balance", "Rao"]
