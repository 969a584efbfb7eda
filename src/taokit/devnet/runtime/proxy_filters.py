"""What a proxy of each type may call, and how clients are told of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from taokit.devnet.runtime.proxy import TYPES
from taokit.devnet.runtime.spec425 import TABLE
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.table import DecodedCall, Enum

SMALL: Final = 500_000_000
"""Rao, of TAO or of alpha: `SmallTransfer` moves less."""

DEPRECATED: Final = frozenset({"Triumvirate", "Senate", "Governance", "RootWeights"})

INDEXES: Final = {
    name: index
    for made in TYPES
    if isinstance(made, Enum) and made.name == "ProxyType"
    for name, index, _ in made.variants
}
"""Every proxy type and its number."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A call that a filter names, or every call of a pallet where `name` is None, and on what condition."""

    pallet: str
    name: str | None
    below: str | None = None  # an argument that must be less than `SMALL`
    nested: tuple[str, str] | None = None  # what the call inside must be

    def matches(self, call: DecodedCall) -> bool:
        """Whether it names this call, and the condition holds."""
        if call.pallet != self.pallet or self.name not in (None, call.name):
            return False
        if self.below is not None:
            return bool(call.args[self.below] < SMALL)
        return self.nested is None or self.nested == (call.args["call"].pallet, call.args["call"].name)


@dataclass(frozen=True, slots=True)
class Filter:
    """What one proxy type may call: all, nothing, only what the rules name, or all but that."""

    mode: Literal["AllowAll", "DenyAll", "Allow", "Deny"]
    rules: tuple[Rule, ...] = ()
    exceptions: tuple[Rule, ...] = ()

    def allows(self, call: DecodedCall) -> bool:
        """Whether a proxy of this type may make the call."""
        if self.mode in ("AllowAll", "DenyAll"):
            return self.mode == "AllowAll"
        named = any(rule.matches(call) for rule in self.rules)
        if self.mode == "Deny":
            return not named
        return named and not any(rule.matches(call) for rule in self.exceptions)


def _rules(text: str) -> tuple[Rule, ...]:
    """Calls by pallet: the pallet's name and a colon, then the names of its calls, or `*`."""
    found, pallet = [], ""
    for word in text.split():
        if word.endswith(":"):
            pallet = word[:-1]
        else:
            found.append(Rule(pallet, None if word == "*" else word))
    return tuple(found)


COLDKEY_SWAP: Final = """
    announce_coldkey_swap swap_coldkey_announced clear_coldkey_swap_announcement dispute_coldkey_swap
"""
STAKING: Final = """
    add_stake add_stake_limit remove_stake remove_stake_limit remove_stake_full_limit unstake_all unstake_all_alpha
    swap_stake swap_stake_limit move_stake
"""

FILTERS: Final[dict[str, Filter]] = {
    "Any": Filter("AllowAll"),
    "Owner": Filter(
        "Allow",
        _rules("AdminUtils: * SubtensorModule: set_subnet_identity update_symbol"),
        _rules("AdminUtils: sudo_set_sn_owner_hotkey sudo_set_subnet_owner_hotkey"),
    ),
    "NonCritical": Filter(
        "Deny",
        _rules(
            f"SubtensorModule: dissolve_network root_register burned_register Sudo: * SubtensorModule: {COLDKEY_SWAP}"
        ),
    ),
    "NonTransfer": Filter(
        "Deny",
        _rules(f"Balances: * SubtensorModule: transfer_stake schedule_swap_coldkey swap_coldkey {COLDKEY_SWAP}"),
    ),
    "NonFungible": Filter(
        "Deny",
        _rules(f"""
            Balances: * SubtensorModule: {STAKING} transfer_stake burned_register root_register schedule_swap_coldkey
            swap_coldkey {COLDKEY_SWAP} swap_hotkey swap_hotkey_v2
        """),
    ),
    "Staking": Filter("Allow", _rules(f"SubtensorModule: {STAKING} set_root_claim_type")),
    "Registration": Filter("Allow", _rules("SubtensorModule: burned_register register register_limit")),
    "Transfer": Filter(
        "Allow",
        _rules("Balances: transfer_keep_alive transfer_allow_death transfer_all SubtensorModule: transfer_stake"),
    ),
    "SmallTransfer": Filter(
        "Allow",
        (
            Rule("Balances", "transfer_keep_alive", below="value"),
            Rule("Balances", "transfer_allow_death", below="value"),
            Rule("SubtensorModule", "transfer_stake", below="alpha_amount"),
        ),
    ),
    "ChildKeys": Filter("Allow", _rules("SubtensorModule: set_children set_childkey_take")),
    "SudoUncheckedSetCode": Filter("Allow", (Rule("Sudo", "sudo_unchecked_weight", nested=("System", "set_code")),)),
    "SwapHotkey": Filter("Allow", _rules("SubtensorModule: swap_hotkey swap_hotkey_v2")),
    "SubnetLeaseBeneficiary": Filter(
        "Allow",
        _rules("""
            SubtensorModule: start_call AdminUtils: sudo_set_serving_rate_limit sudo_set_min_difficulty
            sudo_set_max_difficulty sudo_set_weights_version_key sudo_set_adjustment_alpha sudo_set_immunity_period
            sudo_set_min_allowed_weights sudo_set_kappa sudo_set_rho sudo_set_activity_cutoff
            sudo_set_network_registration_allowed sudo_set_network_pow_registration_allowed sudo_set_max_burn
            sudo_set_bonds_moving_average sudo_set_bonds_penalty sudo_set_commit_reveal_weights_enabled
            sudo_set_liquid_alpha_enabled sudo_set_alpha_values sudo_set_commit_reveal_weights_interval
            sudo_set_toggle_transfer sudo_set_subnet_emission_enabled sudo_set_min_childkey_take_per_subnet
        """),
    ),
    "RootClaim": Filter("Allow", _rules("SubtensorModule: claim_root")),
    **dict.fromkeys(DEPRECATED, Filter("DenyAll")),
}
"""By proxy type (`define_proxy_filters`)."""


def includes(one: str, other: str) -> bool:
    """Whether a proxy of the first type may make and unmake proxies of the other (`is_superset`)."""
    if one in ("Any", other):
        return True
    if one == "NonTransfer":
        return other not in ("Any", "Transfer", "SmallTransfer")
    return (one, other) == ("Transfer", "SmallTransfer")


def proxy_types(_: Reading) -> tuple[Any, ...]:
    """A `ProxyTypeInfo` for every proxy type."""
    return tuple((name.encode(), index, name in DEPRECATED) for name, index in INDEXES.items())


def proxy_filters(_: Reading, proxy_type: int | None) -> tuple[Any, ...]:
    """A `ProxyFilterInfo` for the proxy type of this number, none for an unknown one; of every type for None."""
    return tuple(_told(name, index) for name, index in INDEXES.items() if proxy_type in (None, index))


def _told(name: str, index: int) -> tuple[Any, ...]:
    made = FILTERS[name]
    rules, exceptions = (tuple(map(_told_rule, rules)) for rules in (made.rules, made.exceptions))
    return index, name.encode(), name in DEPRECATED, made.mode, rules, exceptions


def _told_rule(rule: Rule) -> tuple[Any, ...]:
    pallet = next(made for made in TABLE.pallets if made.name == rule.pallet)
    index = next((row.index for row in pallet.calls if row.name == rule.name), None)
    name = None if rule.name is None else rule.name.encode()
    return rule.pallet.encode(), pallet.index, name, index, _condition(rule)


def _condition(rule: Rule) -> tuple[Any, ...] | None:
    if rule.below is not None:
        return "ParamLessThan", rule.below.encode(), SMALL
    if rule.nested is not None:
        return "NestedCallMustBe", *(name.encode() for name in rule.nested)
    return None


__all__ = ["DEPRECATED", "FILTERS", "INDEXES", "SMALL", "Filter", "Rule", "includes", "proxy_filters", "proxy_types"]
