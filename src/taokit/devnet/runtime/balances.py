"""Balances: free TAO, transfers, and accounts that come and go with them. Amounts are rao."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import DispatchError, as_root, signed
from taokit.devnet.runtime.rows import ACCOUNT, calls, errors, events, item
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.system import ACCOUNT_INFO, NEW_LOGIC
from taokit.devnet.runtime.table import Constant, Pallet

EXISTENTIAL_DEPOSIT: Final = 500
"""An account with less is removed and the rest is lost."""

ISSUANCE = item("TotalIssuance", "u64")

PALLET = Pallet(
    "Balances",
    5,
    storage=(
        ISSUANCE,
        item("InactiveIssuance", "u64"),
        item("Account", "AccountData", ACCOUNT, default=(0, 0, 0, NEW_LOGIC)),
        item("Locks", "Vec<BalanceLock>", ACCOUNT),
        item("Reserves", "Vec<ReserveData>", ACCOUNT),
        item("Holds", "Vec<HoldAmount>", ACCOUNT),
        item("Freezes", "Vec<FreezeAmount>", ACCOUNT),
    ),
    calls=calls("""
0 transfer_allow_death(dest: MultiAddress, value: Compact<u64>)
2 force_transfer(source: MultiAddress, dest: MultiAddress, value: Compact<u64>)
3 transfer_keep_alive(dest: MultiAddress, value: Compact<u64>)
4 transfer_all(dest: MultiAddress, keep_alive: bool)
5 force_unreserve(who: MultiAddress, amount: u64)
6 upgrade_accounts(who: Vec<AccountId>)
8 force_set_balance(who: MultiAddress, new_free: Compact<u64>)
9 force_adjust_total_issuance(direction: AdjustmentDirection, delta: Compact<u64>)
10 burn(value: Compact<u64>, keep_alive: bool)
"""),
    events=events("""
0 Endowed(account: AccountId, free_balance: u64)
1 DustLost(account: AccountId, amount: u64)
2 Transfer(from: AccountId, to: AccountId, amount: u64)
3 BalanceSet(who: AccountId, free: u64)
4 Reserved(who: AccountId, amount: u64)
5 Unreserved(who: AccountId, amount: u64)
6 ReserveRepatriated(from: AccountId, to: AccountId, amount: u64, destination_status: BalanceStatus)
7 Deposit(who: AccountId, amount: u64)
8 Withdraw(who: AccountId, amount: u64)
9 Slashed(who: AccountId, amount: u64)
10 Minted(who: AccountId, amount: u64)
11 Burned(who: AccountId, amount: u64)
12 Suspended(who: AccountId, amount: u64)
13 Restored(who: AccountId, amount: u64)
14 Upgraded(who: AccountId)
15 Issued(amount: u64)
16 Rescinded(amount: u64)
17 Locked(who: AccountId, amount: u64)
18 Unlocked(who: AccountId, amount: u64)
19 Frozen(who: AccountId, amount: u64)
20 Thawed(who: AccountId, amount: u64)
21 TotalIssuanceForced(old: u64, new: u64)
"""),
    errors=errors("""
    VestingBalance LiquidityRestrictions InsufficientBalance ExistentialDeposit Expendability
    ExistingVestingSchedule DeadAccount TooManyReserves TooManyHolds TooManyFreezes IssuanceDeactivated DeltaZero
"""),
    constants=(
        Constant("ExistentialDeposit", "u64", EXISTENTIAL_DEPOSIT),
        Constant("MaxLocks", "u32", 50),
        Constant("MaxReserves", "u32", 50),
        Constant("MaxFreezes", "u32", 50),
    ),
)


def free(state: Reading, account: bytes) -> int:
    """What the account can spend, down to nothing."""
    return int(state[ACCOUNT_INFO, account][4][0])


def credit(state: State, account: bytes, rao: int) -> None:
    """More free balance; an account that had none exists from now on."""
    if not rao:
        return
    held = free(state, account)
    if not held:
        state.deposit("System", "NewAccount", account)
        state.deposit("Balances", "Endowed", account, rao)
    _store(state, account, held + rao)


def debit(state: State, account: bytes, rao: int, *, keep_alive: bool = True) -> None:
    """Less free balance. Raises `Token` errors when there is too little, or too little left to stay alive."""
    held = free(state, account)
    if rao > held:
        raise DispatchError(None, "Token.FundsUnavailable")
    left = held - rao
    if left >= EXISTENTIAL_DEPOSIT:
        _store(state, account, left)
    elif keep_alive:
        raise DispatchError(None, "Token.NotExpendable")
    elif reserved(state, account):
        raise DispatchError(None, "Token.Frozen")
    else:
        _reap(state, account, left)


def move(state: State, *, source: bytes, target: bytes, rao: int, keep_alive: bool) -> None:
    """A transfer, with its event. The target must end up with at least the existential deposit."""
    if free(state, target) + rao < EXISTENTIAL_DEPOSIT:
        raise DispatchError(None, "Token.BelowMinimum")
    if source != target:
        debit(state, source, rao, keep_alive=keep_alive)
        credit(state, target, rao)
    elif rao > free(state, source):
        raise DispatchError(None, "Token.FundsUnavailable")
    state.deposit("Balances", "Transfer", source, target, rao)


def mint(state: State, account: bytes, rao: int) -> None:
    """New TAO on an account, counted in the issuance of this pallet."""
    credit(state, account, rao)
    state[ISSUANCE] = state[ISSUANCE] + rao


def reserved(state: Reading, account: bytes) -> int:
    """Rao of the account that lie as deposits: they are its own, but cannot be spent."""
    return int(state[ACCOUNT_INFO, account][4][1])


def reserve(state: State, account: bytes, rao: int) -> None:
    """Put rao aside as a deposit (`ReservableCurrency::reserve`).

    Raises `InsufficientBalance`, or `ConsumerRemaining` where the rest would be below the existential deposit.
    """
    if not rao:
        return
    held = free(state, account)
    if rao > held:
        raise DispatchError("Balances", "InsufficientBalance")
    if held - rao < EXISTENTIAL_DEPOSIT:
        raise DispatchError(None, "ConsumerRemaining")
    _set_aside(state, account, reserved(state, account) + rao)
    _store(state, account, held - rao)
    state.deposit("Balances", "Reserved", account, rao)


def unreserve(state: State, account: bytes, rao: int) -> None:
    """Give back so much of what is reserved, or all of it where that is less (`ReservableCurrency::unreserve`)."""
    aside = reserved(state, account)
    rao = min(rao, aside)
    if rao:
        _set_aside(state, account, aside - rao)
        _store(state, account, free(state, account) + rao)
        state.deposit("Balances", "Unreserved", account, rao)


def _store(state: State, account: bytes, rao: int) -> None:
    nonce, consumers, _, sufficients, (_, aside, frozen, flags) = state[ACCOUNT_INFO, account]
    state[ACCOUNT_INFO, account] = (nonce, consumers, 1, sufficients, (rao, aside, frozen, flags))


def _set_aside(state: State, account: bytes, rao: int) -> None:
    """Reserve so much altogether; an account with anything reserved is needed, and cannot be removed."""
    nonce, consumers, providers, sufficients, (held, aside, frozen, flags) = state[ACCOUNT_INFO, account]
    consumers += bool(rao) - bool(aside)
    state[ACCOUNT_INFO, account] = (nonce, consumers, providers, sufficients, (held, rao, frozen, flags))


def _reap(state: State, account: bytes, dust: int) -> None:
    """An account below the existential deposit is removed; its dust leaves the issuance."""
    del state[ACCOUNT_INFO, account]
    state.deposit("System", "KilledAccount", account)
    if dust:
        state[ISSUANCE] = state[ISSUANCE] - dust
        state.deposit("Balances", "DustLost", account, dust)


def lookup(address: tuple[str, Any]) -> bytes:
    """The account that a `MultiAddress` names. Raises `CannotLookup`."""
    kind, value = address
    if kind not in ("Id", "Address32"):
        raise DispatchError(None, "CannotLookup")
    return bytes(value)


def transfer_allow_death(state: State, origin: bytes | None, *, dest: tuple[str, Any], value: int) -> None:
    """Move `value` rao; the sender's account may cease to exist."""
    move(state, source=signed(origin), target=lookup(dest), rao=value, keep_alive=False)


def transfer_keep_alive(state: State, origin: bytes | None, *, dest: tuple[str, Any], value: int) -> None:
    """Move `value` rao; the sender keeps at least the existential deposit."""
    move(state, source=signed(origin), target=lookup(dest), rao=value, keep_alive=True)


def transfer_all(state: State, origin: bytes | None, *, dest: tuple[str, Any], keep_alive: bool) -> None:
    """Move everything, or everything but the existential deposit."""
    source = signed(origin)
    rao = max(0, free(state, source) - (EXISTENTIAL_DEPOSIT if keep_alive else 0))
    move(state, source=source, target=lookup(dest), rao=rao, keep_alive=keep_alive)


def force_transfer(
    state: State, origin: bytes | None, *, source: tuple[str, Any], dest: tuple[str, Any], value: int
) -> None:
    """Root moves somebody's rao."""
    as_root(origin)
    move(state, source=lookup(source), target=lookup(dest), rao=value, keep_alive=False)


def force_set_balance(state: State, origin: bytes | None, *, who: tuple[str, Any], new_free: int) -> None:
    """Root sets a balance; below the existential deposit it becomes none."""
    as_root(origin)
    account, wanted = lookup(who), new_free if new_free >= EXISTENTIAL_DEPOSIT else 0
    held = free(state, account)
    state[ISSUANCE] = state[ISSUANCE] + wanted - held
    if wanted or reserved(state, account):
        _store(state, account, wanted)
    elif held:
        _reap(state, account, 0)
    state.deposit("Balances", "BalanceSet", account, wanted)


def force_unreserve(state: State, origin: bytes | None, *, who: tuple[str, Any], amount: int) -> None:
    """Root gives back what an account has reserved."""
    as_root(origin)
    unreserve(state, lookup(who), amount)


def upgrade_accounts(state: State, origin: bytes | None, *, who: tuple[bytes, ...]) -> None:
    """Nothing: every account here is of the current kind."""
    signed(origin)


def force_adjust_total_issuance(state: State, origin: bytes | None, *, direction: str, delta: int) -> None:
    """Root corrects the sum of all balances. Raises `DeltaZero`."""
    as_root(origin)
    if not delta:
        raise DispatchError("Balances", "DeltaZero")
    old = state[ISSUANCE]
    new = min((1 << 64) - 1, old + delta) if direction == "Increase" else max(0, old - delta)
    state[ISSUANCE] = new
    state.deposit("Balances", "TotalIssuanceForced", old, new)


def burn(state: State, origin: bytes | None, *, value: int, keep_alive: bool) -> None:
    """Destroy rao of the caller."""
    account = signed(origin)
    debit(state, account, value, keep_alive=keep_alive)
    state[ISSUANCE] = state[ISSUANCE] - value
    state.deposit("Balances", "Burned", account, value)


HANDLERS: Final[dict[str, Any]] = {
    "transfer_allow_death": transfer_allow_death,
    "transfer_keep_alive": transfer_keep_alive,
    "transfer_all": transfer_all,
    "force_transfer": force_transfer,
    "force_set_balance": force_set_balance,
    "burn": burn,
    "force_unreserve": force_unreserve,
    "upgrade_accounts": upgrade_accounts,
    "force_adjust_total_issuance": force_adjust_total_issuance,
}

__all__ = [
    "EXISTENTIAL_DEPOSIT",
    "HANDLERS",
    "ISSUANCE",
    "PALLET",
    "credit",
    "debit",
    "free",
    "lookup",
    "mint",
    "move",
    "reserve",
    "reserved",
    "unreserve",
]
