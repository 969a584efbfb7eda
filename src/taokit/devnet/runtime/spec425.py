"""The runtime of June 2026, specification 425, as one table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.devnet.runtime import (
    admin_utils,
    balances,
    commitments,
    drand,
    payment,
    proxy,
    shield,
    swap,
    system,
    timestamp,
    unruled,
    utility,
)
from taokit.devnet.runtime.methods import METHODS
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.subtensor import info_types, pallet, types
from taokit.devnet.runtime.table import Extension, Pallet, Table
from taokit.devnet.runtime.version import SPEC_NAME, SPEC_VERSION, TRANSACTION_VERSION

EXTENSIONS = (
    Extension("CheckNonZeroSender", "()", "()"),
    Extension("CheckSpecVersion", "()", "u32"),
    Extension("CheckTxVersion", "()", "u32"),
    Extension("CheckGenesis", "()", "H256"),
    Extension("CheckMortality", "Era", "H256"),
    Extension("CheckNonce", "Compact<u32>", "()"),
    Extension("CheckWeight", "()", "()"),
    Extension("ChargeTransactionPayment", "Compact<u64>", "()"),
    Extension("SudoTransactionExtension", "()", "()"),
    Extension("CheckShieldedTxValidity", "()", "()"),
    Extension("SubtensorTransactionExtension", "()", "()"),
    Extension("DrandPriority", "()", "()"),
    Extension("CheckMetadataHash", "MetadataHashMode", "Option<[u8; 32]>"),
)


def _in_order(*pallets: Pallet) -> tuple[Pallet, ...]:
    return tuple(sorted(pallets, key=lambda pallet: pallet.index))


TABLE = Table(
    spec_name=SPEC_NAME,
    spec_version=SPEC_VERSION,
    transaction_version=TRANSACTION_VERSION,
    pallets=_in_order(
        system.PALLET,
        timestamp.TIMESTAMP,
        timestamp.AURA,
        balances.PALLET,
        payment.PALLET,
        pallet.PALLET,
        utility.UTILITY,
        utility.SUDO,
        proxy.PALLET,
        commitments.PALLET,
        admin_utils.PALLET,
        drand.DRAND,
        shield.PALLET,
        swap.SWAP,
        swap.ALPHA_ASSETS,
        *unruled.PALLETS,
    ),
    types=(
        *system.TYPES,
        *types.TYPES,
        *info_types.TYPES,
        *payment.TYPES,
        *proxy.TYPES,
        *commitments.TYPES,
        *drand.TYPES,
        *shield.TYPES,
        *swap.TYPES,
        *admin_utils.TYPES,
        *unruled.TYPES,
    ),
    methods=METHODS,
    extensions=EXTENSIONS,
)
"""The whole of it."""

ERROR_CODES: Final[Mapping[tuple[str, str], tuple[int, int]]] = {
    (made.name, name): (made.index, number) for made in TABLE.pallets for name, number in made.errors.items()
}
"""The indexes of pallet and error, by their names."""


def native_error(error: DispatchError) -> Any:
    """An error as a value of the type `DispatchError`."""
    if error.pallet is not None:
        pallet_index, number = ERROR_CODES[error.pallet, error.name]
        return ("Module", (pallet_index, bytes((number, 0, 0, 0))))
    return tuple(error.name.split(".")) if "." in error.name else error.name


__all__ = ["ERROR_CODES", "TABLE", "native_error"]
