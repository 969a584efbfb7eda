"""What is stored, and who may say so. All of it shows at once, without a block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from taokit.devnet.levers import ensure_subnet
from taokit.devnet.rehearsal import Rehearsal
from taokit.devnet.rpc.forms import hexed, maybe_hexed
from taokit.devnet.rpc.host import Host
from taokit.devnet.rpc.methods import Handler
from taokit.devnet.rpc.params import Params, address_of, invalid


def _set_storage(host: Host, params: Params) -> str:
    """Raw `[[key, value]]`, or `{pallet: {entry: value}}` and for maps `{pallet: {entry: [[[key, …], value]]}}`.

    `{pallet: {"$removePrefix": [entry, …]}}` empties entries, before anything is written. A null takes the value away.
    The answer is the hash of the best block, which is also the only one that a second parameter may name.
    """
    _check_best(host, params.block(1))
    host.devnet.set_storage(params.any(0))
    return _shown(host)


def _check_best(host: Host, at: bytes | None) -> None:
    if at not in (None, host.devnet.head.hash):
        raise invalid("only the best block is written to and rehearsed on; make another one the best with dev_setHead")


def _shown(host: Host) -> str:
    """Tell the subscriptions; the hash of the best block."""
    host.bell.ring()
    return hexed(host.devnet.head.hash)


def _fund(host: Host, params: Params) -> str:
    """An address and so many rao more on it: what it has then, in a string."""
    params.account(0)
    held = host.devnet.fund(params.text(0), params.whole(1))
    host.bell.ring()
    return str(held)


def _register_all(host: Host, params: Params) -> list[int]:
    """A netuid, a list of hotkeys and the coldkey of those that have none (null: their own): their uids."""
    netuid, hotkeys, coldkey = params.whole(0), params.any(1), params.any(2)
    if not isinstance(hotkeys, list):
        raise invalid("expected a list of addresses")
    owner = None if coldkey is None else address_of(coldkey)
    uids = host.devnet.register_all(netuid, list(map(address_of, hotkeys)), coldkey=owner)
    host.bell.ring()
    return uids


def _set_stake(host: Host, params: Params) -> str:
    """A netuid, a hotkey, rao of alpha, and the coldkey (null: the hotkey itself): what it holds then, in a string."""
    netuid, hotkey, rao = params.whole(0), address_of(params.any(1)), params.whole(2)
    coldkey = None if params.any(3) is None else address_of(params.any(3))
    held = host.devnet.set_stake(netuid, hotkey, rao, coldkey=coldkey)
    host.bell.ring()
    return str(held)


def _deregister(host: Host, params: Params) -> str:
    """A netuid and a uid: the address that has it from now on."""
    newcomer = host.devnet.deregister(params.whole(0), params.whole(1))
    host.bell.ring()
    return newcomer


def _set_hyperparameter(host: Host, params: Params) -> None:
    """A netuid, the name of an entry and its value, past the checks of its setter."""
    netuid, name = params.whole(0), params.text(1)
    item = host.devnet.setting(name)
    ensure_subnet(host.devnet.state, netuid)
    host.devnet.set_hyperparameter(netuid, name, host.devnet.natives.value(item.value, params.any(2)))
    host.bell.ring()


def _sudo(host: Host, params: Params) -> str:
    """A call as root, in hex or as `{pallet, call, args}`: the hash of the best block. A failure is an error."""
    host.devnet.sudo_decoded(host.devnet.natives.value("RuntimeCall", params.any(0)))
    return _shown(host)


def _impersonate(host: Host, params: Params) -> str:
    """An address: from now on the mock signature counts for it. The answer is that signature."""
    return hexed(host.devnet.impersonate(address_of(params.any(0))).sign(b""))


def _stop_impersonating(host: Host, params: Params) -> None:
    """An address, whose own signature alone counts again."""
    host.devnet.stop_impersonating(address_of(params.any(0)))


def _auto_impersonate(host: Host, params: Params) -> None:
    """Whether the mock signature counts for everybody."""
    host.devnet.auto_impersonate = params.flag(0)


def _dry_run(host: Host, params: Params) -> Any:
    """An extrinsic: its result, its events and every storage value that it would change; nothing happens.

    In hex, or as Chopsticks has it `{"extrinsic": hex}` or `{"extrinsic": {"call": call, "address": address}}`.
    """
    given = params.any(0)
    extrinsic = given.get("extrinsic") if isinstance(given, dict) else given
    _check_best(host, Params((given.get("at"),)).block(0) if isinstance(given, dict) else None)
    return _told(_rehearsed(host, extrinsic))


def _rehearsed(host: Host, extrinsic: Any) -> Rehearsal:
    if not isinstance(extrinsic, dict):
        return host.devnet.dry_run(Params((extrinsic,)).blob(0))
    call = host.devnet.natives.value("RuntimeCall", extrinsic.get("call"))
    return host.devnet.dry_run_call(call, Params((extrinsic.get("address"),)).account(0))


def _told(made: Rehearsal) -> Any:
    return {
        "result": hexed(made.result),
        "events": [{"pallet": pallet, "name": name} for _, pallet, name, _ in made.events],
        "storageDiff": [[hexed(key), maybe_hexed(old), maybe_hexed(new)] for key, old, new in made.changes],
    }


CONTROLS: Final[Mapping[str, Handler]] = {
    "dev_setStorage": _set_storage,
    "dev_setHyperparameter": _set_hyperparameter,
    "dev_fund": _fund,
    "dev_registerAll": _register_all,
    "dev_setStake": _set_stake,
    "dev_deregister": _deregister,
    "dev_sudo": _sudo,
    "dev_impersonate": _impersonate,
    "dev_stopImpersonating": _stop_impersonating,
    "dev_autoImpersonate": _auto_impersonate,
    "dev_dryRun": _dry_run,
}
"""By the name that clients call."""

__all__ = ["CONTROLS"]
