"""Going back, and chains that were written down."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from taokit.devnet.rpc.forms import hexed
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import Handler
from taokit.devnet.rpc.params import Params, whole


async def _snapshot(host: Host, _: Params) -> int:
    """A number that `dev_revert` takes, any number of times."""
    async with host.controls:
        return host.devnet.snapshot()


async def _revert(host: Host, params: Params) -> str:
    """The number of a snapshot: the hash of the block that is best again."""
    snapshot = params.whole(0)
    async with host.controls:
        return hexed(host.devnet.revert(snapshot).hash)


async def _reset(host: Host, _: Params) -> str:
    """The hash of the block that the chain began with, or was loaded with."""
    async with host.controls:
        return hexed(host.devnet.reset().hash)


async def _set_head(host: Host, params: Params) -> str:
    """The hash or the height of a block: it is the best one again, and later ones are abandoned.

    A negative height counts from the best block back.
    """
    given = params.any(0)
    async with host.controls:
        if isinstance(given, int) and given < 0:
            given += host.devnet.head.number
        number = host.block(params, 0).head.number if isinstance(given, str) else whole(given)
        return hexed(host.devnet.set_head(number).hash)


async def _reorg(host: Host, params: Params) -> str:
    """How many blocks are made anew, with one more on top: the hash of the best one then. Nobody is disconnected."""
    depth = params.whole(0, 1)
    async with host.controls:
        return hexed(host.devnet.reorganise(depth).hash)


async def _dump(host: Host, _: Params) -> str:
    """The chain as text, which `dev_load` and `--state` take."""
    async with host.controls:
        return host.devnet.dump()


async def _load(host: Host, params: Params) -> str:
    """The text of a chain, which takes the place of this one: the hash of its best block."""
    text = params.text(0)
    async with host.controls:
        return hexed(host.devnet.load(text).hash)


def _state_root(host: Host, _: Params) -> str:
    """One hash over everything stored."""
    return hexed(host.devnet.state_root())


CONTROLS: Final[Mapping[str, Handler]] = {
    "dev_snapshot": _snapshot,
    "dev_revert": _revert,
    "dev_reset": _reset,
    "dev_setHead": _set_head,
    "dev_reorg": _reorg,
    "dev_dump": _dump,
    "dev_load": _load,
    "dev_stateRoot": _state_root,
}
"""By the name that clients call."""

__all__ = ["CONTROLS"]
