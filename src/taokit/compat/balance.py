"""Amounts as SDK 10 has them: floats of TAO outside, whole rao inside."""

from __future__ import annotations

from collections.abc import Callable
from functools import total_ordering
from typing import Any, Self, TypeAlias

import taokit.units as units
from taokit.errors import ConfigurationError

Other: TypeAlias = "Balance | float"


@total_ordering
class Balance:
    """An amount in rao: `Balance(5)` is five of them, `Balance(1.5)` one and a half TAO.

    A whole number beside it means rao, as in SDK 10. A fraction beside it, which SDK 10 cuts off, is a `TypeError`, and
    so are two currencies together. Factors may be fractions.
    """

    __slots__ = ("netuid", "rao")

    rao_unit = "ρ"

    def __init__(self, balance: float, netuid: int = 0) -> None:
        """`netuid` 0 is TAO, any other number that subnet's alpha."""
        whole = units.Balance.from_tao(balance).rao if isinstance(balance, float) else int(balance)
        self.rao, self.netuid = whole, netuid

    @classmethod
    def from_tao(cls, amount: float, netuid: int = 0) -> Self:
        """The balance of so many whole units, rounded down to a rao."""
        return cls(units.Balance.from_tao(amount).rao, netuid)

    from_float = from_tao

    @classmethod
    def from_rao(cls, amount: int, netuid: int = 0) -> Self:
        """The balance of so many rao."""
        return cls(int(amount), netuid)

    @classmethod
    def of(cls, amount: units.Balance) -> Self:
        """The same amount in these words."""
        return cls(amount.rao, amount.netuid)

    def amount(self) -> units.Balance:
        """The same amount as taokit's calls take it."""
        return units.Balance(self.rao, self.netuid)

    def set_unit(self, netuid: int) -> Self:
        """This very balance, in a subnet's alpha from now on (0: TAO)."""
        self.netuid = netuid
        return self

    @property
    def unit(self) -> str:
        """`τ`, or `α` and the subnet's number."""
        return units.Balance(0, self.netuid).symbol

    @staticmethod
    def get_unit(netuid: int) -> str:
        """The same of any subnet's alpha."""
        return units.Balance(0, netuid).symbol

    @property
    def tao(self) -> float:
        """The amount in whole units."""
        return self.rao / units.RAO_PER_TAO

    def _rao(self, other: Other) -> int:
        if isinstance(other, Balance):
            if other.netuid != self.netuid:
                raise TypeError(f"cannot mix subnet {self.netuid}'s currency with subnet {other.netuid}'s")
            return other.rao
        if int(other) != other:
            raise TypeError(f"{other} beside a balance means rao, of which there are no parts: use Balance.from_tao")
        return int(other)

    def _made(self, rao: float) -> Balance:
        return Balance(int(rao), self.netuid)

    def _by(self, factor: Other, combine: Callable[[Any, Any], float]) -> Balance:
        return self._made(combine(self.rao, self._rao(factor) if isinstance(factor, Balance) else factor))

    def __add__(self, other: Other) -> Balance:
        return self._made(self.rao + self._rao(other))

    __radd__ = __add__

    def __sub__(self, other: Other) -> Balance:
        return self._made(self.rao - self._rao(other))

    def __rsub__(self, other: Other) -> Balance:
        return self._made(self._rao(other) - self.rao)

    def __mul__(self, times: Other) -> Balance:
        return self._by(times, lambda mine, other: mine * other)

    __rmul__ = __mul__

    def __truediv__(self, by: Other) -> Balance:
        return self._by(by, lambda mine, other: mine / other)

    def __floordiv__(self, by: Other) -> Balance:
        return self._by(by, lambda mine, other: mine // other)

    def __neg__(self) -> Balance:
        return self._made(-self.rao)

    def __abs__(self) -> Balance:
        return self._made(abs(self.rao))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Balance | int | float) and self.rao == self._rao(other)

    def __lt__(self, other: Other) -> bool:
        return self.rao < self._rao(other)

    def __hash__(self) -> int:
        return hash(self.rao)

    def __float__(self) -> float:
        return self.tao

    def __int__(self) -> int:
        return self.rao

    def __bool__(self) -> bool:
        return self.rao != 0

    def __str__(self) -> str:
        return f"{self.unit}{self.tao:,.9f}"

    __repr__ = __str__


def amount_in(amount: Any, netuid: int) -> units.Balance:
    """An amount in the currency that is meant. Raises `ConfigurationError` for any other, or a plain number."""
    if not isinstance(amount, Balance):
        raise ConfigurationError(f"{amount!r} is no amount", hint="pass a Balance, such as Balance.from_tao(1)")
    if amount.netuid != netuid:
        named = units.Balance(0, netuid).unit
        raise ConfigurationError(f"this takes {named}, not {amount.amount().unit}", hint=f"say .set_unit({netuid})")
    return amount.amount()


def tao(amount: float, netuid: int = 0) -> Balance:
    """The balance of so many whole units."""
    return Balance.from_tao(amount, netuid)


def rao(amount: int, netuid: int = 0) -> Balance:
    """The balance of so many rao."""
    return Balance.from_rao(amount, netuid)


__all__ = ["Balance", "amount_in", "rao", "tao"]
