"""Weights and texts under seal: what waits, and what was committed and revealed lately, as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from taokit.devnet.accounts import address
from taokit.devnet.blocks import blake2_256
from taokit.devnet.devnet import Devnet
from taokit.devnet.runtime import commitments
from taokit.devnet.runtime.state import Reading
from taokit.devnet.runtime.subtensor import neurons, storage, subnets
from taokit.errors import UnknownBlock

LOOKED_THROUGH: Final = 1024
"""Blocks whose events are looked through."""

FOUND: Final = 100
"""Events of one list."""

_BY_HOTKEY: Final = ("WeightsCommitted", "WeightsRevealed", "WeightsBatchRevealed", "TimelockedWeightsCommitted")
_BY_INDEX: Final = ("TimelockedWeightsRevealed",)


def waiting(state: Reading, netuid: int, mechanism: int) -> list[dict[str, Any]]:
    """Weights that are committed and not revealed, oldest first, with the epoch in which they may be."""
    return sorted(
        [*_hashed(state, netuid, mechanism), *_locked(state, netuid, mechanism)], key=lambda one: one["block"]
    )


def _hashed(state: Reading, netuid: int, mechanism: int) -> Iterator[dict[str, Any]]:
    index, now = neurons.index_of(netuid, mechanism), subnets.current_epoch(state, netuid)
    period = state[storage.REVEAL_PERIOD_EPOCHS, netuid]
    for (_, hotkey), queue in state.items(storage.WEIGHT_COMMITS, index):
        for hash, epoch, block, _ in queue or ():
            yield {
                "kind": "hash",
                **_who(state, netuid, hotkey),
                "digest": "0x" + bytes(hash).hex(),
                "block": int(block),
                "epoch": int(epoch),
                "revealEpoch": int(epoch) + period,
                "round": None,
                "stage": _stage(int(epoch) + period, now),
            }


def _locked(state: Reading, netuid: int, mechanism: int) -> Iterator[dict[str, Any]]:
    index, now = neurons.index_of(netuid, mechanism), subnets.current_epoch(state, netuid)
    period = state[storage.REVEAL_PERIOD_EPOCHS, netuid]
    for (_, epoch), queue in state.items(storage.TIMELOCKED_WEIGHT_COMMITS, index):
        for hotkey, block, sealed, round in queue:
            yield {
                "kind": "timelock",
                **_who(state, netuid, hotkey),
                "digest": "0x" + blake2_256(bytes(sealed)).hex(),
                "block": int(block),
                "epoch": int(epoch),
                "revealEpoch": int(epoch) + period,
                "round": int(round),
                "stage": _stage(int(epoch) + period, now),
            }


def _stage(reveal_epoch: int, now: int) -> str:
    return "sealed" if now < reveal_epoch else "revealable" if now == reveal_epoch else "expired"


def _who(state: Reading, netuid: int, hotkey: bytes) -> dict[str, Any]:
    return {"hotkey": address(hotkey), "uid": neurons.uid_of(state, netuid, hotkey)}


def lately(devnet: Devnet, netuid: int, mechanism: int) -> list[dict[str, Any]]:
    """The last commits and reveals, newest first, of as many blocks as are looked through."""
    found: list[dict[str, Any]] = []
    history, index = devnet.node.history, neurons.index_of(netuid, mechanism)
    best = history.head.number
    for number in range(best, max(0, best - LOOKED_THROUGH), -1):
        try:
            record = history.record(history.hashes.get(number, b""))
        except UnknownBlock:
            break
        for _, _, name, fields in reversed(record.events):
            hotkey = _sender(name, fields, index)
            if hotkey is not None:
                found.append({"event": name, "block": number, **_who(devnet.state, netuid, hotkey)})
        if len(found) >= FOUND:
            break
    return found[:FOUND]


def _sender(name: str, fields: tuple[Any, ...], index: int) -> bytes | None:
    """Whose weights an event is about, None where it is another one."""
    if name in _BY_HOTKEY and fields[1] == index:
        return bytes(fields[0])
    if name in _BY_INDEX and fields[0] == index:
        return bytes(fields[1])
    return None


def texts(state: Reading, netuid: int) -> list[dict[str, Any]]:
    """What hotkeys published on the subnet, whether it is readable yet, and what was revealed of it."""
    found = [
        {**_who(state, netuid, hotkey), "block": made[1], "fields": list(map(_field, made[2][0])), "revealed": False}
        for (_, hotkey), made in state.items(commitments.COMMITMENT_OF, netuid)
        if made is not None
    ]
    for (_, hotkey), revealed in state.items(commitments.REVEALED_COMMITMENTS, netuid):
        found += [
            {**_who(state, netuid, hotkey), "block": block, "fields": [_readable(text)], "revealed": True}
            for text, block in revealed or ()
        ]
    return sorted(found, key=lambda one: -one["block"])[:FOUND]


def _field(field: Any) -> str:
    if isinstance(field, str):
        return field
    kind, *inside = field
    if kind == "TimelockEncrypted":
        return f"sealed until round {inside[-1]}"
    return _readable(bytes(inside[0]))


def _readable(raw: bytes) -> str:
    """Text where it is text, else hex."""
    try:
        return bytes(raw).decode()
    except UnicodeDecodeError:
        return "0x" + bytes(raw).hex()


__all__ = ["FOUND", "LOOKED_THROUGH", "lately", "texts", "waiting"]
