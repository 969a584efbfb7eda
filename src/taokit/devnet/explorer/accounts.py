"""One account as JSON."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.accounts import WELL_KNOWN, address, public_key
from taokit.devnet.accounts import account as well_known
from taokit.devnet.devnet import Devnet
from taokit.devnet.runtime.balances import free
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import shares, storage, subnets
from taokit.devnet.runtime.system import account_nonce
from taokit.errors import ConfigurationError

_MOST: Final = 256  # seats, hotkeys and stakes that are listed


def account(devnet: Devnet, given: str) -> dict[str, Any]:
    """What an address holds, which hotkeys it owns, and where it has a uid. Raises `ConfigurationError` for no address.

    Amounts are rao.
    """
    try:
        key = public_key(given)
    except ValueError:
        raise ConfigurationError(f"{given[:60]!r} is no address") from None
    state = devnet.state
    identity = state[storage.IDENTITIES_V2, key]
    owned = (storage.OWNER, key) in state
    return {
        "address": address(key),
        "known": next((f"//{name}" for name in WELL_KNOWN if well_known(name).public_key == key), None),
        "name": "" if identity is None else identity[0].decode(errors="replace"),
        "free": str(free(state, key)),
        "nonce": account_nonce(state, key),
        "owner": address(state[storage.OWNER, key]) if owned else None,
        "hotkeys": [address(hotkey) for hotkey in state[storage.OWNED_HOTKEYS, key][:_MOST]],
        "seats": _seats(state, key)[:_MOST],
        "stakes": _stakes(state, key)[:_MOST],
    }


def _seats(state: Reading, hotkey: bytes) -> list[dict[str, int]]:
    found = ((netuid, state[storage.UIDS, netuid, hotkey]) for netuid in sorted(subnets.all_netuids(state)))
    return [{"netuid": netuid, "uid": uid} for netuid, uid in found if uid is not None]


def _stakes(state: Reading, coldkey: bytes) -> list[dict[str, Any]]:
    netuids = sorted(subnets.all_netuids(state))
    found = (
        (hotkey, netuid, shares.stake_of(state, hotkey, coldkey, netuid))
        for hotkey in state[storage.STAKING_HOTKEYS, coldkey][:_MOST]
        for netuid in netuids
    )
    return [{"hotkey": address(hotkey), "netuid": netuid, "alpha": str(rao)} for hotkey, netuid, rao in found if rao]


__all__ = ["account"]
