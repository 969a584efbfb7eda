"""Money, and calls that hold calls."""

from __future__ import annotations

from taokit.chain.calls.base import Call
from taokit.units import Amount, rao_of


def transfer_keep_alive(to: str, tao: Amount) -> Call:
    """Send TAO, unless that would close the sender's account."""
    return Call("Balances", "transfer_keep_alive", {"dest": to, "value": rao_of(tao)})


def transfer_allow_death(to: str, tao: Amount) -> Call:
    """Send TAO, even where too little is left for the sender's account to live on."""
    return Call("Balances", "transfer_allow_death", {"dest": to, "value": rao_of(tao)})


def transfer_all(to: str, *, keep_alive: bool = True) -> Call:
    """Send all TAO that can be sent."""
    return Call("Balances", "transfer_all", {"dest": to, "keep_alive": keep_alive})


def sudo(call: Call) -> Call:
    """Make a call as root. Signed by the sudo key."""
    return Call("Sudo", "sudo", {"call": call})


def proxy(real: str, call: Call, *, kind: str | None = None) -> Call:
    """Make a call as another account, whose proxy the signer is; `kind` names the type of proxy, None any that fits."""
    return Call("Proxy", "proxy", {"real": real, "force_proxy_type": kind, "call": call})


def batch(*calls: Call) -> Call:
    """Some calls in one extrinsic, up to the first that fails; those before it stand (`BatchInterrupted`)."""
    return Call("Utility", "batch", {"calls": calls})


def batch_all(*calls: Call) -> Call:
    """Some calls in one extrinsic: all of them, or none where one fails."""
    return Call("Utility", "batch_all", {"calls": calls})


def force_batch(*calls: Call) -> Call:
    """Some calls in one extrinsic, each whatever became of the others (`ItemFailed` for those that fail)."""
    return Call("Utility", "force_batch", {"calls": calls})


__all__ = [
    "batch",
    "batch_all",
    "force_batch",
    "proxy",
    "sudo",
    "transfer_all",
    "transfer_allow_death",
    "transfer_keep_alive",
]
