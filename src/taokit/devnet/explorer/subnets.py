"""Subnets, their neurons and their matrices as JSON. Amounts are rao, shares 0 to 65535, prices rao per alpha."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.accounts import address
from taokit.devnet.devnet import Devnet
from taokit.devnet.explorer.chronicle import Chronicle, Epoch
from taokit.devnet.natives import Natives
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import neurons, pool, stakeweight, storage, subnets
from taokit.devnet.runtime.table import Item

POOL: Final[dict[str, Item]] = {
    "tao": storage.SUBNET_TAO,
    "alphaIn": storage.SUBNET_ALPHA_IN,
    "alphaOut": storage.SUBNET_ALPHA_OUT,
    "taoInEmission": storage.SUBNET_TAO_IN_EMISSION,
    "alphaInEmission": storage.SUBNET_ALPHA_IN_EMISSION,
    "alphaOutEmission": storage.SUBNET_ALPHA_OUT_EMISSION,
    "pendingServer": storage.PENDING_SERVER_EMISSION,
    "pendingValidator": storage.PENDING_VALIDATOR_EMISSION,
    "pendingRoot": storage.PENDING_ROOT_ALPHA_DIVS,
    "pendingOwner": storage.PENDING_OWNER_CUT,
    "burn": storage.BURN,
}
"""Amounts of a subnet by the name that the page uses."""

COLUMNS: Final[dict[str, Item]] = {
    "consensus": storage.CONSENSUS,
    "dividends": storage.DIVIDENDS,
    "validatorTrust": storage.VALIDATOR_TRUST,
    "emission": storage.EMISSION,
}
"""What an epoch stores of every uid, whatever the mechanism."""

_SETTINGS: Final = frozenset(
    item.name for item in storage.ITEMS if [key.type for key in item.keys] == ["u16"] and item not in POOL.values()
) - {item.name for item in (*COLUMNS.values(), storage.ACTIVE, storage.STAKE_WEIGHT, storage.VALIDATOR_PERMIT)}


def brief(state: Reading, netuid: int) -> dict[str, Any]:
    """One line of the list of subnets."""
    clock = subnets.clock(state, netuid)
    return {
        "netuid": netuid,
        "name": name_of(state, netuid),
        "symbol": _text(state[storage.TOKEN_SYMBOL, netuid]),
        "neurons": state[storage.SUBNETWORK_N, netuid],
        "maxNeurons": state[storage.MAX_ALLOWED_UIDS, netuid],
        "tempo": clock.tempo,
        "epoch": clock.epoch_index,
        "lastEpoch": clock.last_epoch_block,
        "nextEpoch": clock.next_epoch_block(state.number) if clock.tempo and netuid else None,
        "price": pool.price_rao(state, netuid),
        "movingPrice": pool.moving_price(state, netuid) * pool.RAO >> 64,
        "mechanisms": state[storage.MECHANISM_COUNT_CURRENT, netuid],
        **{name: str(state[item, netuid]) for name, item in POOL.items()},
    }


def name_of(state: Reading, netuid: int) -> str:
    """What the owner calls the subnet; whatever that is, it is text and nothing else."""
    if netuid == subnets.ROOT:
        return "root"
    identity = state[storage.SUBNET_IDENTITIES_V3, netuid]
    return "" if identity is None else _text(identity[0])


def _text(raw: bytes) -> str:
    return raw.decode(errors="replace")


class Subnets:
    """The subnets of one chain."""

    def __init__(self, devnet: Devnet, chronicle: Chronicle) -> None:
        self._devnet, self._chronicle, self._natives = devnet, chronicle, devnet.natives

    def listed(self) -> list[dict[str, Any]]:
        """Every subnet, root first."""
        state = self._devnet.state
        return [brief(state, netuid) for netuid in sorted(subnets.all_netuids(state))]

    def subnet(self, netuid: int, mechanism: int) -> dict[str, Any]:
        """Everything about one subnet but its matrices."""
        state = self._devnet.state
        return {
            **brief(state, netuid),
            "mechanism": mechanism,
            "block": state.number,
            "owner": _address(state[storage.SUBNET_OWNER, netuid]),
            "ownerHotkey": _address(state[storage.SUBNET_OWNER_HOTKEY, netuid]),
            "ownerUid": subnets.owner_uid(state, netuid),
            "commitReveal": state[storage.COMMIT_REVEAL_WEIGHTS_ENABLED, netuid],
            "revealPeriod": state[storage.REVEAL_PERIOD_EPOCHS, netuid],
            "identity": _identity(self._natives, state, netuid),
            "settings": self._settings(state, netuid),
            "uids": _uids(state, netuid, mechanism),
        }

    def _settings(self, state: Reading, netuid: int) -> dict[str, Any]:
        """Every entry that is kept of the subnet as such, by its name on the chain."""
        items = sorted((item for item in storage.ITEMS if item.name in _SETTINGS), key=lambda item: item.name)
        items = [item for item in items if (item, netuid) in state or not item.optional]
        return {
            item.name: self._natives.told(item.value, state[item, netuid])
            for item in items
            if state[item, netuid] is not None
        }

    def epochs(self, netuid: int, mechanism: int) -> list[dict[str, Any]]:
        """What past epochs stored, oldest first."""
        return [_past(one, mechanism) for one in self._chronicle.epochs(netuid)]

    def prices(self, netuid: int) -> list[list[int]]:
        """`[block, price, moving price]` after past blocks, oldest first."""
        rao = pool.RAO
        return [
            [one.head.number, one.spot * rao >> 64, one.moving * rao >> 64] for one in self._chronicle.prices(netuid)
        ]

    def matrices(self, netuid: int, mechanism: int) -> dict[str, Any]:
        """Stored weights and bonds: for each uid that has a row, its pairs of uid and value."""
        state, index = self._devnet.state, neurons.index_of(netuid, mechanism)
        return {
            "neurons": state[storage.SUBNETWORK_N, netuid],
            "weights": _rows(state, storage.WEIGHTS, netuid, index),
            "bonds": _rows(state, storage.BONDS, netuid, index),
        }


def _past(epoch: Epoch, mechanism: int) -> dict[str, Any]:
    has = mechanism < len(epoch.incentive)
    return {
        "block": epoch.head.number,
        "index": epoch.index,
        "price": epoch.price * pool.RAO >> 64,
        "incentive": epoch.incentive[mechanism].tolist() if has else [],
        "consensus": epoch.consensus.tolist(),
        "dividends": epoch.dividends.tolist(),
        "validatorTrust": epoch.validator_trust.tolist(),
        "emission": [str(rao) for rao in epoch.emission.tolist()],
    }


def _rows(state: Reading, item: Item, netuid: int, index: int) -> list[list[Any]]:
    stored = ((uid, state[item, index, uid]) for uid in range(state[storage.SUBNETWORK_N, netuid]))
    return [[uid, row.tolist()] for uid, row in stored if len(row)]


def _uids(state: Reading, netuid: int, mechanism: int) -> list[dict[str, Any]]:
    index, keys = neurons.index_of(netuid, mechanism), neurons.hotkeys(state, netuid)
    columns = {name: state[item, netuid].tolist() for name, item in COLUMNS.items()}
    columns |= {
        "incentive": state[storage.INCENTIVE, index].tolist(),
        "lastUpdate": state[storage.LAST_UPDATE, index].tolist(),
        "active": state[storage.ACTIVE, netuid].tolist(),
        "permit": state[storage.VALIDATOR_PERMIT, netuid].tolist(),
    }
    return [
        {
            "uid": uid,
            "hotkey": _address(hotkey),
            "coldkey": _address(state[storage.OWNER, hotkey]),
            "name": _name(state, state[storage.OWNER, hotkey]),
            "stake": str(stakeweight.total_stake(state, hotkey, netuid) >> 32),
            "registered": state[storage.BLOCK_AT_REGISTRATION, netuid, uid],
            "axon": _axon(state[storage.AXONS, netuid, hotkey]),
            **{name: _entry(column, uid) for name, column in columns.items()},
        }
        for uid, hotkey in enumerate(keys)
    ]


def _entry(column: list[Any], uid: int) -> Any:
    """An entry as JSON; a column may be shorter than the subnet where an old file says so."""
    value = column[uid] if uid < len(column) else 0
    return value if isinstance(value, bool) or value < 1 << 53 else str(value)


def _address(key: bytes | None) -> str | None:
    return None if not key else address(key)


def _name(state: Reading, coldkey: bytes | None) -> str:
    identity = None if not coldkey else state[storage.IDENTITIES_V2, coldkey]
    return "" if identity is None else _text(identity[0])


def _axon(axon: Any) -> str | None:
    """`ip:port` of the endpoint that was announced."""
    if axon is None:
        return None
    _, _, ip, port, kind, *_ = axon
    if not port:
        return None
    number = int(ip)
    if kind == 6:
        groups = number.to_bytes(16, "big").hex(":", 2)
        return f"[{groups}]:{port}"
    return ".".join(map(str, number.to_bytes(16, "big")[-4:])) + f":{port}"


def _identity(natives: Natives, state: Reading, netuid: int) -> dict[str, str]:
    """What the owner says about the subnet, by field; empty ones left out."""
    identity = state[storage.SUBNET_IDENTITIES_V3, netuid]
    if identity is None:
        return {}
    names = natives.told("SubnetIdentityV3", identity)
    return {name: _text(raw) for name, raw in zip(names, identity, strict=True) if raw}


__all__ = ["COLUMNS", "POOL", "Subnets", "brief", "name_of"]
