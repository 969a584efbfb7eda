"""What explains a number: the rule it follows from, and the stored values that the rule reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from taokit.devnet.blocks import Record
from taokit.devnet.changes import write
from taokit.devnet.devnet import Devnet
from taokit.devnet.runtime import swap
from taokit.devnet.runtime.block import epoch_inputs
from taokit.devnet.runtime.explained import explained
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import neurons, storage, subnets
from taokit.devnet.runtime.table import Item
from taokit.errors import ConfigurationError, UnknownBlock

_LONGEST: Final = 64
"""Entries of a stored column that are told; the raw key gets the rest."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Where a number comes from."""

    title: str
    text: str
    reads: tuple[Item, ...]  # keyed by netuid, or by a mechanism's index where it is the column of a mechanism
    subject: str | None = None  # which explanation of the epoch tells more about one uid


EPOCH: Final = "It is worked out once an epoch, from the stake, weights and bonds stored right before, and stays. "

RULES: Final[Mapping[str, Rule]] = {
    "consensus": Rule(
        "Consensus",
        EPOCH + "For each uid it is the largest weight that validators with more than kappa of the active stake "
        "give it at least; what a validator gives beyond is cut off. 65535 stands for one.",
        (storage.CONSENSUS, storage.KAPPA),
        "incentive",
    ),
    "incentive": Rule(
        "Incentive",
        EPOCH + "It is the uid's share of what validators give to all, after cutting at consensus and weighted by "
        "stake. Miners are paid by it. 65535 stands for one.",
        (storage.INCENTIVE, storage.CONSENSUS),
        "incentive",
    ),
    "dividends": Rule(
        "Dividends",
        EPOCH + "It is the validator's share of all dividends: bonds times incentive, summed over the uids, and "
        "normalised. Validators are paid by it. 65535 stands for one.",
        (storage.DIVIDENDS, storage.BONDS_MOVING_AVERAGE, storage.YUMA3_ON, storage.LIQUID_ALPHA_ON),
        "trust",
    ),
    "validatorTrust": Rule(
        "Validator trust",
        EPOCH + "It is how much of a validator's weights is left after cutting at consensus. 65535 stands for one.",
        (storage.VALIDATOR_TRUST, storage.CONSENSUS),
        "trust",
    ),
    "emission": Rule(
        "Emission",
        EPOCH + "It is what the uid was given in the epoch, in rao of the subnet's alpha: incentive takes its part "
        "of what waited for miners, dividends take theirs of what waited for validators.",
        (storage.EMISSION, storage.INCENTIVE, storage.DIVIDENDS),
        "incentive",
    ),
    "weights": Rule(
        "Weights",
        "A row is what a validator reported last, scaled so that its largest entry is 65535. The epoch leaves entries "
        "out that must not count, and scales the rest to a sum of one.",
        (storage.LAST_UPDATE, storage.WEIGHTS_SET_RATE_LIMIT, storage.MIN_ALLOWED_WEIGHTS),
        "weights",
    ),
    "bonds": Rule(
        "Bonds",
        EPOCH + "A bond moves a step towards what the validator gives a uid, cut at consensus. Dividends follow "
        "bonds, so early support pays.",
        (storage.BONDS_MOVING_AVERAGE, storage.BONDS_PENALTY, storage.YUMA3_ON, storage.LIQUID_ALPHA_ON),
        "trust",
    ),
    "stake": Rule(
        "Stake weight",
        "It is the alpha under the hotkey plus its root TAO times the TAO weight, with what parents lend it and "
        "without what it lends to children. It votes in consensus and earns permits.",
        (storage.STAKE_WEIGHT, storage.TAO_WEIGHT, storage.STAKE_THRESHOLD),
    ),
    "permit": Rule(
        "Validator permit",
        EPOCH + "The uids with the most stake weight hold one, as many as the subnet allows validators. Only their "
        "weights count.",
        (storage.VALIDATOR_PERMIT, storage.MAX_ALLOWED_VALIDATORS, storage.STAKE_THRESHOLD),
        "weights",
    ),
    "active": Rule(
        "Active",
        "A uid is active in an epoch when its last update is no older than the activity cutoff, which is a factor "
        "(in thousandths) times the tempo.",
        (storage.ACTIVE, storage.LAST_UPDATE, storage.ACTIVITY_CUTOFF_FACTOR_MILLI, storage.TEMPO),
        "weights",
    ),
    "lastUpdate": Rule(
        "Last update",
        "It is the block of the last report: of the weights, or where they are sealed of the commit.",
        (storage.LAST_UPDATE, storage.WEIGHTS_SET_RATE_LIMIT),
        "weights",
    ),
    "registered": Rule(
        "Registered at",
        "It is the block in which the uid passed to this hotkey. Within the immunity period it is not pruned.",
        (storage.IMMUNITY_PERIOD,),
    ),
    "price": Rule(
        "Price",
        "It is TAO per alpha at the margin: the reserve of TAO over the reserve of alpha, each by its weight in the "
        "pool's curve. Weights are in parts of 10^18 and sum to one; the one stored is that of TAO.",
        (storage.SUBNET_TAO, storage.SUBNET_ALPHA_IN, swap.SWAP_BALANCER, storage.SUBNET_MECHANISM),
    ),
    "movingPrice": Rule(
        "Moving price",
        "It is a slow average that steps towards the price once a block, and the slower the younger the subnet is. "
        "Emission between subnets goes by it. It is stored with 32 fraction bits.",
        (storage.SUBNET_MOVING_PRICE, storage.EMA_PRICE_HALVING_BLOCKS, storage.FIRST_EMISSION_BLOCK_NUMBER),
    ),
    "pool": Rule(
        "The pool",
        "Stakers buy alpha out of the reserve of alpha and pay into the reserve of TAO. In each block emission adds "
        "to both; alpha beyond the pool is held by stakers.",
        (
            storage.SUBNET_TAO,
            storage.SUBNET_ALPHA_IN,
            storage.SUBNET_ALPHA_OUT,
            storage.SUBNET_TAO_IN_EMISSION,
            storage.SUBNET_ALPHA_IN_EMISSION,
            storage.SUBNET_ALPHA_OUT_EMISSION,
        ),
    ),
    "pending": Rule(
        "Waiting for the epoch",
        "Each block sets alpha aside for miners, validators, root stakers and the owner. The epoch pays it out and "
        "begins anew.",
        (
            storage.PENDING_SERVER_EMISSION,
            storage.PENDING_VALIDATOR_EMISSION,
            storage.PENDING_ROOT_ALPHA_DIVS,
            storage.PENDING_OWNER_CUT,
        ),
    ),
    "burn": Rule(
        "Price of a registration",
        "It falls by half in each half-life and is multiplied when somebody registers, between its bounds.",
        (storage.BURN, storage.MIN_BURN, storage.MAX_BURN, storage.BURN_HALF_LIFE, storage.BURN_INCREASE_MULT),
    ),
    "clock": Rule(
        "The epoch clock",
        "An epoch is due `Tempo` blocks after the last one, or sooner where one is asked for. When too many subnets "
        "are due in one block, some wait for the next.",
        (storage.TEMPO, storage.LAST_EPOCH_BLOCK, storage.PENDING_EPOCH_AT, storage.SUBNET_EPOCH_INDEX),
    ),
    "neurons": Rule(
        "Neurons",
        "So many uids are taken. Once the subnet is full, a newcomer takes the place of the one that earns least and "
        "is not immune.",
        (storage.SUBNETWORK_N, storage.MAX_ALLOWED_UIDS, storage.IMMUNITY_PERIOD),
    ),
    "commits": Rule(
        "Commits",
        "A commit may be revealed in the one epoch that lies the reveal period after its own, and expires afterwards. "
        "A timelocked one is revealed by the chain once the beacon's pulse of its round is there.",
        (storage.COMMIT_REVEAL_WEIGHTS_ENABLED, storage.REVEAL_PERIOD_EPOCHS, storage.SUBNET_EPOCH_INDEX),
    ),
}
"""By the name that the page gives a number."""


def why(devnet: Devnet, what: str, *, netuid: int, uid: int | None, mechanism: int) -> dict[str, Any]:
    """What explains a number of a subnet, or of one of its uids, as JSON.

    Raises `ConfigurationError` for a number that is not known, and for a uid that is not there.
    """
    rule = RULES.get(what)
    if rule is None and (item := _setting(devnet, what)) is not None:
        rule = Rule(item.name, f"It is stored as it stands; its type is {item.value}.", (item,))
    if rule is None:
        raise ConfigurationError(f"nothing is known of a number called {what[:60]!r}")
    reads = [_read(devnet, item, _keys(item, netuid, mechanism), uid) for item in rule.reads]
    epoch = None
    if uid is not None:
        reads += _of_uid(devnet, what, netuid=netuid, uid=uid, mechanism=mechanism)
        epoch = _epoch(devnet, _subject(devnet, rule, netuid, uid), netuid, uid, mechanism)
    place = {"what": what, "netuid": netuid, "uid": uid, "mechanism": mechanism, "block": devnet.state.number}
    return {**place, "title": rule.title, "text": rule.text, "reads": reads, "ofUid": rule.subject, "epoch": epoch}


def _setting(devnet: Devnet, name: str) -> Item | None:
    items = next(pallet for pallet in devnet.node.table.pallets if pallet.name == "SubtensorModule").storage
    return next((item for item in items if item.name == name and len(item.keys) <= 1), None)


def _keys(item: Item, netuid: int, mechanism: int) -> tuple[Any, ...]:
    if not item.keys:
        return ()
    by_mechanism = item in (storage.INCENTIVE, storage.LAST_UPDATE)
    return (neurons.index_of(netuid, mechanism) if by_mechanism else netuid,)


def _of_uid(devnet: Devnet, what: str, *, netuid: int, uid: int, mechanism: int) -> list[dict[str, Any]]:
    """The entries that are kept of one uid or of its hotkey."""
    state, index = devnet.state, neurons.index_of(netuid, mechanism)
    if not 0 <= uid < state[storage.SUBNETWORK_N, netuid]:
        raise ConfigurationError(f"there is no uid {uid}: the subnet has {state[storage.SUBNETWORK_N, netuid]}")
    hotkey = state[storage.KEYS, netuid, uid]
    found: dict[str, list[tuple[Item, tuple[Any, ...]]]] = {
        "weights": [(storage.WEIGHTS, (index, uid))],
        "bonds": [(storage.BONDS, (index, uid))],
        "registered": [(storage.BLOCK_AT_REGISTRATION, (netuid, uid))],
        "stake": [
            (storage.TOTAL_HOTKEY_ALPHA, (hotkey, netuid)),
            (storage.TOTAL_HOTKEY_ALPHA, (hotkey, subnets.ROOT)),
            (storage.CHILD_KEYS, (hotkey, netuid)),
            (storage.PARENT_KEYS, (hotkey, netuid)),
        ],
    }
    return [_read(devnet, item, keys) for item, keys in found.get(what, [])]


def _read(devnet: Devnet, item: Item, keys: tuple[Any, ...], uid: int | None = None) -> dict[str, Any]:
    """A stored value, its entry for a uid where it is a column, and the raw key that `state_getStorage` takes."""
    natives, native = devnet.natives, devnet.state[(item, *keys)]
    pallet = next(one.name for one in devnet.node.table.pallets if item in one.storage)
    told = None if native is None else natives.told(item.value, native)
    own = _entry(told, uid) if item.value.startswith("Vec<") else None
    if isinstance(told, list) and len(told) > _LONGEST:
        told = [*told[:_LONGEST], f"… {len(told) - _LONGEST} more"]
    return {
        "entry": f"{pallet}.{item.name}",
        "type": item.value,
        "keys": [natives.told(key.type, one) for key, one in zip(item.keys, keys, strict=True)],
        "raw": "0x" + devnet.node.codec.key(item, *keys).hex(),
        "value": told,
        "ofUid": own,
    }


def _entry(column: Any, uid: int | None) -> Any:
    """One uid's entry of a column, None where it is none or too short."""
    return column[uid] if uid is not None and isinstance(column, list) and uid < len(column) else None


def _subject(devnet: Devnet, rule: Rule, netuid: int, uid: int) -> str | None:
    """What of the epoch explains a uid's number; a validator is paid for its trust."""
    earns = _entry(devnet.state[storage.DIVIDENDS, netuid].tolist(), uid)
    return "trust" if rule is RULES["emission"] and earns else rule.subject


def _epoch(devnet: Devnet, subject: str | None, netuid: int, uid: int, mechanism: int) -> dict[str, Any] | None:
    """The last epoch laid open for one uid, None where what it read is no longer kept or tells nothing."""
    if subject is None:
        return None
    number = devnet.state[storage.LAST_MECHANSIM_STEP_BLOCK, netuid]
    try:
        block = devnet.node.history.record(devnet.node.history.hash_of(number) or b"")
        inputs = _inputs(devnet, netuid, block)
    except UnknownBlock:
        return None
    if not mechanism < len(inputs) or uid >= len(inputs[mechanism].block_at_registration):
        return None
    told = explained(inputs[mechanism], subject, uid)
    return {"block": number, "sentences": told.sentences, "columns": told.columns, "rows": told.rows}


def _inputs(devnet: Devnet, netuid: int, block: Record) -> list[Any]:
    """What the epoch in a block had read: the block is begun again, on a copy of the state before it."""
    node = devnet.node
    number = block.head.number
    before = node.state.at(number - 1)
    copy = State(allow_loopback=node.state.allow_loopback)
    copy.return_to(before)
    write(copy, node.asides.before(number))
    return epoch_inputs(copy, netuid, number=number, now_ms=block.now_ms, parent=block.head.parent, oracle=node.beacon)


__all__ = ["RULES", "Rule", "why"]
