"""What a signed call meets before it runs: in the pool, and again when it is dispatched, also inside a batch.

In the pool a failure is a refusal with a number; at dispatch it is the error itself. Calls without a signature pass.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.devnet.runtime.drand import LAST_STORED_ROUND
from taokit.devnet.runtime.shield import carries
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import commits, creation, neurons, serving, stakeweight, takes, weights
from taokit.devnet.runtime.subtensor.storage import (
    COLDKEY_SWAP_ANNOUNCEMENTS,
    COLDKEY_SWAP_DISPUTES,
    COMMIT_REVEAL_WEIGHTS_ENABLED,
)
from taokit.devnet.runtime.table import DecodedCall

Args = Mapping[str, Any]

CODES: Final[Mapping[str, int]] = {
    "ColdkeySwapAnnounced": 0,
    "AmountTooLow": 1,
    "NotEnoughStakeToSetWeights": 1,
    "NotEnoughBalanceToStake": 2,
    "SubnetNotExists": 3,
    "HotKeyAccountNotExists": 4,
    "NotEnoughStakeToWithdraw": 5,
    "CommittingWeightsTooFast": 6,
    "SettingWeightsTooFast": 6,
    "NetworkTxRateLimitExceeded": 6,
    "InsufficientLiquidity": 7,
    "SlippageTooHigh": 8,
    "TransferDisallowed": 9,
    "HotKeyNotRegisteredInNetwork": 10,
    "InvalidIpAddress": 11,
    "ServingRateLimitExceeded": 12,
    "InvalidPort": 13,
    "InvalidRevealRound": 15,
    "NoWeightsCommitFound": 16,
    "RevealTooEarly": 17,
    "InputLengthsUnequal": 18,
    "HotKeyNotRegisteredInSubNet": 19,
    "EvmKeyAssociateRateLimitExceeded": 20,
    "ColdkeySwapDisputed": 21,
    "NonAssociatedColdKey": 25,
    "DelegateTakeTooLow": 26,
    "DelegateTakeTooHigh": 27,
}
"""The pool's number for each error that a guard raises."""

OTHER: Final = 255

DURING_SWAP: Final = frozenset(
    {
        "announce_coldkey_swap",
        "swap_coldkey_announced",
        "dispute_coldkey_swap",
        "clear_coldkey_swap_announcement",
    }
)
"""What a coldkey with an announced swap may still call, besides what carries a sealed extrinsic."""

ONE_SUBNET: Final = frozenset(
    {
        "commit_crv3_mechanism_weights",
        "commit_mechanism_weights",
        "commit_timelocked_mechanism_weights",
        "commit_timelocked_weights",
        "commit_weights",
        "batch_reveal_weights",
        "reveal_mechanism_weights",
        "reveal_weights",
        "set_mechanism_weights",
        "set_weights",
    }
)
SEVERAL_SUBNETS: Final = frozenset({"batch_commit_weights", "batch_set_weights"})
LISTS: Final[Mapping[str, tuple[str, ...]]] = {
    "batch_commit_weights": ("netuids", "commit_hashes"),
    "batch_reveal_weights": ("uids_list", "values_list", "salts_list", "version_keys"),
    "batch_set_weights": ("netuids", "weights", "version_keys"),
}
"""Lists that must be equally long."""


_LOOKED_AT: Final[Mapping[str, frozenset[str]]] = {
    "weights": ONE_SUBNET | SEVERAL_SUBNETS,
    "rate_limits": frozenset(
        {"commit_weights", "commit_mechanism_weights", "register_network", "set_weights", "set_mechanism_weights"}
    ),
    "delegate_take": frozenset({"increase_take", "decrease_take"}),
    "serving": frozenset(serving.HANDLERS),
}


def check(state: State, signer: bytes, call: DecodedCall) -> str | None:
    """The error of the first guard that refuses, or None."""
    swapping = _coldkey_swap(state, signer, call)
    if swapping or call.pallet != "SubtensorModule":
        return swapping
    name, args = call.name, call.args
    return (
        _lengths(name, args)
        or _min_stake(state, signer, name, args)
        or _reveals(state, signer, name, args)
        or _rate(state, signer, name, args)
        or _take(state, signer, name, args)
        or _serving(state, signer, name, args)
    )


def applying(call: DecodedCall) -> list[str]:
    """The guards that look at a call, by name; they add to its weight."""
    if call.pallet != "SubtensorModule":
        return ["coldkey_swap"]
    name = call.name
    return ["coldkey_swap", *(guard for guard, calls in _LOOKED_AT.items() if name in calls)]


def _coldkey_swap(state: State, signer: bytes, call: DecodedCall) -> str | None:
    if (COLDKEY_SWAP_ANNOUNCEMENTS, signer) not in state:
        return None
    if (COLDKEY_SWAP_DISPUTES, signer) in state:
        return "ColdkeySwapDisputed"
    return None if call.name in DURING_SWAP or carries(call) else "ColdkeySwapAnnounced"


def _lengths(name: str, args: Args) -> str | None:
    unequal = len({len(args[entry]) for entry in LISTS.get(name, ())}) > 1
    return "InputLengthsUnequal" if unequal else None


def _min_stake(state: State, signer: bytes, name: str, args: Args) -> str | None:
    named = [args["netuid"]] if name in ONE_SUBNET else args["netuids"] if name in SEVERAL_SUBNETS else ()
    enough = all(stakeweight.may_weigh(state, signer, int(netuid)) for netuid in named)
    return None if enough else "NotEnoughStakeToSetWeights"


def _reveals(state: State, signer: bytes, name: str, args: Args) -> str | None:
    if "reveal_round" in args:
        return "InvalidRevealRound" if args["reveal_round"] < state[LAST_STORED_ROUND] else None
    if name == "batch_reveal_weights":
        rows = zip(*(args[entry] for entry in LISTS[name]), strict=True)
        found = (_reveal(state, signer, args["netuid"], 0, row) for row in rows)
        return next(filter(None, found), None if _committed(state, signer, args["netuid"]) else "NoWeightsCommitFound")
    if name not in ("reveal_weights", "reveal_mechanism_weights"):
        return None
    row = (args["uids"], args["values"], args["salt"], args["version_key"])
    return _reveal(state, signer, args["netuid"], args.get("mecid", 0), row)


def _reveal(state: State, signer: bytes, netuid: int, mechanism: int, row: tuple[Any, ...]) -> str | None:
    hash = commits.hash_of(signer, neurons.index_of(netuid, mechanism), *row)
    return commits.reveal_refusal(state, signer, hash, netuid=netuid, mechanism=mechanism)


def _committed(state: State, signer: bytes, netuid: int) -> bool:
    return bool(commits.queue_of(state, netuid, signer))


def _rate(state: State, signer: bytes, name: str, args: Args) -> str | None:
    if name == "register_network":
        return "NetworkTxRateLimitExceeded" if creation.too_soon(state) else None
    if name in ("commit_weights", "commit_mechanism_weights"):
        return "CommittingWeightsTooFast" if _too_fast(state, signer, args) else None
    if name in ("set_weights", "set_mechanism_weights") and not state[COMMIT_REVEAL_WEIGHTS_ENABLED, args["netuid"]]:
        return "SettingWeightsTooFast" if _too_fast(state, signer, args) else None
    return None


def _too_fast(state: State, signer: bytes, args: Args) -> bool:
    uid = neurons.uid_of(state, args["netuid"], signer)
    return uid is not None and weights.too_fast(state, args["netuid"], args.get("mecid", 0), uid=uid)


def _take(state: State, signer: bytes, name: str, args: Args) -> str | None:
    if name not in ("increase_take", "decrease_take"):
        return None
    return takes.refusal(state, signer, args["hotkey"], args["take"])


def _serving(state: State, signer: bytes, name: str, args: Args) -> str | None:
    if name not in serving.HANDLERS:
        return None
    wrong = serving.prometheus_refusal if name == "serve_prometheus" else serving.axon_refusal
    return wrong(state, signer, netuid=args["netuid"], ip=args["ip"], ip_type=args["ip_type"], port=args["port"])


__all__ = ["CODES", "OTHER", "applying", "check"]
