"""The beacon's pulses: late, missing, or from outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import Handler
from taokit.devnet.rpc.params import Params, invalid


def _skip(host: Host, params: Params) -> Any:
    """The number of a round whose pulse never comes, unless it is injected: the beacon then."""
    host.devnet.drand.skip_round(params.whole(0))
    return _status(host, params)


def _delay(host: Host, params: Params) -> Any:
    """By how many rounds every pulse comes late from now on; 0 makes them punctual: the beacon then."""
    host.devnet.drand.delay_rounds(params.whole(0))
    return _status(host, params)


def _heal(host: Host, params: Params) -> Any:
    """No round is skipped or late any more: the beacon then."""
    host.devnet.drand.heal()
    return _status(host, params)


def _inject(host: Host, params: Params) -> Any:
    """A round and its signature, in hex: the beacon then. Refused where the believed beacon did not sign so."""
    host.devnet.drand.inject_pulse(params.whole(0), params.blob(1))
    host.bell.ring()
    return _status(host, params)


def _set_beacon(host: Host, params: Params) -> Any:
    """`quicknet` or `own`: whom the chain believes from now on, at once: the beacon then."""
    wanted = params.text(0)
    if wanted not in ("quicknet", "own"):
        raise invalid(f"no such beacon: {wanted[:40]!r}; there are quicknet and own")
    if wanted == "quicknet":
        host.devnet.drand.follow_quicknet()
    else:
        host.devnet.drand.follow_own()
    host.bell.ring()
    return _status(host, params)


def _status(host: Host, _: Params) -> Any:
    """Whom the chain believes, its latest round by the chain's clock, the rounds waited for, and what is late."""
    told = asdict(host.devnet.drand.status)
    return {_camel(name): list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


CONTROLS: Final[Mapping[str, Handler]] = {
    "dev_beacon": _status,
    "dev_setBeacon": _set_beacon,
    "dev_skipRound": _skip,
    "dev_delayRounds": _delay,
    "dev_healBeacon": _heal,
    "dev_injectPulse": _inject,
}

__all__ = ["CONTROLS"]
