"""What alpha costs, and what a trade would bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from taokit.chain.decoded import Told, ask
from taokit.chain.requests import Read, RuntimeCall
from taokit.units import Amount, Balance, Price, Rao, rao_of

_API: Final = "SwapRuntimeApi"


@dataclass(frozen=True, slots=True)
class Quote:
    """What a trade would bring now."""

    paid: Balance  # with the fee
    fee: Balance  # of what is paid
    got: Balance
    slippage: Balance  # by how much less it brings than at the price before it


def price(netuid: int) -> Read[Price]:
    """What a subnet's alpha costs now."""
    return Price((yield from ask(RuntimeCall(_API, "current_alpha_price", (netuid,)))).integer(), netuid)


def prices() -> Read[dict[int, Price]]:
    """What alpha costs now, by subnet."""
    told = yield from ask(RuntimeCall(_API, "current_alpha_price_all"))
    found = ((one["netuid"].integer(), one["price"].integer()) for one in told)
    return {netuid: Price(rao, netuid) for netuid, rao in sorted(found)}


def quote_buy(netuid: int, tao: Amount) -> Read[Quote | None]:
    """What staking an amount of TAO would bring, or None where the pool cannot take it."""
    rao = rao_of(tao)
    told = yield from ask(RuntimeCall(_API, "sim_swap_tao_for_alpha", (netuid, rao)))
    return _quote(told, ("tao", 0), ("alpha", netuid), rao=rao)


def quote_sell(netuid: int, alpha: Amount) -> Read[Quote | None]:
    """What unstaking an amount of a subnet's alpha would bring, or None where the pool cannot take it."""
    rao = rao_of(alpha, netuid)
    told = yield from ask(RuntimeCall(_API, "sim_swap_alpha_for_tao", (netuid, rao)))
    return _quote(told, ("alpha", netuid), ("tao", 0), rao=rao)


def _quote(told: Told, source: tuple[str, int], target: tuple[str, int], *, rao: int) -> Quote | None:
    (paid, unit), (got, other) = source, target
    amount = told[f"{got}_amount"].integer()
    if not amount:  # the chain answers a trade that fails with zeros
        return None
    return Quote(
        paid=Rao(rao, unit),
        fee=Rao(told[f"{paid}_fee"].integer(), unit),
        got=Rao(amount, other),
        slippage=Rao(told[f"{got}_slippage"].integer(), other),
    )


__all__ = ["Quote", "price", "prices", "quote_buy", "quote_sell"]
