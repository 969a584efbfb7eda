"""Pallets and runtime APIs of the real chain that have no rules here: clients find their names, indexes and types.

Storage answers its defaults, calls decode and are refused.
"""

from __future__ import annotations

from taokit.devnet.runtime.table import Enum, Pallet, Struct
from taokit.devnet.runtime.unruled import (
    apis,
    baskets,
    contracts,
    crowdloan,
    evm,
    finality,
    framework,
    limit_orders,
    multisig,
    safe_mode,
    scheduling,
)

PALLETS: tuple[Pallet, ...] = (
    finality.RANDOMNESS,
    finality.GRANDPA,
    multisig.MULTISIG,
    scheduling.PREIMAGE,
    scheduling.SCHEDULER,
    safe_mode.SAFE_MODE,
    evm.ETHEREUM,
    evm.EVM,
    evm.EVM_CHAIN_ID,
    evm.BASE_FEE,
    crowdloan.CROWDLOAN,
    contracts.CONTRACTS,
    limit_orders.LIMIT_ORDERS,
)

TYPES: tuple[Struct | Enum, ...] = (
    *framework.TYPES,
    *finality.TYPES,
    *multisig.TYPES,
    *scheduling.TYPES,
    *safe_mode.TYPES,
    *evm.TYPES,
    *crowdloan.TYPES,
    *contracts.TYPES,
    *limit_orders.TYPES,
    *apis.TYPES,
    *baskets.TYPES,
)

__all__ = ["PALLETS", "TYPES"]
