"""Children: hotkeys that a validator lends parts of its stake to, on one subnet. Parts are of 2**64 - 1.

Links are kept on both sides. A change waits for a cooldown and then for an epoch, unless the subnet has not started.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.consensus.scalar import u64_ratio
from taokit.devnet.runtime.refusal import DispatchError, as_root, ensure, signed
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import coinbase, staking, subnets, takes
from taokit.devnet.runtime.subtensor.storage import (
    AUTO_PARENT_DELEGATION_ENABLED,
    CHILD_KEYS,
    CK_BURN,
    KEYS,
    LAST_EPOCH_BLOCK,
    OWNER,
    PARENT_KEYS,
    PENDING_CHILD_KEY_COOLDOWN,
    PENDING_CHILD_KEYS,
    STAKE_THRESHOLD,
    SUBNET_OWNER_HOTKEY,
    SUBTOKEN_ENABLED,
    TAO_WEIGHT,
    TOTAL_HOTKEY_ALPHA,
    TRANSACTION_KEY_LAST_BLOCK,
    UIDS,
)
from taokit.devnet.runtime.table import Item

Links = tuple[tuple[int, bytes], ...]
"""`(part, hotkey)` each."""

MOST: Final = 5
"""Children that a hotkey may have on a subnet."""
WHOLE: Final = (1 << 64) - 1
SET_CHILDREN: Final = 0
"""The number under which the limit on new children is kept."""
SET_CHILDREN_BLOCKS: Final = 150


def set_children(state: State, origin: bytes | None, *, hotkey: bytes, netuid: int, children: Links) -> None:
    """The caller's hotkey lends its stake to other children (`do_schedule_children`)."""
    coldkey = signed(origin)
    place = (TRANSACTION_KEY_LAST_BLOCK, hotkey, netuid, SET_CHILDREN)
    last = state[place]
    ensure(not last or state.number - last >= SET_CHILDREN_BLOCKS, "TxRateLimitExceeded")
    ensure(netuid != subnets.ROOT, "RegistrationNotPermittedOnRootSubnet")
    ensure(subnets.exists(state, netuid), "SubnetNotExists")
    ensure((OWNER, hotkey) in state and state[OWNER, hotkey] == coldkey, "NonAssociatedColdKey")
    ensure(len({child for _, child in children}) == len(children), "DuplicateChild")
    _check(state, hotkey, netuid, children)
    ensure(not children or _enough(state, hotkey, netuid), "NotEnoughStakeToSetChildkeys")
    state[place] = state.number
    _schedule(state, hotkey, netuid, tuple(children))


def _check(state: Reading, hotkey: bytes, netuid: int, children: Links) -> None:
    """No child of itself, not too many, no more than the whole, and nobody on both sides."""
    parts = {child: part for part, child in children}
    ensure(hotkey not in parts, "InvalidChild")
    ensure(len(parts) <= MOST, "TooManyChildren")
    _check_links(state, hotkey, netuid, parts)


def _check_links(state: Reading, hotkey: bytes, netuid: int, parts: Mapping[bytes, int]) -> None:
    ensure(sum(parts.values()) <= WHOLE, "ProportionOverflow")
    parents = {parent for _, parent in state[PARENT_KEYS, hotkey, netuid]}
    ensure(parents.isdisjoint(parts), "ChildParentInconsistency")


def _enough(state: Reading, hotkey: bytes, netuid: int) -> bool:
    owner = (SUBNET_OWNER_HOTKEY, netuid) in state and state[SUBNET_OWNER_HOTKEY, netuid] == hotkey
    return bool(owner or staking.worth(state, hotkey) >= state[STAKE_THRESHOLD])


def _schedule(state: State, hotkey: bytes, netuid: int, children: Links) -> None:
    if not state[SUBTOKEN_ENABLED, netuid]:
        _apply(state, hotkey, netuid, children)
        return
    due = state.number + state[PENDING_CHILD_KEY_COOLDOWN]
    state[PENDING_CHILD_KEYS, netuid, hotkey] = (children, due)
    state.deposit("SubtensorModule", "SetChildrenScheduled", hotkey, netuid, due, children)


def apply_pending(state: State, netuids: list[int]) -> None:
    """Children whose cooldown is over, on the subnets whose epoch was in this block (`try_set_pending_children`)."""
    for netuid in netuids:
        if state[LAST_EPOCH_BLOCK, netuid] == state.number:
            _apply_due(state, netuid)


def _apply_due(state: State, netuid: int) -> None:
    started = state[SUBTOKEN_ENABLED, netuid]
    for keys, (children, due) in state.items(PENDING_CHILD_KEYS, netuid):
        if due < state.number or not started:
            _apply(state, keys[1], netuid, children)
            del state[PENDING_CHILD_KEYS, *keys]


def _apply(state: State, hotkey: bytes, netuid: int, children: Links) -> None:
    """The links as wished, unless they contradict what came about meanwhile."""
    parts = {child: part for part, child in children if child != hotkey}
    try:
        _check_links(state, hotkey, netuid, parts)
    except DispatchError:
        return
    link(state, hotkey, netuid, parts)
    state.deposit("SubtensorModule", "SetChildren", hotkey, netuid, children)


def link(state: State, hotkey: bytes, netuid: int, parts: Mapping[bytes, int]) -> None:
    """These are the hotkey's children, and they know (`persist_child_parent_relations`)."""
    for _, child in state[CHILD_KEYS, hotkey, netuid]:
        if child not in parts:
            _store(state, PARENT_KEYS, child, netuid, _without(state[PARENT_KEYS, child, netuid], hotkey))
    for child, part in parts.items():
        _store(state, PARENT_KEYS, child, netuid, _with(state[PARENT_KEYS, child, netuid], hotkey, part))
    _store(state, CHILD_KEYS, hotkey, netuid, _sorted(parts))
    parents = {parent: part for part, parent in state[PARENT_KEYS, hotkey, netuid] if parent != hotkey}
    _store(state, PARENT_KEYS, hotkey, netuid, _sorted(parents))


def _sorted(parts: Mapping[bytes, int]) -> Links:
    return tuple((part, hotkey) for hotkey, part in sorted(parts.items()))


def _store(state: State, item: Item, hotkey: bytes, netuid: int, links: Links) -> None:
    if links == state[item, hotkey, netuid]:
        return
    if links:
        state[item, hotkey, netuid] = links
    else:
        del state[item, hotkey, netuid]


def _with(links: Links, hotkey: bytes, part: int) -> Links:
    if any(known == hotkey for _, known in links):
        return tuple((part if known == hotkey else old, known) for old, known in links)
    return (*links, (part, hotkey))


def _without(links: Links, hotkey: bytes) -> Links:
    return tuple(entry for entry in links if entry[1] != hotkey)


def rename(state: State, old: bytes, new: bytes, netuid: int) -> None:
    """Another hotkey takes the place of one as parent and as child (`parent_child_swap_hotkey`)."""
    children = {child: part for part, child in state[CHILD_KEYS, old, netuid] if child != old}
    parents = {parent: part for part, parent in state[PARENT_KEYS, old, netuid] if parent != old}
    ensure(new not in children and new not in parents, "InvalidChild")
    if (PENDING_CHILD_KEYS, netuid, old) in state:
        waiting = state[PENDING_CHILD_KEYS, netuid, old]
        _check(state, new, netuid, waiting[0])
        ensure(parents.keys().isdisjoint(child for _, child in waiting[0]), "ChildParentInconsistency")
        del state[PENDING_CHILD_KEYS, netuid, old]
        state[PENDING_CHILD_KEYS, netuid, new] = waiting
    link(state, old, netuid, {})
    link(state, new, netuid, children)
    for parent, part in parents.items():
        _store(state, CHILD_KEYS, parent, netuid, _with(_without(state[CHILD_KEYS, parent, netuid], old), new, part))
    del state[PARENT_KEYS, old, netuid]
    _store(state, PARENT_KEYS, new, netuid, _sorted(parents))
    _rename_waiting(state, old, new, netuid)


def _rename_waiting(state: State, old: bytes, new: bytes, netuid: int) -> None:
    for keys, (children, due) in state.items(PENDING_CHILD_KEYS, netuid):
        found = [part for part, child in children if child == old]
        if found:
            state[PENDING_CHILD_KEYS, *keys] = ((*_without(children, old), (found[0], new)), due)


def adopt_by_root(state: State, netuid: int) -> None:
    """Root's validators lend their stake to a new subnet's owner, those who allow it.

    Mirrors `do_set_root_validators_for_subnet`; one who cannot is passed over.
    """
    owner = state[SUBNET_OWNER_HOTKEY, netuid]
    for _, hotkey in state.items(KEYS, subnets.ROOT):
        if hotkey == owner or not state[AUTO_PARENT_DELEGATION_ENABLED, hotkey]:
            continue
        try:
            set_children(state, state[OWNER, hotkey], hotkey=hotkey, netuid=netuid, children=((WHOLE, owner),))
        except DispatchError:
            continue


def set_auto_parent_delegation_enabled(state: State, origin: bytes | None, *, hotkey: bytes, enabled: bool) -> None:
    """Whether the caller's root validator lends its stake to the owners of new subnets."""
    coldkey = signed(origin)
    ensure((OWNER, hotkey) in state and state[OWNER, hotkey] == coldkey, "NonAssociatedColdKey")
    ensure(state[UIDS, subnets.ROOT, hotkey] is not None, "HotKeyNotRegisteredInSubNet")
    state[AUTO_PARENT_DELEGATION_ENABLED, hotkey] = enabled
    state.deposit("SubtensorModule", "AutoParentDelegationEnabledSet", hotkey, enabled)


def set_pending_childkey_cooldown(state: State, origin: bytes | None, *, cooldown: int) -> None:
    """Blocks that new children wait."""
    as_root(origin)
    state[PENDING_CHILD_KEY_COOLDOWN] = cooldown


def divide(state: State, netuid: int, dividends: Mapping[bytes, int]) -> dict[bytes, int]:
    """What each hotkey is credited with once parents have their parts (`calculate_dividends_and_incentives`)."""
    credited: dict[bytes, int] = {}
    for hotkey, amount in dividends.items():
        for receiver, part in _with_parents(state, hotkey, netuid, amount):
            credited[receiver] = credited.get(receiver, 0) + part
    return credited


def _with_parents(state: State, hotkey: bytes, netuid: int, amount: int) -> list[tuple[bytes, int]]:
    """Dividends of one hotkey among its parents and itself, by what each contributes to its stake.

    Mirrors `get_parent_child_dividends_distribution`, in U96F32. Between hotkeys of one owner there is no take.
    """
    parents = state[PARENT_KEYS, hotkey, netuid]
    if not parents:
        return [(hotkey, amount)]
    given = {parent: _contribution(state, parent, netuid, u64_ratio(part)) for part, parent in parents}
    total = sum(given.values()) + _own_contribution(state, hotkey, netuid)
    take = (takes.childkey_take(state, hotkey, netuid) << 32) // 65535
    left, kept, paid = amount << 32, 0, []
    for parent, contribution in given.items():
        share = amount * ((contribution << 32) // total if total else 0)
        left = max(0, left - share)
        if state[OWNER, parent] != state[OWNER, hotkey]:
            burned, taken = u64_ratio(state[CK_BURN]) * share >> 32, take * share >> 32
            share = max(0, max(0, share - burned) - taken)
            kept += taken
            coinbase.recycle(state, netuid, burned >> 32)
        paid.append((parent, share >> 32))
    return [*paid, (hotkey, left + kept >> 32)]


def _contribution(state: Reading, hotkey: bytes, netuid: int, part: int) -> int:
    """Stake that a part of a hotkey's amounts to, alpha and weighted root TAO, U96F32."""
    alpha, tao = state[TOTAL_HOTKEY_ALPHA, hotkey, netuid], state[TOTAL_HOTKEY_ALPHA, hotkey, subnets.ROOT]
    return int(alpha * part + (tao * part * u64_ratio(state[TAO_WEIGHT]) >> 32))


def _own_contribution(state: Reading, hotkey: bytes, netuid: int) -> int:
    """The same of what the hotkey has not lent out, cut to whole rao."""
    lent = sum(u64_ratio(part) for part, _ in state[CHILD_KEYS, hotkey, netuid])
    return _contribution(state, hotkey, netuid, max(0, (1 << 32) - lent)) >> 32 << 32


HANDLERS: Final[dict[str, Any]] = {
    "set_auto_parent_delegation_enabled": set_auto_parent_delegation_enabled,
    "set_children": set_children,
    "set_pending_childkey_cooldown": set_pending_childkey_cooldown,
}

__all__ = ["HANDLERS", "adopt_by_root", "apply_pending", "divide", "link", "rename"]
