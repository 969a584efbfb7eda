"""What no real chain allows to be done to its state: money, neurons, settings, root, and other people's names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taokit.devnet import levers
from taokit.devnet.accounts import address, public_key
from taokit.devnet.changes import changes_of, removals_of, write
from taokit.devnet.extrinsics import MOCK
from taokit.devnet.held import Held
from taokit.devnet.rehearsal import Rehearsal, dry_run, rehearse
from taokit.devnet.runtime.balances import free
from taokit.devnet.runtime.refusal import DispatchError
from taokit.devnet.runtime.table import DecodedCall, Item
from taokit.errors import UnknownName
from taokit.signer import SR25519, Signer

if TYPE_CHECKING:
    from taokit.chain import Call


@dataclass(frozen=True, slots=True)
class Impersonation:
    """A signer without a key, for an account that a devnet impersonates."""

    ss58: str
    public_key: bytes
    scheme: str = SR25519

    def sign(self, message: bytes) -> bytes:
        """The mock signature."""
        return MOCK


class Written(Held):
    """A chain that is written to at once, past prices, limits and signatures."""

    def fund(self, account: str | Signer, rao: int) -> int:
        """So much more TAO on an account, at once: what it has then, in rao."""
        key = _key(account)
        args = {"who": ("Id", key), "new_free": free(self.state, key) + rao}
        self._as_root(DecodedCall("Balances", "force_set_balance", args))
        return free(self.state, key)

    def add_subnet(self, netuid: int, owner: str | Signer) -> None:
        """A running subnet of this number, with the settings of the preset `subnet` and nobody on it, at once.

        Its owner has no uid there. Raises `ConfigurationError` for one that is there already.
        """
        with self._node.aside():
            levers.add_subnet(self.state, netuid, owner=_key(owner))

    def register_all(
        self, netuid: int, hotkeys: Iterable[str | Signer], *, coldkey: str | Signer | None = None
    ) -> list[int]:
        """The uids of these hotkeys, at once and for free; new ones go to the end of the subnet.

        A hotkey that nobody owns becomes `coldkey`'s (None: its own). Raises `ConfigurationError` without room.
        """
        owner = None if coldkey is None else _key(coldkey)
        with self._node.aside():
            return levers.register_all(self.state, netuid, map(_key, hotkeys), coldkey=owner)

    def set_stake(self, netuid: int, hotkey: str | Signer, rao: int, *, coldkey: str | Signer | None = None) -> int:
        """What a coldkey (None: the hotkey itself) holds under a hotkey from now on, in rao of alpha; on root, of TAO.

        It comes from nothing or goes to nothing. Shares round: the answer may be a rao less.
        """
        owner = _key(hotkey if coldkey is None else coldkey)
        with self._node.aside():
            return levers.set_stake(self.state, netuid, _key(hotkey), coldkey=owner, rao=rao)

    def deregister(self, netuid: int, uid: int) -> str:
        """The address that has the uid from now on, as if it had been pruned; nobody has the key of it."""
        with self._node.aside():
            return address(levers.deregister(self.state, netuid, uid))

    def impersonate(self, account: str | Signer) -> Impersonation:
        """A signer for an account whose key nobody has: from now on the chain takes its mock signature."""
        key = _key(account)
        self._node.impersonated.add(key)
        return Impersonation(address(key), key)

    def stop_impersonating(self, account: str | Signer) -> None:
        """Only the account's own signature counts again."""
        self._node.impersonated.discard(_key(account))

    @property
    def auto_impersonate(self) -> bool:
        """Whether the mock signature counts for every account."""
        return self._node.impersonates_all

    @auto_impersonate.setter
    def auto_impersonate(self, on: bool) -> None:
        self._node.impersonates_all = on

    def sudo(self, call: Call) -> None:
        """Make a call as root, at once and without a block. Raises `DispatchFailed`."""
        from taokit.devnet.backend import DevnetBackend, codec_of

        composed = codec_of(DevnetBackend(self._node).runtime()).compose(call)
        self._as_root(self._node.coders("RuntimeCall").decode_all(composed))

    def sudo_decoded(self, call: DecodedCall) -> None:
        """The same, of a call in the runtime's own values."""
        self._as_root(call)

    def _as_root(self, call: DecodedCall) -> None:
        try:
            self._node.as_root(call)
        except DispatchError as error:
            from taokit.chain.refusals import dispatch_failed

            raise dispatch_failed(error.name) from None

    def dry_run(self, extrinsic: bytes) -> Rehearsal:
        """What an extrinsic would bring about: its result, its events, and every value that it would change."""
        return dry_run(self._node, extrinsic)

    def dry_run_call(self, call: DecodedCall, signer: bytes) -> Rehearsal:
        """The same for a call, as if this account had signed it."""
        return rehearse(self._node, signer, call)

    def set_storage(self, values: Mapping[str, Any] | Sequence[Any]) -> None:
        """Write storage at once: raw `[[key, value]]`, or by name, as Chopsticks has it.

        By name it is `{pallet: {entry: value}}`, and for maps `{pallet: {entry: [[[key, …], value]]}}`. None takes a
        value away. Raises `Misfit`, and changes nothing, where something does not fit.
        """
        changes = changes_of(values, self._natives, self._node.codec)
        write(self.state, [*removals_of(values, self._natives, self.state), *changes])

    def set_hyperparameter(self, netuid: int, name: str, value: Any) -> None:
        """Write a setting of a subnet, at once and past the checks of its setter.

        `name` is the chain's entry, such as `WeightsSetRateLimit`, or the same in snake case. Raises
        `ConfigurationError` for a value that the entry cannot hold.
        """
        item = self.setting(name)
        with self._node.aside():
            self.state[item, netuid] = value

    def setting(self, name: str) -> Item:
        """The storage entry of a subnet's setting, by either of its names. Raises `UnknownName`."""
        wanted = name if name[:1].isupper() else "".join(map(str.capitalize, name.split("_")))
        pallet = next(pallet for pallet in self._node.table.pallets if pallet.name == "SubtensorModule")
        for item in pallet.storage:
            if item.name == wanted and [key.type for key in item.keys] == ["u16"]:
                return item
        raise UnknownName(f"no setting of a subnet is called {wanted}")


def _key(account: str | Signer) -> bytes:
    return public_key(account if isinstance(account, str) else account.public_key)


__all__ = ["Impersonation", "Written"]
