"""Blocks and extrinsics as JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from taokit.devnet.accounts import address
from taokit.devnet.blocks import Record, blake2_256
from taokit.devnet.devnet import Devnet
from taokit.devnet.explorer.calls import Phrases
from taokit.devnet.explorer.chronicle import ran_in
from taokit.devnet.extrinsics import Extrinsic, take_apart
from taokit.devnet.history import BODIES
from taokit.devnet.runtime.shield import sealed_in
from taokit.devnet.runtime.state import Event
from taokit.devnet.runtime.table import DecodedCall
from taokit.devnet.scale import read_compact
from taokit.errors import UnknownBlock

MOST: Final = 100
"""Blocks of one list."""


class Blocks:
    """The blocks of one chain, for as long as their extrinsics are kept."""

    def __init__(self, devnet: Devnet) -> None:
        self._devnet, self._node = devnet, devnet.node
        self._phrases = Phrases(devnet.node.table, devnet.natives)

    def named(self, name: str) -> Record:
        """The block of this height or hash. Raises `UnknownBlock`."""
        history = self._node.history
        if name.isascii() and name.isdigit() and len(name) < 20:
            made = history.hash_of(int(name))
            if made is None:
                raise UnknownBlock(f"there is no block {name}: the best one is {history.head.number}")
            return self._kept(made, f"block {int(name)}")
        try:
            made = bytes.fromhex(name.removeprefix("0x"))
        except ValueError:
            raise UnknownBlock(f"{name[:70]!r} is neither the height nor the hash of a block") from None
        return self._kept(made, f"block {name[:70]}")

    def _kept(self, made: bytes, called: str) -> Record:
        try:
            return self._node.history.record(made)
        except UnknownBlock:
            said = f"{called} is none of the last {BODIES:,}, of which extrinsics and events are kept"
            raise UnknownBlock(said) from None

    def latest(self, count: int, below: int | None = None) -> list[dict[str, Any]]:
        """Up to `count` blocks, newest first, of heights below `below`; it ends where they are no longer kept."""
        history = self._node.history
        first = history.head.number if below is None else min(below - 1, history.head.number)
        told: list[dict[str, Any]] = []
        for number in range(first, max(-1, first - min(count, MOST)), -1):
            try:
                told.append(self._brief(history.record(history.hashes.get(number, b""))))
            except UnknownBlock:
                break
        return told

    def block(self, record: Record) -> dict[str, Any]:
        """A block with its extrinsics, each with its outcome and its events, and the events besides."""
        outside = [self._phrases.event(event) for event in record.events if not isinstance(event[0], int)]
        return {
            **self._brief(record),
            "parent": "0x" + record.head.parent.hex(),
            "stateRoot": "0x" + record.header.state_root.hex(),
            "extrinsicsRoot": "0x" + record.header.extrinsics_root.hex(),
            "final": record.head.number <= self._node.history.final.number,
            "extrinsics": [self._extrinsic(record, index) for index in range(len(record.extrinsics))],
            "otherEvents": outside,
        }

    def waiting(self) -> list[dict[str, Any]]:
        """What waits in the pool."""
        return [self._signed(one.extrinsic) for one in list(self._node.pool)[:MOST]]

    def _brief(self, record: Record) -> dict[str, Any]:
        failed = sum(event[2] == "ExtrinsicFailed" for event in record.events)
        return {
            "number": record.head.number,
            "hash": "0x" + record.head.hash.hex(),
            "time": record.now_ms,
            "signed": max(0, len(record.extrinsics) - 1),
            "failed": failed,
            "events": len(record.events),
            "epochs": list(ran_in(record)),
        }

    def _extrinsic(self, record: Record, index: int) -> dict[str, Any]:
        data = record.extrinsics[index]
        events = [event for event in record.events if event[0] == index]
        told = self._signed(self._taken_apart(data)) if _is_signed(data) else self._inherent(data)
        told |= {"opened": self._opens(record, index), "sealed": self._opens(record, index - 1)}
        return {"index": index, **told, **self._outcome(events), "events": list(map(self._phrases.event, events))}

    def _opens(self, record: Record, index: int) -> bool:
        """Whether an extrinsic of a block carried the next one sealed."""
        if index < 0 or index + 1 >= len(record.extrinsics) or not _is_signed(record.extrinsics[index]):
            return False
        sealed = sealed_in(self._taken_apart(record.extrinsics[index]).call)
        if sealed is None:
            return False
        return self._node.keys.opened(sealed, record.head.number) == record.extrinsics[index + 1]

    def _taken_apart(self, data: bytes) -> Extrinsic:
        return take_apart(data, self._node.table, self._node.coders)

    def _signed(self, extrinsic: Extrinsic) -> dict[str, Any]:
        return {
            "hash": "0x" + extrinsic.hash.hex(),
            "bytes": len(extrinsic.data),
            "signer": address(extrinsic.signer),
            "nonce": extrinsic.nonce,
            "era": extrinsic.era,
            "tip": int(extrinsic.extra["ChargeTransactionPayment"]),
            **self._phrases.call(extrinsic.call),
        }

    def _inherent(self, data: bytes) -> dict[str, Any]:
        _, at = read_compact(data, 0)
        call: DecodedCall = self._node.coders("RuntimeCall").decode_all(data[at + 1 :])
        return {
            "hash": "0x" + blake2_256(data).hex(),
            "bytes": len(data),
            "signer": None,
            **self._phrases.call(call),
        }

    def _outcome(self, events: Iterable[Event]) -> dict[str, Any]:
        """Whether it succeeded, why not, and what it cost in rao."""
        told: dict[str, Any] = {"ok": True, "error": None, "fee": 0}
        for _, _, name, fields in events:
            if name == "ExtrinsicFailed":
                told |= {"ok": False, "error": self._phrases.error(fields[0])}
            elif name == "TransactionFeePaid":
                told["fee"] = int(fields[1])
        return told


def _is_signed(data: bytes) -> bool:
    _, at = read_compact(data, 0)
    return bool(data[at] & 0x80)


__all__ = ["MOST", "Blocks"]
