"""Amounts of TAO and of alpha, which never mix."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

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

    @property
    def symbol(self) -> str:
        """`τ`, or `α` and the subnet's number."""
        return f"α{self.netuid}" if self.netuid else "τ"

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

    def __mul__(self, times: int) -> Balance:
        return Balance(self.rao * times, self.netuid)

    def __bool__(self) -> bool:
        return self.rao != 0

    def __str__(self) -> str:
        return f"{self.tao:,.9f}".rstrip("0").rstrip(".") + f" {self.symbol}"


def Rao(rao: int, netuid: int = 0) -> Balance:  # noqa: N802  reads as the unit it makes: Rao(5)
    """A balance of so many rao: TAO by default, else the alpha of `netuid`."""
    return Balance(rao, netuid)


@dataclass(frozen=True, slots=True)
class Price:
    """What one whole alpha of a subnet costs. Worth and purchases are at this price: no fee, no slippage."""

    rao: int  # of TAO, for one whole alpha
    netuid: int

    @property
    def tao(self) -> Decimal:
        """TAO for one alpha, exactly."""
        return Decimal(self.rao) / RAO_PER_TAO

    def worth(self, alpha: Balance) -> Balance:
        """The TAO that an amount of this subnet's alpha is worth, rounded down. Raises `TypeError` for any other."""
        return Balance(rao_of(alpha, self.netuid) * self.rao // RAO_PER_TAO)

    def buys(self, tao: Balance) -> Balance:
        """The alpha that an amount of TAO is worth, rounded down. Raises `TypeError` for alpha."""
        return Balance(rao_of(tao) * RAO_PER_TAO // self.rao, self.netuid)

    def __str__(self) -> str:
        return f"{Balance(self.rao)}/{Balance(0, self.netuid).symbol}"


Amount: TypeAlias = Balance | int
"""What calls take for an amount: a balance, whose currency is checked, or plain rao."""


def rao_of(amount: Amount, netuid: int = 0) -> int:
    """The rao of an amount in TAO (`netuid` 0) or a subnet's alpha. Raises `TypeError` for another currency's."""
    if not isinstance(amount, Balance):
        return int(amount)
    if amount.netuid != netuid:
        raise TypeError(f"this takes {Balance(0, netuid).unit}, not {amount.unit}")
    return amount.rao


__all__ = ["RAO_PER_TAO", "Amount", "Balance", "Price", "Rao", "rao_of"]
