"""What a block mints, how a subnet divides it, and what an epoch pays: amounts in rao, as Python integers."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from taokit.consensus.scalar import ONE, log2, ratio, truncated, u64_ratio

MAX_SUPPLY = 21 * 10**15
"""Rao of TAO, and of each alpha, that can ever exist."""

BLOCK_EMISSION = 10**9
"""Rao per block before the first halving."""

OWNER_CUT = 11796
"""The owner's part of a subnet's emission, of 65535."""

DEFAULT_TAO_WEIGHT = 971_718_665_099_567_868
"""How much root TAO counts beside alpha, of 2**64 - 1."""


def block_emission(issuance: int) -> int:
    """Rao minted per block at this issuance; the same rule gives TAO and, by its own issuance, each subnet's alpha."""
    part = truncated(issuance << 32, MAX_SUPPLY)
    if issuance >= MAX_SUPPLY or part >= ONE:
        return 0
    return BLOCK_EMISSION >> (log2((1 << 64) // (ONE - part)) >> 32)


def next_halving(issuance: int) -> int | None:
    """The smallest larger issuance, in rao, at which a block mints less, or None when it mints nothing any more."""
    now = block_emission(issuance)
    if now == 0:
        return None
    below, at = issuance, MAX_SUPPLY
    while at - below > 1:  # amounts never rise with issuance
        middle = (below + at) // 2
        below, at = (middle, at) if block_emission(middle) == now else (below, middle)
    return at


def root_proportion(root_tao: int, alpha_issuance: int, *, tao_weight: int = DEFAULT_TAO_WEIGHT) -> int:
    """Root's part of a subnet's stake, 32 fraction bits: weighted root TAO beside the alpha issued."""
    weighted = root_tao * u64_ratio(tao_weight)
    return (weighted << 32) // (weighted + (alpha_issuance << 32)) if weighted else 0


def subnet_shares(prices: Mapping[int, int], burned: Mapping[int, int]) -> dict[int, int]:
    """Each subnet's part of a block's TAO, 64 fraction bits: by moving price, times what its miners were left.

    By netuid: prices of one scale, and the part of miner emission that went to owner keys, 32 fraction bits; nothing
    where it is left out (`get_shares`). By price alone where every miner's part was burned.
    """
    by_price = _parts(prices)
    left = {netuid: ONE - min(ONE, burned.get(netuid, 0)) for netuid in prices}
    weighted = {netuid: part * left[netuid] >> 32 for netuid, part in by_price.items()}
    return _parts(weighted) if any(weighted.values()) else by_price


def _parts(amounts: Mapping[int, int]) -> dict[int, int]:
    whole = sum(amounts.values())
    return {netuid: (amount << 64) // whole if whole else 0 for netuid, amount in amounts.items()}


@dataclass(frozen=True, slots=True)
class AlphaShares:
    """One block's alpha of a subnet, divided; each amount in whole rao."""

    owner: int
    server: int
    validator: int
    root: int


def alpha_shares(
    alpha_out: int, *, root_proportion: int, owner_cut: int = OWNER_CUT, owner_cut_enabled: bool = True
) -> AlphaShares:
    """What one block adds to the pending pots of a subnet that emits `alpha_out` rao.

    `root_proportion` has 32 fraction bits, `owner_cut` is of 65535.
    """
    owner = alpha_out * ratio(owner_cut) if owner_cut_enabled else 0
    rest = (alpha_out << 32) - owner
    root = (root_proportion * rest >> 32) // 2
    server = rest // 2
    return AlphaShares(owner >> 32, server >> 32, (rest - server - root) >> 32, root >> 32)


def split_emission(amount: int, count: int, split: Sequence[int] | None = None) -> list[int]:
    """The amount each of `count` mechanisms distributes; what is left over goes to mechanism 0.

    `split` are parts of 65535 and may be shorter than `count`. Parts that exceed 65535 together exceed the amount too.
    """
    if split is None:
        parts = [amount // count] * count
    else:
        parts = [amount * share // 65535 for share in [*split, *[0] * count][:count]]
    parts[0] += max(0, amount - sum(parts))
    return parts


Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Pots:
    """The pending alpha that an epoch takes out, in rao."""

    server: int
    validator: int
    root: int

    @property
    def emission(self) -> int:
        """What the epoch distributes."""
        return self.server + self.validator + self.root


@dataclass(frozen=True, slots=True)
class Holding:
    """The stake that decides how a hotkey's dividends divide between its nominators on the subnet and on root."""

    alpha: int  # rao on the subnet
    root: int  # rao of TAO on root


@dataclass(frozen=True, slots=True)
class Payout(Generic[Key]):
    """What an epoch pays; keys are whatever the caller named neurons by. Miners' amounts are whole rao."""

    miners: dict[Key, int]
    burned: dict[Key, int]  # incentive that landed on the subnet owner's keys: burned or recycled
    alpha_dividends: dict[Key, int]  # with 32 fraction bits: the take is deducted before rao are cut
    root_dividends: dict[Key, int]  # likewise


def validator_pot(pots: Pots, server_emission: int) -> int:
    """What validators share: their pot, and the miners' when nobody earned incentive."""
    return pots.validator + (0 if server_emission else pots.server)


def divide_dividends(
    dividends: Mapping[Key, int],
    holdings: Mapping[Key, Holding],
    *,
    alpha_pot: int,
    root_pot: int,
    tao_weight: int = DEFAULT_TAO_WEIGHT,
) -> tuple[dict[Key, int], dict[Key, int]]:
    """The two pots by hotkey: (alpha, root), in rao with 32 fraction bits. Dividends fix proportions, not amounts.

    Each hotkey's dividends count toward root as its weighted root stake stands to its alpha
    (`calculate_dividend_distribution`).
    """
    weight = u64_ratio(tao_weight)
    root = {key: amount * _root_part(holdings[key], weight) for key, amount in dividends.items() if key in holdings}
    alpha = {key: (dividends[key] << 32) - part for key, part in root.items()}
    return _in_proportion(alpha, alpha_pot), _in_proportion(root, root_pot)


def _root_part(holding: Holding, weight: int) -> int:
    weighted = holding.root * weight
    return (weighted << 32) // (weighted + (holding.alpha << 32)) if weighted else 0


def _in_proportion(parts: Mapping[Key, int], pot: int) -> dict[Key, int]:
    total = sum(parts.values())
    return {key: pot * ((part << 32) // total) if total else 0 for key, part in parts.items()}


def pay(
    pots: Pots,
    *,
    server_emission: Mapping[Key, int],
    dividends: Mapping[Key, int],
    holdings: Mapping[Key, Holding],
    owner_keys: Collection[Key] = (),
    tao_weight: int = DEFAULT_TAO_WEIGHT,
) -> Payout[Key]:
    """What one epoch pays to whom, from its outputs and the pots it emptied.

    `dividends` is each hotkey's validator emission, after its parents have had their shares. Delegate take is not yet
    deducted; see `delegate_take`.
    """
    alpha, root = divide_dividends(
        dividends,
        holdings,
        alpha_pot=validator_pot(pots, sum(server_emission.values())),
        root_pot=pots.root,
        tao_weight=tao_weight,
    )
    return Payout(
        miners={key: amount for key, amount in server_emission.items() if amount and key not in owner_keys},
        burned={key: amount for key, amount in server_emission.items() if amount and key in owner_keys},
        alpha_dividends=alpha,
        root_dividends=root,
    )


def delegate_take(amount: int, take: int) -> tuple[int, int]:
    """Dividends of a hotkey as (its owner's take, what its nominators share), in rao; `take` is of 65535.

    `amount` has 32 fraction bits. Each part is cut to whole rao by itself, so that together they may lack one.
    """
    taken = amount * ratio(take) >> 32
    return taken >> 32, (amount - taken) >> 32


__all__ = [
    "BLOCK_EMISSION",
    "DEFAULT_TAO_WEIGHT",
    "MAX_SUPPLY",
    "OWNER_CUT",
    "AlphaShares",
    "Holding",
    "Payout",
    "Pots",
    "alpha_shares",
    "block_emission",
    "delegate_take",
    "divide_dividends",
    "next_halving",
    "pay",
    "root_proportion",
    "split_emission",
    "subnet_shares",
    "validator_pot",
]
