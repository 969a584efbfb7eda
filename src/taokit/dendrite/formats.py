"""Which format an endpoint is spoken to where neither the caller nor the subnet says: what was learned of it."""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal, TypeAlias

from taokit.dendrite.reply import Target
from taokit.errors import NotServed
from taokit.protocol import BTAUTH, EPISTULA, LEGACY, Response
from taokit.protocol.answers import refusal_text
from taokit.protocol.detect import formats_in

log = logging.getLogger("taokit.dendrite")

Format: TypeAlias = Literal["btauth/1", "epistula/2", "legacy"]
"""`btauth/1` is spoken by SDK 11 and by taokit, `legacy` by the SDKs 6 to 10 and by taokit."""

BY_WIRE_NAME: dict[str, Format] = {LEGACY: "legacy", EPISTULA: "epistula/2", BTAUTH: "btauth/1"}
STRENGTH: dict[Format, int] = {"legacy": 0, "epistula/2": 1, "btauth/1": 2}
"""By what the signature covers: chosen fields; the body; the body, the method and the target."""

STRONGEST: Format = "btauth/1"
OLDER_SDKS = range(6_000_000, 11_000_000)
"""The versions that SDKs of the synapse protocol write into their endpoint records. SDK 11 writes 1, taokit 0."""
NOT_UNDERSTOOD = frozenset({400, 401, 404, 405, 415, 422, 500})
REMEMBERED = 4096


Key: TypeAlias = tuple[str, str, int, int]
"""Hotkey, address, port and version: another record is another endpoint."""


@dataclass(slots=True)
class Learned:
    """A format that an endpoint named."""

    format: Format
    served: bool = False  # it has answered in it since


class Formats:
    """What endpoints are spoken to. The record on chain says where to begin; answers lead to stronger formats only.

    The record is signed by the neuron's hotkey and an answer by nobody, so nobody on the way can talk a client down.
    What is learned belongs to one hotkey at one address with one record, and is forgotten with the endpoint that was
    used longest ago.
    """

    def __init__(self, *, can: frozenset[Format] = frozenset(STRENGTH), remembered: int = REMEMBERED) -> None:
        """`can` holds the formats in which this client's key signs at all."""
        self._can = can
        self._remembered = remembered
        self._learned: OrderedDict[Key, Learned] = OrderedDict()

    def __len__(self) -> int:
        return len(self._learned)

    def of(self, target: Target) -> Format:
        """The format in which to ask."""
        learned = self._learned.get(key_of(target))
        if learned is None:
            return stated(target)
        self._learned.move_to_end(key_of(target))
        return learned.format

    def note(self, target: Target, spoken: Format, response: Response) -> None:
        """Learn from what came back for a request in one format."""
        key = key_of(target)
        learned = self._learned.get(key)
        if response.status == 200:
            if learned is not None and learned.format == spoken:
                learned.served = True
        elif learned is not None and learned.format == spoken and not learned.served:
            if response.status in NOT_UNDERSTOOD:
                del self._learned[key]
        elif response.status == 400:
            self._take(target, spoken, self._offered(response))

    def _offered(self, response: Response) -> list[Format]:
        named = formats_in(refusal_text(response))
        return [BY_WIRE_NAME[name] for name in named if name in BY_WIRE_NAME and BY_WIRE_NAME[name] in self._can]

    def _take(self, target: Target, spoken: Format, offered: list[Format]) -> None:
        best = max(offered, key=STRENGTH.__getitem__, default=spoken)
        if STRENGTH[best] <= STRENGTH[max(spoken, self.of(target), key=STRENGTH.__getitem__)]:
            return
        log.info("uid %d takes %s and not %s: it is asked in %s from now on", target.uid, best, spoken, best)
        self._learned[key_of(target)] = Learned(best)
        while len(self._learned) > self._remembered:
            self._learned.popitem(last=False)


def key_of(target: Target) -> Key:
    """What makes an endpoint the same."""
    return target.hotkey, target.ip, target.port, target.version


def stated(target: Target) -> Format:
    """The format that an endpoint's record on chain implies: that of its SDK, the strongest where it names none."""
    return "legacy" if target.version in OLDER_SDKS else STRONGEST


def advised(error: NotServed, spoken: Format) -> None:
    """Say in the hint of a refusal which formats the neuron takes; the caller decides whether to speak a weaker one."""
    if error.status == 400 and (named := [BY_WIRE_NAME[n] for n in formats_in(str(error)) if n in BY_WIRE_NAME]):
        takes = f"it takes {', '.join(named)} and was asked in {spoken}"
        error.hint = f"{takes}: speak one of those by the setting `format`, on the command line `--format`"


__all__ = ["Format", "Formats", "advised", "stated"]
