"""What the runtime APIs answer that have no rules behind them: nothing there, nothing to do, not available."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

_ACCOUNT: Final = bytes(32)
_ADDRESS: Final = (bytes(20),)
_ZERO: Final = (0, 0, 0, 0)
_UNAVAILABLE: Final = ("Err", "Unavailable")
_CONTRACT: Final = ((0, 0), (0, 0), ("Charge", 0), b"", _UNAVAILABLE, None)
_EPOCH: Final = (0, 0, 0, (), bytes(32), ((0, 0), "PrimarySlots"))

ANSWERS: Final[Mapping[str, Mapping[str, Any]]] = {
    "Core": {"execute_block": (), "initialize_block": "AllExtrinsics"},
    "BlockBuilder": {"inherent_extrinsics": (), "check_inherents": (True, False, ((),))},
    "GenesisBuilder": {
        "build_state": ("Err", "a devnet takes its genesis from `taokit devnet`"),
        "get_preset": None,
        "preset_names": (),
    },
    "OffchainWorkerApi": {"offchain_worker": ()},
    "SessionKeys": {"generate_session_keys": b"", "decode_session_keys": None},
    "GrandpaApi": {
        "grandpa_authorities": (),
        "submit_report_equivocation_unsigned_extrinsic": None,
        "generate_key_ownership_proof": None,
        "current_set_id": 0,
    },
    "EthereumRuntimeRPCApi": {
        "chain_id": 0,
        "account_basic": (_ZERO, _ZERO),
        "gas_price": _ZERO,
        "account_code_at": b"",
        "author": _ADDRESS,
        "storage_at": bytes(32),
        "call": _UNAVAILABLE,
        "create": _UNAVAILABLE,
        "current_block": None,
        "current_receipts": None,
        "current_transaction_statuses": None,
        "current_all": (None, None, None),
        "extrinsic_filter": (),
        "elasticity": None,
        "gas_limit_multiplier_support": (),
        "pending_block": (None, None),
        "initialize_pending_block": (),
    },
    "ContractsApi": {
        "call": _CONTRACT,
        "instantiate": _CONTRACT,
        "upload_code": _UNAVAILABLE,
        "get_storage": ("Err", "DoesntExist"),
    },
    "BabeApi": {
        "configuration": (0, 0, (0, 0), (), bytes(32), "PrimarySlots"),
        "current_epoch_start": 0,
        "current_epoch": _EPOCH,
        "next_epoch": _EPOCH,
        "generate_key_ownership_proof": None,
        "submit_report_equivocation_unsigned_extrinsic": None,
    },
    "ShieldApi": {
        "try_decode_shielded_tx": None,
        "try_unshield_tx": None,
    },
    "BetaBasketRuntimeApi": {
        "get_root_basket_owed": 0,
        "get_basket_payout": 0,
        "get_validator_basket_nav": 0,
        "get_validator_basket": (),
        "get_root_basket_total_nav": 0,
        "get_validator_basket_summary": (_ACCOUNT, 0, 0, 0, 0, 0, ()),
        "get_all_validator_baskets": (),
        "get_root_basket_positions": (),
        "get_basket_position": None,
        "get_root_basket_portfolio": (),
        "get_beta_pricing": None,
        "get_all_beta_pricing": ((), None),
        "get_basket_trading_status": (False, False, 0, 0, 0),
        "get_basket_claim_preview": None,
        "get_root_basket_claim_previews": (),
    },
}
"""By API and method, whatever the arguments."""

__all__ = ["ANSWERS"]
