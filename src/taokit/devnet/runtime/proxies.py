"""Acting for others: who may, what it costs, and the calls that are announced first (`pallet_subtensor_proxy`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import blake2b
from typing import Any, Final

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.carriers import Run
from taokit.devnet.runtime.proxy import (
    ANNOUNCEMENT_BASE,
    ANNOUNCEMENT_FACTOR,
    ANNOUNCEMENTS,
    DEPOSIT_BASE,
    DEPOSIT_FACTOR,
    LAST_CALL_RESULT,
    MAX_PENDING,
    MAX_PROXIES,
    PROXIES,
    REAL_PAYS_FEE,
)
from taokit.devnet.runtime.proxy_filters import FILTERS, INDEXES, includes
from taokit.devnet.runtime.refusal import DispatchError, signed
from taokit.devnet.runtime.spec425 import native_error
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.table import DecodedCall

Address = tuple[str, Any]
Definition = tuple[bytes, str, int]
"""A delegate, the type of its proxy, and the blocks that its calls must be announced ahead."""


def refusal(name: str) -> DispatchError:
    """An error of this pallet, ready to raise."""
    return DispatchError("Proxy", name)


def proxy(
    state: State, origin: bytes | None, run: Run, *, real: Address, force_proxy_type: str | None, call: DecodedCall
) -> None:
    """Make a call for somebody else; it may fail while this one succeeds. Raises `NotProxy`, `Unannounced`."""
    who, account = signed(origin), balances.lookup(real)
    _, kind, delay = find(state, account, who, force_proxy_type)
    if delay:
        raise refusal("Unannounced")
    _act(state, run, account, kind, call)


def proxy_announced(
    state: State,
    origin: bytes | None,
    run: Run,
    *,
    delegate: Address,
    real: Address,
    force_proxy_type: str | None,
    call: DecodedCall,
) -> None:
    """Make a call that a delegate announced long enough ago; anyone may. Raises `NotProxy`, `Unannounced`."""
    signed(origin)
    who, account = balances.lookup(delegate), balances.lookup(real)
    _, kind, delay = find(state, account, who, force_proxy_type)
    wanted = blake2b(call.raw, digest_size=32).digest()

    def due(entry: tuple[bytes, bytes, int]) -> bool:
        return entry[:2] == (account, wanted) and state.number - entry[2] >= delay

    try:
        _take_announcements(state, who, due)
    except DispatchError:
        raise refusal("Unannounced") from None
    _act(state, run, account, kind, call)


def find(state: Reading, real: bytes, delegate: bytes, kind: str | None) -> Definition:
    """The first definition by which one acts for the other, of this type if one is given. Raises `NotProxy`."""
    found = (one for one in state[PROXIES, real][0] if one[0] == delegate and kind in (None, one[1]))
    definition: Definition | None = next(found, None)
    if definition is None:
        raise refusal("NotProxy")
    return definition


def _act(state: State, run: Run, real: bytes, kind: str, call: DecodedCall) -> None:
    try:
        run(real, call, allows=lambda one: _allowed(kind, one))
        result: Any = ("Ok", ())
    except DispatchError as error:
        result = ("Err", native_error(error))
    state[LAST_CALL_RESULT, real] = result
    state.deposit("Proxy", "ProxyExecuted", result)


def _allowed(kind: str, call: DecodedCall) -> bool:
    """Whether a proxy of this type may make the call; none makes proxies that may do more than itself."""
    if call.pallet == "Proxy":
        if call.name in ("add_proxy", "remove_proxy") and not includes(kind, call.args["proxy_type"]):
            return False
        if call.name in ("remove_proxies", "kill_pure") and kind != "Any":
            return False
    return FILTERS[kind].allows(call)


def add_proxy(state: State, origin: bytes | None, *, delegate: Address, proxy_type: str, delay: int) -> None:
    """Let somebody act for the caller. Raises `NoSelfProxy`, `Duplicate`, `TooMany`, or when no deposit is there."""
    who, other = signed(origin), balances.lookup(delegate)
    if who == other:
        raise refusal("NoSelfProxy")
    definitions, deposit = state[PROXIES, who]
    wanted = (other, proxy_type, delay)
    if wanted in definitions:
        raise refusal("Duplicate")
    if len(definitions) >= MAX_PROXIES:
        raise refusal("TooMany")
    kept = tuple(sorted((*definitions, wanted), key=_order))
    state[PROXIES, who] = (kept, _adjusted(state, who, deposit, _deposit(len(kept))))
    state.deposit("Proxy", "ProxyAdded", who, other, proxy_type, delay)


def _order(definition: Definition) -> tuple[bytes, int, int]:
    return definition[0], INDEXES[definition[1]], definition[2]


def _deposit(proxies: int) -> int:
    return DEPOSIT_BASE + DEPOSIT_FACTOR * proxies if proxies else 0


def _announcement_deposit(pending: int) -> int:
    return ANNOUNCEMENT_BASE + ANNOUNCEMENT_FACTOR * pending if pending else 0


def _adjusted(state: State, account: bytes, old: int, new: int) -> int:
    """The new deposit, once the difference is reserved or given back."""
    balances.reserve(state, account, max(0, new - old))
    balances.unreserve(state, account, max(0, old - new))
    return new


def remove_proxy(state: State, origin: bytes | None, *, delegate: Address, proxy_type: str, delay: int) -> None:
    """Let somebody no longer act for the caller. Raises `NotFound`."""
    who, other = signed(origin), balances.lookup(delegate)
    definitions, deposit = state[PROXIES, who]
    gone = (other, proxy_type, delay)
    if gone not in definitions:
        raise refusal("NotFound")
    kept = tuple(one for one in definitions if one != gone)
    deposit = _adjusted(state, who, deposit, _deposit(len(kept)))
    if kept:
        state[PROXIES, who] = (kept, deposit)
    else:
        del state[PROXIES, who]
    del state[REAL_PAYS_FEE, who, other]
    state.deposit("Proxy", "ProxyRemoved", who, other, proxy_type, delay)


def remove_proxies(state: State, origin: bytes | None) -> None:
    """Let nobody act for the caller any more. A pure account that does so is lost."""
    who = signed(origin)
    balances.unreserve(state, who, state[PROXIES, who][1])
    del state[PROXIES, who]
    for keys in state.keys(REAL_PAYS_FEE, who):
        del state[REAL_PAYS_FEE, *keys]


def create_pure(state: State, origin: bytes | None, *, proxy_type: str, delay: int, index: int) -> None:
    """Make an account without a key that the caller acts for. Raises `Duplicate`, or when the deposit is not there."""
    who = signed(origin)
    pure = pure_account(who, proxy_type, index, height=state.number, extrinsic=_extrinsic(state))
    if (PROXIES, pure) in state:
        raise refusal("Duplicate")
    balances.reserve(state, who, _deposit(1))
    state[PROXIES, pure] = (((who, proxy_type, delay),), _deposit(1))
    state.deposit("Proxy", "PureCreated", pure, who, proxy_type, index)


def _extrinsic(state: State) -> int:
    return state.phase if isinstance(state.phase, int) else 0


def pure_account(who: bytes, proxy_type: str, index: int, *, height: int, extrinsic: int) -> bytes:
    """The account that a pure proxy made in this block and extrinsic has."""
    where = height.to_bytes(4, "little") + extrinsic.to_bytes(4, "little")
    entropy = b"modlpy/proxy____" + who + where + bytes((INDEXES[proxy_type],)) + index.to_bytes(2, "little")
    return blake2b(entropy, digest_size=32).digest()


def kill_pure(
    state: State, origin: bytes | None, *, spawner: Address, proxy_type: str, index: int, height: int, ext_index: int
) -> None:
    """A pure account gives itself up; what it holds is lost, its maker gets the deposit back. Raises `NoPermission`."""
    who, maker = signed(origin), balances.lookup(spawner)
    if pure_account(maker, proxy_type, index, height=height, extrinsic=ext_index) != who:
        raise refusal("NoPermission")
    deposit = state[PROXIES, who][1]
    del state[PROXIES, who]
    balances.unreserve(state, maker, deposit)
    state.deposit("Proxy", "PureKilled", who, maker, proxy_type, index)


def announce(state: State, origin: bytes | None, *, real: Address, call_hash: bytes) -> None:
    """Tell of a call to be made for somebody. Raises `NotProxy`, `TooMany`, or when the deposit is not there."""
    who, account = signed(origin), balances.lookup(real)
    find(state, account, who, None)
    pending, deposit = state[ANNOUNCEMENTS, who]
    if len(pending) >= MAX_PENDING:
        raise refusal("TooMany")
    pending = (*pending, (account, call_hash, state.number))
    state[ANNOUNCEMENTS, who] = (pending, _adjusted(state, who, deposit, _announcement_deposit(len(pending))))
    state.deposit("Proxy", "Announced", account, who, call_hash)


def remove_announcement(state: State, origin: bytes | None, *, real: Address, call_hash: bytes) -> None:
    """A delegate takes back what it announced. Raises `NotFound`."""
    account = balances.lookup(real)
    _take_announcements(state, signed(origin), lambda entry: entry[:2] == (account, call_hash))


def reject_announcement(state: State, origin: bytes | None, *, delegate: Address, call_hash: bytes) -> None:
    """The one who is acted for strikes out what a delegate announced. Raises `NotFound`."""
    who = signed(origin)
    _take_announcements(state, balances.lookup(delegate), lambda entry: entry[:2] == (who, call_hash))


def _take_announcements(state: State, delegate: bytes, gone: Callable[[Any], bool]) -> None:
    pending, deposit = state[ANNOUNCEMENTS, delegate]
    kept = tuple(entry for entry in pending if not gone(entry))
    if len(kept) == len(pending):
        raise refusal("NotFound")
    deposit = _adjusted(state, delegate, deposit, _announcement_deposit(len(kept)))
    if kept:
        state[ANNOUNCEMENTS, delegate] = (kept, deposit)
    else:
        del state[ANNOUNCEMENTS, delegate]


def poke_deposit(state: State, origin: bytes | None) -> None:
    """Bring the caller's deposits to what they cost now."""
    who = signed(origin)
    for item, kind, due in ((PROXIES, "Proxies", _deposit), (ANNOUNCEMENTS, "Announcements", _announcement_deposit)):
        entries, old = state[item, who]
        new = _adjusted(state, who, old, due(len(entries)))
        if new != old:
            state[item, who] = (entries, new)
            state.deposit("Proxy", "DepositPoked", who, kind, old, new)


def set_real_pays_fee(state: State, origin: bytes | None, *, delegate: Address, pays_fee: bool) -> None:
    """Say whether the caller pays for what a delegate does for it. Raises `NotProxy`."""
    who, other = signed(origin), balances.lookup(delegate)
    find(state, who, other, None)
    if pays_fee:
        state[REAL_PAYS_FEE, who, other] = ()
    else:
        del state[REAL_PAYS_FEE, who, other]
    state.deposit("Proxy", "RealPaysFeeSet", who, other, pays_fee)


def payer(state: Reading, signer: bytes, call: DecodedCall) -> bytes:
    """Who pays for an extrinsic: its signer, or whom it acts for where that one said so (`extract_real_fee_payer`)."""
    outer = _paying(state, signer, call)
    if outer is None:
        return signer
    inner = call.args["call"]
    if inner.pallet != "Utility" or inner.name not in ("batch", "batch_all", "force_batch"):
        return _paying(state, outer, inner) or outer
    payers = {_real(one) for one in inner.args["calls"]}
    common = payers.pop() if len(payers) == 1 else None
    return common if common is not None and (REAL_PAYS_FEE, common, outer) in state else outer


def _paying(state: Reading, delegate: bytes, call: DecodedCall) -> bytes | None:
    real = _real(call)
    return real if real is not None and (REAL_PAYS_FEE, real, delegate) in state else None


def _real(call: DecodedCall) -> bytes | None:
    """Whom a call acts for, None for one that acts for nobody."""
    if (call.pallet, call.name) != ("Proxy", "proxy"):
        return None
    try:
        return balances.lookup(call.args["real"])
    except DispatchError:
        return None


CARRYING: Final[Mapping[str, Callable[..., None]]] = {"proxy": proxy, "proxy_announced": proxy_announced}

HANDLERS: Final[Mapping[str, Callable[..., None]]] = {
    "add_proxy": add_proxy,
    "remove_proxy": remove_proxy,
    "remove_proxies": remove_proxies,
    "create_pure": create_pure,
    "kill_pure": kill_pure,
    "announce": announce,
    "remove_announcement": remove_announcement,
    "reject_announcement": reject_announcement,
    "poke_deposit": poke_deposit,
    "set_real_pays_fee": set_real_pays_fee,
}

__all__ = ["CARRYING", "HANDLERS", "find", "payer", "pure_account"]
