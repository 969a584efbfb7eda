"""Where the alpha of an epoch comes from and where it goes, for subnets whose stake grows by what they earn."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taokit.consensus import AlphaShares, Combined, Holding, Pots, alpha_shares, block_emission, delegate_take, pay
from taokit.consensus.emission import OWNER_CUT
from taokit.lab.world import Subnet


@dataclass(frozen=True, slots=True, kw_only=True)
class Minting:
    """A subnet that mints with every block and pays with every epoch.

    Every hotkey is staked by its own coldkey alone, nobody is staked on root, and the subnet's pool stands aside.
    """

    alpha_issuance: int  # rao that exist besides the stake; decides the halving
    owner_cut: int = OWNER_CUT  # of 65535
    owner_paid: bool = True  # the cut joins the owner's stake where the owner holds a uid
    take: int = OWNER_CUT  # of 65535; whoever takes it is the staker too, but each part is cut to whole rao by itself


@dataclass(frozen=True, slots=True)
class Pot(Pots):
    """What an epoch pays out, with the owner's cut and the delegates' take."""

    owner: int = 0  # rao
    take: int = 0  # of 65535


def pots_of(minting: Minting, subnet: Subnet, *, blocks: int) -> Pot:
    """What so many blocks put aside for the epoch that follows them, each block rounded down by itself."""
    issued = minting.alpha_issuance + sum(subnet.alpha_stake)
    made = [_shares(minting, amount) for amount in _minted(issued, blocks)]
    return Pot(
        server=sum(one.server for one in made),
        validator=sum(one.validator for one in made),
        root=0,
        owner=sum(one.owner for one in made),
        take=minting.take,
    )


def _minted(issued: int, blocks: int) -> list[int]:
    """Rao of alpha by block; it only needs following where a halving lies between."""
    first = block_emission(issued)
    if block_emission(issued + first * blocks) == first:
        return [first] * blocks
    amounts = []
    for _ in range(blocks):
        amounts.append(block_emission(issued))
        issued += amounts[-1]
    return amounts


def _shares(minting: Minting, amount: int) -> AlphaShares:
    return alpha_shares(amount, root_proportion=0, owner_cut=minting.owner_cut, owner_cut_enabled=minting.owner_paid)


def paid(subnet: Subnet, combined: Combined, pots: Pot) -> Subnet:
    """The stakes after an epoch's payouts; what the owner's hotkey mined is burned."""
    owner = subnet.owner_uid
    payout = pay(
        pots,
        server_emission=dict(enumerate(combined.server_emission.tolist())),
        dividends=dict(enumerate(combined.validator_emission.tolist())),
        holdings={uid: Holding(alpha, 0) for uid, alpha in enumerate(subnet.alpha_stake)},
        owner_keys=() if owner is None else (owner,),
        tao_weight=subnet.parameters.tao_weight,
    )
    earned = [
        amount + payout.miners.get(uid, 0) + sum(delegate_take(payout.alpha_dividends.get(uid, 0), pots.take))
        for uid, amount in enumerate(subnet.alpha_stake)
    ]
    if owner is not None:
        earned[owner] += pots.owner
    return replace(subnet, alpha_stake=tuple(earned))


__all__ = ["Minting", "Pot", "paid", "pots_of"]
