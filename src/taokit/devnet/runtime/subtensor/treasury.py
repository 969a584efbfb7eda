"""TAO on its way between accounts, with the issuance of the subnet pallet kept in step with the balances'."""

from __future__ import annotations

from typing import Final

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.refusal import ensure
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor.storage import TOTAL_ISSUANCE

BURNED: Final = b"modlburntnsr".ljust(32, b"\0")
"""The account that burned TAO lies on; nobody has its key."""


def spendable(state: Reading, account: bytes) -> int:
    """Rao that can leave an account that must stay alive."""
    return max(0, balances.free(state, account) - balances.EXISTENTIAL_DEPOSIT)


def transfer(state: State, *, source: bytes, target: bytes, rao: int) -> None:
    """A transfer after which the source may be gone; dust that this loses leaves the pallet's issuance too.

    Mirrors `transfer_tao`; raises `InsufficientBalance`.
    """
    ensure(rao <= balances.free(state, source), "InsufficientBalance")
    before = state[balances.ISSUANCE]
    balances.move(state, source=source, target=target, rao=rao, keep_alive=False)
    lost = before - state[balances.ISSUANCE]
    if lost:
        state[TOTAL_ISSUANCE] = max(0, state[TOTAL_ISSUANCE] - lost)


def recycle(state: State, account: bytes, rao: int) -> None:
    """TAO that ceases to exist, so that it may be minted again (`recycle_tao`)."""
    ensure(rao <= spendable(state, account), "InsufficientBalance")
    if rao:
        balances.debit(state, account, rao)
        state[balances.ISSUANCE] = state[balances.ISSUANCE] - rao
        state[TOTAL_ISSUANCE] = max(0, state[TOTAL_ISSUANCE] - rao)
        state.deposit("Balances", "Withdraw", account, rao)


__all__ = ["BURNED", "recycle", "spendable", "transfer"]
