"""The keys that the neurons of a subnet published, as a client uses them."""

from __future__ import annotations

from functools import lru_cache

from taokit.chain import Read, reads
from taokit.dendrite import Known
from taokit.protocol import verify
from taokit.protocol.sealing import read_key_record


def published_keys(netuid: int) -> Read[dict[str, Known]]:
    """What each hotkey published on a subnet: its TLS key, and its key for sealed bodies if it certified that.

    Keys of other algorithms are left out, and so are records that the hotkey did not sign.
    """
    tls = yield from reads.certificates(netuid)
    committed = yield from reads.commitments(netuid)
    known = {
        hotkey: Known(
            tls=tls[hotkey].ed25519 if hotkey in tls else None,
            sealing=_sealing_key(hotkey, committed[hotkey]) if hotkey in committed else None,
        )
        for hotkey in tls.keys() | committed.keys()
    }
    return {hotkey: keys for hotkey, keys in known.items() if keys != Known()}


def published_by(netuid: int, hotkey: str) -> Read[Known]:
    """What one hotkey published on a subnet, by the same rules."""
    tls = yield from reads.certificate(netuid, hotkey)
    committed = yield from reads.commitment(netuid, hotkey)
    return Known(
        tls=None if tls is None else tls.ed25519,
        sealing=None if committed is None else _sealing_key(hotkey, committed),
    )


def _sealing_key(hotkey: str, commitment: reads.Commitment) -> bytes | None:
    found = (_certified(field, hotkey) for field in commitment.fields if isinstance(field, bytes))
    return next((key for key in found if key is not None), None)


@lru_cache(maxsize=4096)
def _certified(record: bytes, hotkey: str) -> bytes | None:
    return read_key_record(record, hotkey, verify=verify)


__all__ = ["published_by", "published_keys"]
