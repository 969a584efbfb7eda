"""What the gates know: of the axon that they guard, and of a request on its way through them."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from taokit.axon.caller import Caller
from taokit.axon.connection import Connection, Content
from taokit.axon.limits import Limits
from taokit.axon.policy import Admit
from taokit.axon.rates import RateTable
from taokit.axon.routes import Route, Routes
from taokit.axon.sealed import Sealing
from taokit.protocol import Claim, Replay, ReplayStore, Verify, Windows, verify
from taokit.protocol.sealing import AnswerSeal
from taokit.signer import Signer

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

NowNs = Callable[[], int]
"""Nanoseconds since 1970."""


@dataclass(slots=True)
class House:
    """What the gates know of the axon they guard."""

    hotkey: str  # its own, ss58
    routes: Routes
    admit: Admit
    formats: Collection[str]
    windows: Windows = field(default_factory=Windows)
    limits: Limits = field(default_factory=Limits)
    unbound_receiver: bool = False
    now_ns: NowNs = time.time_ns
    verify: Verify = verify
    replay: ReplayStore = field(default_factory=Replay)
    started_ns: int = 0  # when the replay memory began
    closing: bool = False
    by_address: RateTable | None = None
    by_hotkey: RateTable | None = None
    sealing: Sealing | None = None
    sign_answers: Signer | None = None


@dataclass(slots=True)
class Arrival:
    """One request on its way through the gates; each gate adds what it learnt."""

    message: RawRequestMessage  # its head
    content: Content  # its body
    connection: Connection
    id: str  # as in the log
    headers: dict[str, str] = field(default_factory=dict)  # by lower-case name
    format: str | None = None
    route: str | None = None  # the name of its route, once it is found
    outcome: str = "ok"  # else the name of the error that it came to
    believed: Claim | None = None  # once it is verified and no replay; only then is its answer signed


@dataclass(slots=True)
class Admitted:
    """A request that passed every gate."""

    route: Route
    claim: Claim
    caller: Caller
    peer: tuple[str, int]  # address and port of the connection's other end
    body: bytes  # in the clear
    seal: AnswerSeal | None = None  # for the answer to a body that was sealed


__all__ = ["Admitted", "Arrival", "House", "NowNs"]
