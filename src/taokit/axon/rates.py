"""How often one caller may come: a bucket of tokens for each, in a table with a bound."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_network
from typing import Protocol

from taokit.errors import ConfigurationError, TooMany


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a second on average, and so many at one moment after a pause."""

    per_s: float
    burst: int

    def __post_init__(self) -> None:
        if not (self.per_s > 0 and self.burst >= 1):
            raise ConfigurationError(f"no request would ever pass {self}", hint="per_s is above 0, burst 1 or more")


class RateTable(Protocol):
    """Buckets of tokens by key: this process's own, or those that several share."""

    def take(self, key: str, now: float) -> Awaitable[None] | None:
        """Take a token, or raise `TooMany`. None when that is done; a table elsewhere answers with what to await."""


def over(key: str, rate: Rate, *, wait_s: float) -> TooMany:
    """The refusal of a key whose bucket has no token for so many seconds."""
    refusal = TooMany(f"{key} is over {rate.per_s:g} requests a second")
    refusal.retry_after = wait_s
    return refusal


class Buckets:
    """A bucket for each key. Holds one number a key: the moment at which its bucket is full again.

    The table is bounded; beyond that the key that came least recently is forgotten, which gives it a full bucket.
    """

    def __init__(self, rate: Rate, *, limit: int = 65_536) -> None:
        self.rate = rate
        self.limit = limit
        self._full_at: dict[str, float] = {}  # seconds; in order of the last request
        self._token_s = 1 / rate.per_s
        self._most_s = rate.burst / rate.per_s

    def __len__(self) -> int:
        return len(self._full_at)

    def take(self, key: str, now: float) -> None:
        """Take a token at this moment, in seconds of a clock that never goes back; `TooMany` when there is none."""
        before = max(self._full_at.pop(key, now), now)
        after = before + self._token_s
        wait_s = after - now - self._most_s
        self._full_at[key] = after if wait_s <= 1e-9 else before
        if len(self._full_at) > self.limit:
            del self._full_at[next(iter(self._full_at))]
        if wait_s > 1e-9:
            raise over(key, self.rate, wait_s=wait_s)


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """What counts as one address: for IPv6 its network of 64 bits, which one host has whole."""
    if ":" not in address:
        return address
    six = IPv6Address(address.partition("%")[0])
    return str(six.ipv4_mapped) if six.ipv4_mapped else str(ip_network((six, 64), strict=False))


__all__ = ["Buckets", "Rate", "RateTable", "network_of", "over"]
