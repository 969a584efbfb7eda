"""What a program hands a dendrite: a mistake of its own is told as one, before anything is sent.

A round of hundreds passes here: the classes of a call's arguments are looked at once each, not target by target.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeVar

from taokit.dendrite.reply import Target
from taokit.errors import ConfigurationError
from taokit.protocol import Synapse

M = TypeVar("M", bound=Synapse)

SIGNER_HINT = 'make one with taokit.keys.hotkey("WALLET/HOTKEY"), or taokit.keys.from_uri("//Alice") of a test key'
TARGET_HINT = "make one with taokit.Target.of(metagraph, uid), or taokit.Target(uid=..., hotkey=..., ip=..., port=...)"
MESSAGE_HINT = "derive its class from taokit.Synapse, and pass an object of it, or a dict with one for each uid"


def check_signer(signer: object) -> None:
    """Raise `ConfigurationError` for what does not sign. Says nothing of its value, which may be a secret."""
    # not `isinstance`: of a protocol it does not see what an object passes on to another
    if isinstance(signer, type) or not all(hasattr(signer, name) for name in ("ss58", "public_key", "scheme", "sign")):
        raise ConfigurationError(f"{_named(signer)} in place of a signer", hint=SIGNER_HINT)


def check_targets(targets: object) -> None:
    """Raise `ConfigurationError` for what is no collection of targets."""
    if isinstance(targets, str | bytes | Mapping) or not isinstance(targets, Collection):
        raise ConfigurationError(f"{_named(targets)} in place of a list of targets", hint=TARGET_HINT)
    if odd := _odd(targets, Target):
        raise ConfigurationError(f"{_named(odd[0])} in place of a Target", hint=TARGET_HINT)


def messages_for(targets: Collection[Target], message: M | Mapping[int, M]) -> list[M]:
    """The message that each target is asked, in their order.

    `ConfigurationError` for what is no message, and when a mapping has none for one of them.
    """
    if isinstance(message, Synapse):
        return [message] * len(targets)
    if not isinstance(message, Mapping):
        raise ConfigurationError(f"{_named(message)} in place of a message", hint=MESSAGE_HINT)
    if lacking := [target.uid for target in targets if target.uid not in message]:
        if any(isinstance(key, str) for key in message):
            raise ConfigurationError(f"{_named(message)} of fields in place of a message", hint=MESSAGE_HINT)
        raise ConfigurationError(f"no message for uid {lacking[0]}", hint="ask only the uids that have one")
    found = [message[target.uid] for target in targets]
    if odd := _odd(found, Synapse):
        raise ConfigurationError(f"{_named(odd[0])} in place of a message", hint=MESSAGE_HINT)
    return found


def _odd(values: Iterable[object], wanted: type) -> list[object]:
    """Those that are no objects of the class."""
    odd = {kind for kind in set(map(type, values)) if not issubclass(kind, wanted)}
    return [value for value in values if type(value) in odd] if odd else []


def _named(value: object) -> str:
    """The value by its class alone."""
    if value is None:
        return "None"
    if isinstance(value, type):
        return f"the class {value.__name__} itself"
    kind = type(value).__name__
    return f"{'an' if kind[:1] in 'aeiouAEIOU' else 'a'} {kind}"


__all__ = ["check_signer", "check_targets", "messages_for"]
