"""Trouble on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import Handler
from taokit.devnet.rpc.params import Params, invalid, whole
from taokit.errors import PoolRefused

_LONGEST_STALL_S: Final = 600.0
_LOWEST_CLOSE, _HIGHEST_CLOSE = 1000, 4999


def _refuse_next(host: Host, params: Params) -> int:
    """`{"code": 1010, "data": text, "custom": number, "count": 1}`: how many refusals and losses wait then.

    `custom` says `Custom error: N` in the words of the chain; without code it is 1010, Invalid Transaction.
    """
    options = params.options(0)
    custom, count = options.get("custom"), whole(options.get("count", 1))
    said = options.get("data", "Transaction is refused on purpose")
    if not isinstance(said, str):
        raise invalid("data is the text of the refusal")
    code = whole(options.get("code", 1010))
    error = PoolRefused(said, name="Refused", code=code, custom=None if custom is None else whole(custom))
    host.devnet.faults.refuse(error, count)
    return len(host.devnet.faults)


def _lose_next(host: Host, params: Params) -> int:
    """How many submissions are taken and never heard of again: how many refusals and losses wait then."""
    host.devnet.faults.lose(params.whole(0, 1))
    return len(host.devnet.faults)


def _clear_faults(host: Host, _: Params) -> None:
    """Nothing goes wrong any more: no refusal, no loss, no stall, and blocks are final at once."""
    host.devnet.faults.clear()
    host.devnet.delay_finality(0)
    host.stall(0.0)
    host.bell.ring()


def _clear_pool(host: Host, _: Params) -> int:
    """Drop everything that waits: how many there were."""
    waiting = len(host.node.pool)
    host.node.pool.clear()
    return waiting


def _delay_finality(host: Host, params: Params) -> None:
    """How many blocks must be on top of one before it is final; 0 at first."""
    host.devnet.delay_finality(params.whole(0))
    host.bell.ring()


def _stall(host: Host, params: Params) -> None:
    """Seconds in which nobody is answered or told anything; 0 ends it."""
    seconds: Any = params.any(0)
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 <= seconds <= _LONGEST_STALL_S:
        raise invalid(f"a stall lasts 0 to {_LONGEST_STALL_S:g} seconds")
    host.stall(float(seconds))


def _drop_connections(host: Host, params: Params) -> int:
    """Everybody is cut off, or with a close code is told so; how many there are. This answer still goes out."""
    code = None if params.any(0) is None else params.whole(0)
    if code is not None and not _LOWEST_CLOSE <= code <= _HIGHEST_CLOSE:
        raise invalid(f"a close code lies from {_LOWEST_CLOSE} to {_HIGHEST_CLOSE}")
    clients = host.clients()
    host.drop(code)
    return clients


CONTROLS: Final[Mapping[str, Handler]] = {
    "dev_refuseNext": _refuse_next,
    "dev_loseNext": _lose_next,
    "dev_clearFaults": _clear_faults,
    "dev_clearPool": _clear_pool,
    "dev_delayFinality": _delay_finality,
    "dev_stall": _stall,
    "dev_dropConnections": _drop_connections,
}
"""By the name that clients call."""

__all__ = ["CONTROLS"]
