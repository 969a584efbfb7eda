"""A small chain that several test files start from."""

from taokit.devnet import Devnet, account
from taokit.devnet.runtime import State

ALICE, BOB = account("Alice"), account("Bob")
TAO = 10**9
GENESIS_MS = 1_700_000_000_000


def funded(*, auto=True, genesis_ms=GENESIS_MS, rao=1000 * TAO):
    """A chain with nothing on it but Alice's money."""
    devnet = Devnet(State(), genesis_ms=genesis_ms, auto=auto)
    devnet.fund(ALICE, rao)
    return devnet
