"""Errors that scripts for SDK 10 raise or catch, under its names.

Each is the error of taokit that means the same, or the wider one that covers it.
"""

from __future__ import annotations

from taokit.errors import (
    ChainError,
    ChainRefused,
    Forbidden,
    KeyFileError,
    NetworkError,
    NoSuchSubnet,
    NotRegistered,
    Refused,
    Unauthenticated,
    UnknownMessage,
)

NotVerifiedException = Unauthenticated
BlacklistedException = Forbidden
PriorityException = Refused
UnknownSynapseError = UnknownMessage
SynapseParsingError = Refused
NotRegisteredError = NotRegistered
SubnetNotExists = NoSuchSubnet
ChainConnectionError = NetworkError
ChainQueryError = ChainError
ChainTransactionError = RegistrationError = StakeError = UnstakeError = TransferError = ChainRefused
TxRateLimitExceeded = ChainRefused

__all__ = [
    "BlacklistedException",
    "ChainConnectionError",
    "ChainError",
    "ChainQueryError",
    "ChainTransactionError",
    "KeyFileError",
    "NotRegisteredError",
    "NotVerifiedException",
    "PriorityException",
    "RegistrationError",
    "StakeError",
    "SubnetNotExists",
    "SynapseParsingError",
    "TransferError",
    "TxRateLimitExceeded",
    "UnknownSynapseError",
    "UnstakeError",
]
