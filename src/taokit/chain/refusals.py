"""What the chain's refusals mean for whoever was refused: a sentence, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from taokit.chain.hints import COLDKEY, FUND, HINTS, REGISTER, SLOWER, STAKE, UIDS, VALUE, WAIT
from taokit.errors import DispatchFailed, PoolRefused

_POOL: Final[Mapping[int, tuple[str, str]]] = MappingProxyType(
    {
        0: ("ColdkeyInSwapSchedule", "wait until the coldkey's swap is done"),
        1: ("StakeAmountTooLow", STAKE),
        2: ("BalanceTooLow", FUND),
        3: ("SubnetNotExists", HINTS["SubnetNotExists"]),
        4: ("HotkeyAccountDoesntExist", HINTS["HotKeyAccountNotExists"]),
        5: ("NotEnoughStakeToWithdraw", HINTS["NotEnoughStakeToWithdraw"]),
        6: ("RateLimitExceeded", SLOWER),
        7: ("InsufficientLiquidity", HINTS["InsufficientLiquidity"]),
        8: ("SlippageTooHigh", HINTS["SlippageTooHigh"]),
        9: ("TransferDisallowed", HINTS["TransferDisallowed"]),
        10: ("HotKeyNotRegisteredInNetwork", REGISTER),
        11: ("InvalidIpAddress", HINTS["InvalidIpAddress"]),
        12: ("ServingRateLimitExceeded", HINTS["ServingRateLimitExceeded"]),
        13: ("InvalidPort", HINTS["InvalidPort"]),
        15: ("InvalidRevealRound", HINTS["InvalidRevealRound"]),
        16: ("CommitNotFound", HINTS["NoWeightsCommitFound"]),
        17: ("CommitBlockNotInRevealRange", HINTS["RevealTooEarly"]),
        18: ("InputLengthsUnequal", HINTS["InputLengthsUnequal"]),
        19: ("UidNotFound", UIDS),
        20: ("EvmKeyAssociateRateLimitExceeded", WAIT),
        21: ("ColdkeySwapDisputed", "settle the dispute about the coldkey's swap"),
        22: ("InvalidRealAccount", "name the account that the proxy acts for"),
        23: ("FailedShieldedTxParsing", "send the call unshielded"),
        24: ("InvalidShieldedTxPubKeyHash", "read the shield's key again"),
        25: ("NonAssociatedColdKey", COLDKEY),
        26: ("DelegateTakeTooLow", VALUE),
        27: ("DelegateTakeTooHigh", VALUE),
        255: ("BadRequest", "check the call's arguments against the subnet's settings"),
    }
)
_GENERAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BadProof": "sign for this chain as it is now: genesis, runtime version and era are part of the signature",
        "Stale": "read the account's nonce again: this one is used",
        "Future": "send the transactions with lower nonces first",
        "AncientBirthBlock": "sign again from a recent block",
        "Payment": FUND,
        "BadSigner": "sign with an account that may sign for itself",
        "Call": "make a call that is allowed to come signed, and read the chain's metadata again",
        "CannotLookup": "name the account by its address",
        "ExhaustsResources": "wait for a block with more room, or make the call smaller",
        "TemporarilyBanned": "wait half an hour, or sign it again with another nonce or era",
        "AlreadyImported": "nothing to do: this very extrinsic is known",
        "TooLowPriority": "wait for the one with the same nonce that is in the pool",
        "ImmediatelyDropped": "wait: the pool is full",
        "Dropped": "submit it again: the pool was full",
        "Usurped": "look at the account's nonce: another extrinsic took this one's place",
        "Invalid": "submit it again: its nonce or its era no longer fits",
    }
)


def dispatch_failed(name: str, pallet: str = "") -> DispatchFailed:
    """The error for a call that was included and failed, by the chain's name for the reason."""
    where = f" (pallet {pallet})" if pallet else ""
    hint = HINTS.get(f"{pallet}.{name}") or HINTS.get(name)
    return DispatchFailed(f"the chain refused the call: {name}{where}", name=name, hint=hint)


def pool_refused(custom: int | None, *, name: str = "", message: str = "", code: int = 1010) -> PoolRefused:
    """The error for an extrinsic that the pool did not take: by the number of its `Custom error`, or by name."""
    if custom is None:
        said = message or name or f"error {code}"
        return PoolRefused(f"the pool refused it: {said}", name=name, code=code, hint=_GENERAL.get(name))
    known, hint = _POOL.get(custom, ("", None))
    said = f"Custom error: {custom}" + (f" ({known})" if known else "")
    return PoolRefused(f"the pool refused it: {said}", name=known, code=code, custom=custom, hint=hint)


def pool_gave_up(kind: str) -> PoolRefused:
    """The error for an extrinsic that the pool took and let go of: `dropped`, `usurped` or `invalid`."""
    name = kind.capitalize()
    return PoolRefused(f"the pool gave the extrinsic up: {kind}", name=name, hint=_GENERAL.get(name))


def custom_number(text: str) -> int | None:
    """The N of `Custom error: N` in a node's answer, or None."""
    found = re.search(r"Custom error: (\d+)", text)
    return int(found[1]) if found else None


__all__ = ["HINTS", "custom_number", "dispatch_failed", "pool_gave_up", "pool_refused"]
