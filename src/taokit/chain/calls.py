"""The calls that neurons and owners make, as values. Accounts are ss58 addresses; amounts are rao."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call of the chain: a pallet, its function, the arguments by the chain's names. Calls may hold calls."""

    pallet: str
    function: str
    args: Mapping[str, Any] = field(default_factory=dict)


def subtensor(function: str, **args: Any) -> Call:
    """A call of the subnet pallet, for those without a builder here."""
    return Call("SubtensorModule", function, args)


def admin(function: str, **args: Any) -> Call:
    """A hyperparameter setter, such as `admin("sudo_set_tempo", netuid=1, tempo=360)`; where root only, in `sudo`."""
    return Call("AdminUtils", function, args)


def serve_axon(netuid: int, ip: str, port: int, *, version: int = 0, protocol: int = 4) -> Call:
    """Publish where the signing hotkey serves. `ip` is a literal address, IPv4 or IPv6. Free."""
    address = ip_address(ip)
    return subtensor(
        "serve_axon",
        netuid=netuid,
        version=version,
        ip=int(address),
        port=port,
        ip_type=address.version,
        protocol=protocol,
        placeholder1=0,
        placeholder2=0,
    )


def serve_axon_tls(netuid: int, ip: str, port: int, *, certificate: bytes, version: int = 0, protocol: int = 4) -> Call:
    """`serve_axon` with a public key for TLS: a byte of algorithm and up to 64 bytes of key, else it is not stored."""
    axon = serve_axon(netuid, ip, port, version=version, protocol=protocol).args
    return subtensor("serve_axon_tls", **axon, certificate=certificate)


def set_commitment(netuid: int, fields: Sequence[Any]) -> Call:
    """Publish up to three fields in the place of those before: bytes, up to 512 each, or what a read showed. Free."""
    return Call("Commitments", "set_commitment", {"netuid": netuid, "info": {"fields": [*map(_data, fields)]}})


def _data(field: Any) -> Any:
    """A field as the chain's `Data`, which has a name for each length up to 128 bytes."""
    if not isinstance(field, bytes):
        return field
    return {f"Raw{len(field)}" if len(field) <= 128 else "BigRaw": field}


def set_weights(netuid: int, uids: Sequence[int], weights: Sequence[int], *, version_key: int = 0) -> Call:
    """Report on miners, where commit-reveal is off. `weights` are 0 to 65535 each, the largest 65535. Free."""
    return subtensor("set_weights", netuid=netuid, dests=_ints(uids), weights=_ints(weights), version_key=version_key)


def set_mechanism_weights(
    netuid: int, mechanism: int, uids: Sequence[int], weights: Sequence[int], *, version_key: int = 0
) -> Call:
    """`set_weights` for one mechanism of the subnet."""
    return subtensor(
        "set_mechanism_weights",
        netuid=netuid,
        mecid=mechanism,
        dests=_ints(uids),
        weights=_ints(weights),
        version_key=version_key,
    )


def commit_weights(netuid: int, commit_hash: bytes) -> Call:
    """Commit to weights by their hash (32 bytes), to be revealed in a later epoch. Free."""
    return subtensor("commit_weights", netuid=netuid, commit_hash=commit_hash)


def commit_mechanism_weights(netuid: int, mechanism: int, commit_hash: bytes) -> Call:
    """`commit_weights` for one mechanism of the subnet."""
    return subtensor("commit_mechanism_weights", netuid=netuid, mecid=mechanism, commit_hash=commit_hash)


def commit_timelocked_weights(netuid: int, commit: bytes, *, reveal_round: int, version: int = 4) -> Call:
    """Commit to weights that open by themselves when a round of the beacon is out. At most 5000 bytes. Free."""
    return subtensor(
        "commit_timelocked_weights",
        netuid=netuid,
        commit=commit,
        reveal_round=reveal_round,
        commit_reveal_version=version,
    )


def commit_timelocked_mechanism_weights(
    netuid: int, mechanism: int, commit: bytes, *, reveal_round: int, version: int = 4
) -> Call:
    """`commit_timelocked_weights` for one mechanism of the subnet."""
    return subtensor(
        "commit_timelocked_mechanism_weights",
        netuid=netuid,
        mecid=mechanism,
        commit=commit,
        reveal_round=reveal_round,
        commit_reveal_version=version,
    )


def reveal_weights(
    netuid: int, uids: Sequence[int], weights: Sequence[int], *, salt: Sequence[int], version_key: int = 0
) -> Call:
    """Show what a commit stands for, in exactly the epoch that its reveal falls in. `salt` are 16-bit words. Free."""
    return subtensor(
        "reveal_weights",
        netuid=netuid,
        uids=_ints(uids),
        values=_ints(weights),
        salt=_ints(salt),
        version_key=version_key,
    )


def reveal_mechanism_weights(
    netuid: int, mechanism: int, uids: Sequence[int], weights: Sequence[int], *, salt: Sequence[int], version_key: int
) -> Call:
    """`reveal_weights` for one mechanism of the subnet."""
    return subtensor(
        "reveal_mechanism_weights",
        netuid=netuid,
        mecid=mechanism,
        uids=_ints(uids),
        values=_ints(weights),
        salt=_ints(salt),
        version_key=version_key,
    )


def burned_register(netuid: int, hotkey: str) -> Call:
    """Give a hotkey a uid, for the current burn. Signed by the coldkey."""
    return subtensor("burned_register", netuid=netuid, hotkey=hotkey)


def root_register(hotkey: str) -> Call:
    """Give a hotkey a seat on the root network. Signed by the coldkey."""
    return subtensor("root_register", hotkey=hotkey)


def register_network(hotkey: str) -> Call:
    """Create a subnet, owned by the signing coldkey, with `hotkey` as uid 0."""
    return subtensor("register_network", hotkey=hotkey)


def start_call(netuid: int) -> Call:
    """Start trading and emission of a subnet. Signed by its owner."""
    return subtensor("start_call", netuid=netuid)


def add_stake(hotkey: str, netuid: int, rao: int) -> Call:
    """Buy the subnet's alpha for `rao` of TAO and stake it to a hotkey; on netuid 0 the TAO itself is staked."""
    return subtensor("add_stake", hotkey=hotkey, netuid=netuid, amount_staked=rao)


def remove_stake(hotkey: str, netuid: int, rao: int) -> Call:
    """Sell `rao` of the subnet's alpha that is staked to a hotkey."""
    return subtensor("remove_stake", hotkey=hotkey, netuid=netuid, amount_unstaked=rao)


def transfer_keep_alive(to: str, rao: int) -> Call:
    """Send TAO, unless that would close the sender's account."""
    return Call("Balances", "transfer_keep_alive", {"dest": to, "value": rao})


def sudo(call: Call) -> Call:
    """Make a call as root. Signed by the sudo key."""
    return Call("Sudo", "sudo", {"call": call})


def batch_all(*calls: Call) -> Call:
    """Some calls in one extrinsic: all of them, or none where one fails."""
    return Call("Utility", "batch_all", {"calls": calls})


def _ints(values: Sequence[int]) -> list[int]:
    """Plain integers, which is what encoders take; numpy scalars are not."""
    return [int(value) for value in values]


__all__ = [
    "Call",
    "add_stake",
    "admin",
    "batch_all",
    "burned_register",
    "commit_mechanism_weights",
    "commit_timelocked_mechanism_weights",
    "commit_timelocked_weights",
    "commit_weights",
    "register_network",
    "remove_stake",
    "reveal_mechanism_weights",
    "reveal_weights",
    "root_register",
    "serve_axon",
    "serve_axon_tls",
    "set_commitment",
    "set_mechanism_weights",
    "set_weights",
    "start_call",
    "subtensor",
    "sudo",
    "transfer_keep_alive",
]
