"""SafeMode: a chain that takes no calls for a while."""

from __future__ import annotations

from taokit.devnet.runtime.rows import ACCOUNT_TWOX, calls, enum, errors, events, key, option
from taokit.devnet.runtime.table import Constant, Enum, Pallet, Struct

TYPES: tuple[Struct | Enum, ...] = (
    enum(
        "SafeModeExitReason = pallet_safe_mode::pallet::ExitReason",
        """
0 Timeout
1 Force
""",
    ),
)

SAFE_MODE = Pallet(
    "SafeMode",
    20,
    storage=(
        option("EnteredUntil", "u32"),
        option("Deposits", "u64", ACCOUNT_TWOX, key("u32")),
    ),
    calls=calls("""
0 enter
1 force_enter
2 extend
3 force_extend
4 force_exit
5 force_slash_deposit(account: AccountId, block: u32)
6 release_deposit(account: AccountId, block: u32)
7 force_release_deposit(account: AccountId, block: u32)
"""),
    events=events("""
0 Entered(until: u32)
1 Extended(until: u32)
2 Exited(reason: SafeModeExitReason)
3 DepositPlaced(account: AccountId, amount: u64)
4 DepositReleased(account: AccountId, amount: u64)
5 DepositSlashed(account: AccountId, amount: u64)
6 CannotDeposit
7 CannotRelease
"""),
    errors=errors("""
    Entered Exited NotConfigured NoDeposit AlreadyDeposited CannotReleaseYet CurrencyError
"""),
    constants=(
        Constant("EnterDuration", "u32", 0),
        Constant("ExtendDuration", "u32", 0),
        Constant("EnterDepositAmount", "Option<u64>", None),
        Constant("ExtendDepositAmount", "Option<u64>", None),
        Constant("ReleaseDelay", "Option<u32>", None),
    ),
)

__all__ = ["SAFE_MODE", "TYPES"]
