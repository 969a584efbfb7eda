"""What clients are told without asking again.

A feed keeps no queue: it remembers what it told last and looks at the chain whenever its reader is ready. So a slow
reader costs nothing and catches up by itself; one that lies more than `EACH` blocks behind is told of the newest only.
The states of the blocks that it is told of are kept for it to read, however many are made meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from taokit.devnet.pool import Submission
from taokit.devnet.rpc.forms import header_form, hexed, maybe_hexed, status_form
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import runtime_version, submit
from taokit.devnet.rpc.params import Params

Opening: TypeAlias = Callable[[Host, Params], AsyncIterator[Any]]


@dataclass(frozen=True, slots=True)
class Feed:
    """A kind of subscription."""

    notification: str  # the method of its messages
    open: Opening  # raises at once when the subscription is refused


async def _heads(host: Host, *, final: bool) -> AsyncIterator[Any]:
    """The best block, or the best of the final ones, then every later one."""
    history, ring = host.node.history, host.bell.next
    later = [history.record(history.final.hash) if final else history.best]
    head = later[0].head
    while True:
        for block in later:
            head = block.head
            host.tell(head.hash)
            yield header_form(block.header)
        await ring.wait()
        ring = host.bell.next
        later = host.after(head, final=final)


def _follow_heads(host: Host, _: Params) -> AsyncIterator[Any]:
    return _heads(host, final=False)


def _follow_final(host: Host, _: Params) -> AsyncIterator[Any]:
    return _heads(host, final=True)


async def _version(host: Host) -> AsyncIterator[Any]:
    """The version, once: a runtime never changes here."""
    yield runtime_version(host, Params(()))
    while True:
        await host.bell.next.wait()


def _follow_version(host: Host, _: Params) -> AsyncIterator[Any]:
    return _version(host)


def _follow_storage(host: Host, params: Params) -> AsyncIterator[Any]:
    return _storage(host, list(dict.fromkeys(params.blobs(0))))


async def _storage(host: Host, keys: list[bytes]) -> AsyncIterator[Any]:
    """All values at first, then what changed; a reader that is slow sees only the newest value."""
    told: dict[bytes, bytes | None] | None = None
    while True:
        ring = host.bell.next
        found = dict(zip(keys, host.node.answers.storage(keys, None), strict=True))
        new = [key for key in keys if told is None or told[key] != found[key]]
        changes = [[hexed(key), maybe_hexed(found[key])] for key in new]
        if changes or told is None:
            host.tell(host.devnet.head.hash)
            yield {"block": hexed(host.devnet.head.hash), "changes": changes}
        told = found
        await ring.wait()


def _follow_extrinsic(host: Host, params: Params) -> AsyncIterator[Any]:
    return _statuses(host, submit(host, params))


async def _statuses(host: Host, submission: Submission) -> AsyncIterator[Any]:
    """Where an extrinsic stands, up to its end."""
    async for status in submission.watch(host.node.lockstep):
        if status.block is not None:
            host.tell(status.block)
        yield status_form(status)


_NEW: Final = Feed("chain_newHead", _follow_heads)
_FINAL: Final = Feed("chain_finalizedHead", _follow_final)
_VERSION: Final = Feed("state_runtimeVersion", _follow_version)

FEEDS: Final[Mapping[str, Feed]] = MappingProxyType(
    {
        "chain_subscribeNewHeads": _NEW,
        "chain_subscribeNewHead": _NEW,
        "subscribe_newHead": _NEW,
        "chain_subscribeAllHeads": Feed("chain_allHead", _follow_heads),
        "chain_subscribeFinalizedHeads": _FINAL,
        "chain_subscribeFinalisedHeads": _FINAL,
        "state_subscribeRuntimeVersion": _VERSION,
        "chain_subscribeRuntimeVersion": _VERSION,
        "state_subscribeStorage": Feed("state_storage", _follow_storage),
        "author_submitAndWatchExtrinsic": Feed("author_extrinsicUpdate", _follow_extrinsic),
    }
)
"""By the method that subscribes."""

ENDINGS: Final = frozenset(
    {
        "chain_unsubscribeNewHeads",
        "chain_unsubscribeNewHead",
        "unsubscribe_newHead",
        "chain_unsubscribeAllHeads",
        "chain_unsubscribeFinalizedHeads",
        "chain_unsubscribeFinalisedHeads",
        "state_unsubscribeRuntimeVersion",
        "chain_unsubscribeRuntimeVersion",
        "state_unsubscribeStorage",
        "author_unwatchExtrinsic",
    }
)
"""The methods that end a subscription, each of any kind."""

__all__ = ["ENDINGS", "FEEDS", "Feed", "Opening"]
