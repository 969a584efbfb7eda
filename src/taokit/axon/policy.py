"""Who is let in, of those who proved who they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from taokit.axon.caller import Caller
from taokit.errors import Forbidden
from taokit.metagraph.snapshot import Metagraph

Admit = Callable[[Caller], Awaitable[None]]
"""Returns for a caller that is let in, raises `Forbidden` (or another `Refused`) for one that is not."""


async def everyone(caller: Caller) -> None:
    """Admit every caller that signed its request. For tests and open services."""


def registered_only(metagraph: Callable[[], Metagraph]) -> Admit:
    """Admit the hotkeys that have a uid in the metagraph of the moment."""

    async def admit(caller: Caller) -> None:
        current = metagraph()
        if current.uid_of(caller.hotkey) is None:
            raise Forbidden(f"{caller.hotkey} is not registered on subnet {current.netuid}")

    return admit


def allow(hotkeys: Collection[str]) -> Admit:
    """Admit these hotkeys and nobody else."""
    allowed = frozenset(hotkeys)

    async def admit(caller: Caller) -> None:
        if caller.hotkey not in allowed:
            raise Forbidden(f"{caller.hotkey} is not on the list")

    return admit


def deny(hotkeys: Collection[str], *, otherwise: Admit) -> Admit:
    """Refuse these hotkeys, and leave the rest to another policy."""
    denied = frozenset(hotkeys)

    async def admit(caller: Caller) -> None:
        if caller.hotkey in denied:
            raise Forbidden(f"{caller.hotkey} is on the list of the denied")
        await otherwise(caller)

    return admit


__all__ = ["Admit", "allow", "deny", "everyone", "registered_only"]
