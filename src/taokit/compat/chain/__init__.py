"""`bt.Subtensor`: the calls that neurons make of SDK 10's chain client, over taokit's."""

from __future__ import annotations

from taokit.compat.chain.accounts import Accounts
from taokit.compat.chain.commitments import Commitments
from taokit.compat.chain.link import WAIT_S
from taokit.compat.chain.neurons import Neurons
from taokit.compat.chain.publishing import Publishing
from taokit.compat.chain.staking import Staking
from taokit.compat.chain.subnets import Subnets


class Subtensor(Subnets, Neurons, Accounts, Commitments, Publishing, Staking):
    """A chain. `block` numbers name the state to answer from, by default the best block's; a node may forget old ones.

    May be used from several threads, which take turns. Submissions give an `ExtrinsicResponse` and raise nothing of the
    chain's unless `raise_error` says so; reads raise what the chain raises.
    """


__all__ = ["WAIT_S", "Subtensor"]
