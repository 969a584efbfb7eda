"""Chains to start from: which keys hold what, and which neurons there are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from taokit.devnet.accounts import WELL_KNOWN, account, from_uri
from taokit.devnet.beacon.key import config_of
from taokit.devnet.runtime import Genesis, Neuron, Preset, State, Subnet, genesis, preset
from taokit.signer import Signer
from taokit.units import RAO_PER_TAO

GENESIS_MS: Final = 1_767_225_600_000
"""When a chain begins that was not told when: the first moment of 2026, so that two runs agree."""

NETUID: Final = 1
"""The subnet of every preset that has one."""

SIZES: Final[Mapping[str, tuple[int, int]]] = MappingProxyType({"subnet": (8, 3), "demo": (4, 3), "faithful": (8, 3)})
"""Miners and validators of the presets that have any, where nothing else is said."""

FIRST_EPOCH: Final = 360
"""Blocks that a preset with a subnet begins with where no tempo is given: one tempo, up to its first epoch."""

STAKE: Final = 10_000 * RAO_PER_TAO
"""Rao of alpha on a validator that comes without a stake of its own."""

LIVE_ISSUANCE: Final = 11_330_335 * RAO_PER_TAO
"""Rao that exist on the main network, past its first halving, so that a block brings half a TAO."""

REST: Final = b"modltaokit/rest".ljust(32, b"\0")
"""The account that holds what nobody else does in the preset `faithful`; nobody has its key."""

_BALANCE: Final = 1_000_000 * RAO_PER_TAO
_NEURON_BALANCE: Final = 100 * RAO_PER_TAO

Miners: TypeAlias = int | Sequence[Signer]
"""So many, with the keys `//miner/0` and on, or these."""

Validators: TypeAlias = int | Sequence[Signer | tuple[Signer, int]]
"""So many, with the keys `//validator/0` and on, or these, each with its stake in rao of alpha where it has one."""


@dataclass(frozen=True, slots=True)
class Cast:
    """The neurons of a subnet, and what their keys follow from where they are not given."""

    miners: Miners
    validators: Validators
    seed: int | str | bytes | None = None

    def owner(self) -> Signer:
        """The key of the subnet's owner and of uid 0: `//owner`, or one that follows from the seed."""
        return self._key("owner")

    def answering(self) -> list[Signer]:
        """The miners' keys, in the order of their uids."""
        given = self.miners
        return [self._key(f"miner/{k}") for k in range(given)] if isinstance(given, int) else list(given)

    def asking(self) -> list[tuple[Signer, int]]:
        """The validators' keys and stakes, in the order of their uids."""
        given = self.validators
        if isinstance(given, int):
            return [(self._key(f"validator/{k}"), STAKE) for k in range(given)]
        return [one if isinstance(one, tuple) else (one, STAKE) for one in given]

    def _key(self, name: str) -> Signer:
        return from_uri(f"//{name}") if self.seed is None else account(name, self.seed)


def made(name: Preset, config: Genesis) -> State:
    """The first state of a preset."""
    return genesis(preset(name, config))


def accounts(neurons: Iterable[Signer] = ()) -> dict[bytes, int]:
    """Free rao at the beginning: plenty for the well-known keys, some for each neuron."""
    known = {account(name).public_key: _BALANCE for name in WELL_KNOWN}
    return {**known, **{signer.public_key: _NEURON_BALANCE for signer in neurons}}


def cast(players: Cast, genesis_ms: int, hyperparameters: Mapping[str, Any]) -> Genesis:
    """One subnet with these neurons. Every hotkey is its own coldkey, so one key signs for both.

    `hyperparameters` are storage entries by name, such as `Tempo` or `ImmunityPeriod`.
    """
    owner, miners, validators = players.owner(), players.answering(), players.asking()
    seats = [Neuron(signer.public_key, signer.public_key) for signer in miners]
    seats += [Neuron(signer.public_key, signer.public_key, stake=stake) for signer, stake in validators]
    return Genesis(
        genesis_ms=genesis_ms,
        sudo=account("Alice").public_key,
        beacon=config_of(players.seed),
        balances=accounts([owner, *miners, *(signer for signer, _ in validators)]),
        subnet=Subnet(
            owner_coldkey=owner.public_key,
            owner_hotkey=owner.public_key,
            neurons=tuple(seats),
            hyperparameters=hyperparameters,
        ),
    )


def faithful(config: Genesis) -> Genesis:
    """The same with as much TAO as the main network has, and no axons on this machine."""
    assert config.subnet is not None
    known = sum(config.balances.values()) + config.subnet.pool_tao
    rest = {REST: LIVE_ISSUANCE - known}
    return replace(config, balances={**config.balances, **rest}, allow_loopback=False)


__all__ = [
    "FIRST_EPOCH",
    "GENESIS_MS",
    "LIVE_ISSUANCE",
    "NETUID",
    "REST",
    "SIZES",
    "STAKE",
    "Cast",
    "Miners",
    "Validators",
    "accounts",
    "cast",
    "faithful",
    "made",
]
