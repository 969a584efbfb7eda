"""What the chain's refusals mean for whoever was refused: a sentence, and what to do next."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from taokit.errors import DispatchFailed, PoolRefused

_REGISTER: Final = "register the hotkey on this subnet: btcli subnets register"
_STAKE: Final = "stake more to the hotkey, or have others delegate to it: btcli stake add"
_SLOWER: Final = "wait until the subnet's rate limit has passed, counted from the last weights, commit or registration"
_COMMIT: Final = "commit the weights first and reveal them later; plain weights are off on this subnet"
_UIDS: Final = "read the metagraph again and send each uid of it at most once"
_WAIT: Final = "wait and try again"
_FUND: Final = "send TAO to the coldkey"
_COLDKEY: Final = "sign with the coldkey that owns this hotkey"
_OWNER: Final = "sign with the coldkey that owns the subnet"
_VALUE: Final = "read the current hyperparameters for the range that is allowed"

HINTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        # weights, commits and reveals
        "NotEnoughStakeToSetWeights": _STAKE,
        "SettingWeightsTooFast": _SLOWER,
        "CommittingWeightsTooFast": _SLOWER,
        "CommitRevealEnabled": _COMMIT,
        "CommitRevealDisabled": "set the weights plainly; commit-reveal is off on this subnet",
        "CanNotSetRootNetworkWeights": "set weights on a subnet; the root network takes none",
        "WeightVecNotEqualSize": "send as many weights as uids",
        "MechanismDoesNotExist": "read MechanismCountCurrent for how many mechanisms this subnet has",
        "UidsLengthExceedUidsInSubNet": _UIDS,
        "HotKeyNotRegisteredInSubNet": _REGISTER,
        "IncorrectWeightVersionKey": "update the subnet's code: its owner demands a newer version key",
        "NeuronNoValidatorPermit": "raise the hotkey's stake until it is among the validators at the next epoch",
        "DuplicateUids": _UIDS,
        "UidVecContainInvalidOne": _UIDS,
        "WeightVecLengthIsLow": "weight more miners: the subnet demands MinAllowedWeights of them",
        "MaxWeightExceeded": "spread the weights: one share is above MaxWeightsLimit",
        "TooManyUnrevealedCommits": "reveal a commit, or wait until the oldest ones expire",
        "NoWeightsCommitFound": "reveal exactly what was committed: same uids, values, salt and version key",
        "InvalidRevealCommitHashNotMatch": "reveal exactly what was committed: same uids, values, salt and version key",
        "ExpiredWeightCommit": "commit again, and reveal in exactly the epoch that the reveal period names",
        "RevealTooEarly": "reveal in exactly the epoch that the reveal period names, neither before nor after",
        "InvalidRevealRound": "commit to a beacon round that lies in the future",
        "IncorrectCommitRevealVersion": "read CommitRevealWeightsVersion and commit in that version",
        "InputLengthsUnequal": "give every list of the batch the same length",
        # serving
        "HotKeyNotRegisteredInNetwork": _REGISTER,
        "InvalidIpType": "name an IPv4 or an IPv6 address",
        "InvalidIpAddress": "name an address that others can reach, not one of this machine",
        "InvalidPort": "name a port other than 0",
        "ServingRateLimitExceeded": "wait ServingRateLimit blocks between two announcements",
        # registration
        "RegistrationNotPermittedOnRootSubnet": "use root_register for netuid 0",
        "SubnetNotExists": "check the netuid: btcli subnets list",
        "SubNetRegistrationDisabled": "wait until the owner opens registration",
        "HotKeyAlreadyRegisteredInSubNet": "nothing to do: this hotkey has a uid here",
        "NotEnoughBalanceToStake": _FUND,
        "NonAssociatedColdKey": _COLDKEY,
        "NoNeuronIdAvailable": "wait until a neuron leaves its immunity period",
        "RegistrationPriceLimitExceeded": "raise the price limit, or wait until the burn has fallen",
        "TooManyRegistrationsThisBlock": _WAIT,
        "TooManyRegistrationsThisInterval": _WAIT,
        "StakeTooLowForRoot": _STAKE,
        "InvalidIdentity": "shorten the identity's texts",
        "NetworkTxRateLimitExceeded": "wait: subnets can be created only every so many blocks",
        "SubnetLimitReached": "wait until a subnet leaves its immunity period",
        "CannotAffordLockCost": _FUND,
        "FirstEmissionBlockNumberAlreadySet": "nothing to do: the subnet has started",
        "NeedWaitingMoreBlocksToStarCall": "wait StartCallDelay blocks after the subnet's creation",
        # stake
        "InsufficientLiquidity": "stake or unstake less at once: the pool is too small",
        "SubtokenDisabled": "wait until the owner has started the subnet",
        "AmountTooLow": "move a larger amount: this is below the chain's minimum",
        "HotKeyAccountNotExists": "register the hotkey, or associate it with its coldkey",
        "SlippageTooHigh": "raise the limit price, allow a partial fill, or move less",
        "NotEnoughStakeToWithdraw": "unstake no more than what is staked",
        "NotEnoughStake": _STAKE,
        "StakeUnavailable": "unlock the stake first",
        "TransferDisallowed": "the owner has switched transfers off on this subnet",
        "SameNetuid": "name two different subnets",
        "StakingRateLimitExceeded": _WAIT,
        "InsufficientBalance": _FUND,
        # children and takes
        "TxRateLimitExceeded": _WAIT,
        "DuplicateChild": "name each child once",
        "TooManyChildren": "name at most five children",
        "InvalidChild": "a hotkey cannot be its own child",
        "ProportionOverflow": "let the children's proportions sum to at most one",
        "ChildParentInconsistency": "a child cannot be a parent of the same hotkey",
        "NotEnoughStakeToSetChildkeys": _STAKE,
        "InvalidChildkeyTake": _VALUE,
        "TxChildkeyTakeRateLimitExceeded": _WAIT,
        "DelegateTakeTooLow": _VALUE,
        "DelegateTakeTooHigh": _VALUE,
        "DelegateTxRateLimitExceeded": _WAIT,
        # owners
        "NotSubnetOwner": _OWNER,
        "AdminActionProhibitedDuringWeightsWindow": "try again after the next epoch; settings are frozen before it",
        "TempoOutOfBounds": "choose a tempo from 360 to 50400",
        "ActivityCutoffFactorMilliOutOfBounds": "choose a factor from 1000 to 50000",
        "DynamicTempoBlockedByCommitReveal": "switch commit-reveal off first",
        "EpochTriggerAlreadyPending": "nothing to do: an epoch is about to run",
        "AutoEpochAlreadyImminent": "nothing to do: an epoch is about to run",
        "SymbolDoesNotExist": "choose one of the chain's symbols",
        "SymbolAlreadyInUse": "choose another symbol",
        "InvalidValue": _VALUE,
        "InvalidSubnetNumber": "name one to five subnets",
        # commitments and the runtime itself
        "AccountNotAllowedCommit": _REGISTER,
        "TooManyFieldsInCommitmentInfo": "put the commitment into at most three fields",
        "SpaceLimitExceeded": "wait for the next epoch: the space for commitments is used up",
        "BadOrigin": "sign with the key that this call demands: the owner's, or root's",
        "Token.FundsUnavailable": _FUND,
        "Token.NotExpendable": "keep the account alive: send less",
        "Token.BelowMinimum": "send at least the existential deposit",
        "Other": "look at the block's events for more",
    }
)
"""What to do next, by the chain's name for the reason."""

_POOL: Final[Mapping[int, tuple[str, str]]] = MappingProxyType(
    {
        0: ("ColdkeyInSwapSchedule", "wait until the coldkey's swap is done"),
        1: ("StakeAmountTooLow", _STAKE),
        2: ("BalanceTooLow", _FUND),
        3: ("SubnetNotExists", HINTS["SubnetNotExists"]),
        4: ("HotkeyAccountDoesntExist", HINTS["HotKeyAccountNotExists"]),
        5: ("NotEnoughStakeToWithdraw", HINTS["NotEnoughStakeToWithdraw"]),
        6: ("RateLimitExceeded", _SLOWER),
        7: ("InsufficientLiquidity", HINTS["InsufficientLiquidity"]),
        8: ("SlippageTooHigh", HINTS["SlippageTooHigh"]),
        9: ("TransferDisallowed", HINTS["TransferDisallowed"]),
        10: ("HotKeyNotRegisteredInNetwork", _REGISTER),
        11: ("InvalidIpAddress", HINTS["InvalidIpAddress"]),
        12: ("ServingRateLimitExceeded", HINTS["ServingRateLimitExceeded"]),
        13: ("InvalidPort", HINTS["InvalidPort"]),
        15: ("InvalidRevealRound", HINTS["InvalidRevealRound"]),
        16: ("CommitNotFound", HINTS["NoWeightsCommitFound"]),
        17: ("CommitBlockNotInRevealRange", HINTS["RevealTooEarly"]),
        18: ("InputLengthsUnequal", HINTS["InputLengthsUnequal"]),
        19: ("UidNotFound", _UIDS),
        20: ("EvmKeyAssociateRateLimitExceeded", _WAIT),
        21: ("ColdkeySwapDisputed", "settle the dispute about the coldkey's swap"),
        22: ("InvalidRealAccount", "name the account that the proxy acts for"),
        23: ("FailedShieldedTxParsing", "send the call unshielded"),
        24: ("InvalidShieldedTxPubKeyHash", "read the shield's key again"),
        25: ("NonAssociatedColdKey", _COLDKEY),
        26: ("DelegateTakeTooLow", _VALUE),
        27: ("DelegateTakeTooHigh", _VALUE),
        255: ("BadRequest", "check the call's arguments against the subnet's settings"),
    }
)
_GENERAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "BadProof": "sign for this chain as it is now: genesis, runtime version and era are part of the signature",
        "Stale": "read the account's nonce again: this one is used",
        "Future": "send the transactions with lower nonces first",
        "AncientBirthBlock": "sign again from a recent block",
        "Payment": _FUND,
    }
)


def dispatch_failed(name: str, pallet: str = "") -> DispatchFailed:
    """The error for a call that was included and failed, by the chain's name for the reason."""
    where = f" (pallet {pallet})" if pallet else ""
    return DispatchFailed(f"the chain refused the call: {name}{where}", name=name, hint=HINTS.get(name))


def pool_refused(custom: int | None, *, name: str = "", message: str = "", code: int = 1010) -> PoolRefused:
    """The error for an extrinsic that the pool did not take: by the number of its `Custom error`, or by name."""
    if custom is None:
        said = message or name or f"error {code}"
        return PoolRefused(f"the pool refused it: {said}", name=name, code=code, hint=_GENERAL.get(name))
    known, hint = _POOL.get(custom, ("", None))
    said = f"Custom error: {custom}" + (f" ({known})" if known else "")
    return PoolRefused(f"the pool refused it: {said}", name=known, code=code, custom=custom, hint=hint)


def custom_number(text: str) -> int | None:
    """The N of `Custom error: N` in a node's answer, or None."""
    found = re.search(r"Custom error: (\d+)", text)
    return int(found[1]) if found else None


__all__ = ["HINTS", "custom_number", "dispatch_failed", "pool_refused"]
