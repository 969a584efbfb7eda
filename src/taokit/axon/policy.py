"""Who is let in, of those who proved who they are."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from taokit.axon.caller import Caller
from taokit.errors import ConfigurationError, Forbidden, Refused
from taokit.metagraph.snapshot import Metagraph

Admit = Callable[[Caller], Awaitable[None]]
"""Returns for a caller that is let in, raises `Forbidden` (or another `Refused`) for one that is not."""


async def decide(policy: Admit, caller: Caller) -> None:
    """Ask a policy. One that returns something, such as a verdict as SDK 10 has it, admits nobody by that."""
    asked: Callable[[Caller], Awaitable[object]] = policy
    if (said := await asked(caller)) is not None:
        raise ConfigurationError(
            f"it returned {type(said).__name__}, which lets nobody in",
            hint="return nothing for a caller that is let in, and raise taokit.Forbidden for one that is not",
        )


async def everyone(caller: Caller) -> None:
    """Admit every caller that signed its request. For tests and open services."""


def registered_only(metagraph: Callable[[], Metagraph]) -> Admit:
    """Admit the hotkeys that have a uid in the metagraph of the moment."""

    async def admit(caller: Caller) -> None:
        current = metagraph()
        if current.uid_of(caller.hotkey) is None:
            raise Forbidden(f"{caller.hotkey} is not registered on subnet {current.netuid}")

    return admit


def validators_only(metagraph: Callable[[], Metagraph]) -> Admit:
    """Admit the hotkeys that hold a validator permit in the metagraph of the moment."""

    async def admit(caller: Caller) -> None:
        current = metagraph()
        uid = current.uid_of(caller.hotkey)
        if uid is None or not current.validator_permit[uid]:
            raise Forbidden(f"{caller.hotkey} holds no validator permit on subnet {current.netuid}")

    return admit


def minimum_stake(metagraph: Callable[[], Metagraph], rao: int) -> Admit:
    """Admit the hotkeys whose stake, as consensus counts it, is so many rao or more in the metagraph of the moment."""

    async def admit(caller: Caller) -> None:
        current = metagraph()
        uid = current.uid_of(caller.hotkey)
        held = 0 if uid is None else int(current.stake[uid])
        if uid is None or held < rao:
            raise Forbidden(f"{caller.hotkey} has a stake of {held} rao on subnet {current.netuid}, not {rao}")

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
        await decide(otherwise, caller)

    return admit


def all_of(*policies: Admit) -> Admit:
    """Admit whom every one of these policies admits; the first that refuses says why."""

    async def admit(caller: Caller) -> None:
        for policy in policies:
            await decide(policy, caller)

    return admit


def any_of(first: Admit, *others: Admit) -> Admit:
    """Admit whom at least one of these policies admits; when none does, the last says why."""

    async def admit(caller: Caller) -> None:
        refusal: Refused | None = None
        for policy in (first, *others):
            try:
                return await decide(policy, caller)
            except Refused as error:
                refusal = error
        assert refusal is not None
        raise refusal

    return admit


__all__ = [
    "Admit",
    "all_of",
    "allow",
    "any_of",
    "decide",
    "deny",
    "everyone",
    "minimum_stake",
    "registered_only",
    "validators_only",
]
