"""What can be done to a devnet's beacon, which nobody can do to a real one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import bittensor_core

from taokit.chain.drand import QUICKNET
from taokit.chain.timelock import sign, verify
from taokit.devnet.beacon.key import config_of, secret_of
from taokit.devnet.beacon.pulses import Plan, clock_of, own
from taokit.devnet.node import Node
from taokit.devnet.runtime import commitments, drand
from taokit.devnet.runtime.subtensor import timelocked
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.devnet.beacon.patch import Encrypt


@dataclass(frozen=True, slots=True)
class Status:
    """The beacon at a glance."""

    name: str  # of the beacon that the chain believes
    own: bool  # whether the devnet signs for it
    round: int  # the latest by the chain's clock
    last_stored_round: int
    waiting: tuple[int, ...]  # rounds that commits wait for, ascending
    skipped: tuple[int, ...]  # rounds that never come, ascending
    late: int  # rounds by which pulses come later


class Drand:
    """The beacon of one devnet, and its pulses."""

    def __init__(self, node: Node) -> None:
        self._node = node

    @property
    def _config(self) -> drand.BeaconConfig:
        return self._node.state[drand.BEACON_CONFIG]  # type: ignore[no-any-return]

    @property
    def waiting(self) -> tuple[int, ...]:
        """The rounds that stored commits and commitments wait for and whose pulses the chain does not have."""
        state = self._node.state
        asked = {*timelocked.rounds(state), *commitments.rounds(state)}
        return tuple(sorted(round for round in asked if (drand.PULSES, round) not in state))

    @property
    def status(self) -> Status:
        """The beacon at a glance."""
        config, plan = self._config, self._node.beacon.plan
        return Status(
            name=config[6][0].decode(errors="replace"),
            own=own(config),
            round=clock_of(config).round_at(self._node.clock_ms / 1000),
            last_stored_round=self._node.state[drand.LAST_STORED_ROUND],
            waiting=self.waiting,
            skipped=tuple(sorted(plan.skipped)),
            late=plan.late,
        )

    def skip_round(self, round: int) -> None:
        """The pulse of this round never comes, unless it is injected; what waits for it is dropped in time."""
        self._node.beacon.plan = self._node.beacon.plan.skipping(round)

    def delay_rounds(self, rounds: int) -> None:
        """From now on every pulse comes so many rounds after its time; 0 makes them punctual again."""
        self._node.beacon.plan = self._node.beacon.plan.later(rounds)

    def lead(self, on: bool = True) -> None:
        """Let `LastStoredRound` go with the chain's clock, so that a commit to a past round is refused.

        Off at first, since it shuts out clients that take rounds from a clock which the chain has left behind.
        """
        self._node.beacon.plan = replace(self._node.beacon.plan, leads=on)

    def heal(self) -> None:
        """No round is skipped or late any more."""
        self._node.beacon.plan = Plan(leads=self._node.beacon.plan.leads)

    def believe(self, config: drand.BeaconConfig) -> None:
        """Let the chain follow another beacon from now on, at once; pulses of the former stay stored."""
        self._node.state[drand.BEACON_CONFIG] = config

    def follow_own(self, seed: int | str | bytes | None = None) -> None:
        """Let the chain believe a devnet beacon: the usual one, or one that follows from a seed."""
        self.believe(config_of(seed))

    def follow_quicknet(self) -> None:
        """Let the chain believe the real beacon; its pulses are injected."""
        self.believe(drand.QUICKNET_CONFIG)

    def inject_pulse(self, round: int, signature: bytes) -> None:
        """Store the pulse of a round, at once, as a real chain's worker does; it may be of any round.

        Raises `ConfigurationError` for a signature that is not the configured beacon's. The check takes about a second
        where that is neither quicknet nor a devnet beacon.
        """
        if not self._valid(round, signature):
            said = f"these {len(signature)} bytes do not sign round {round} for the beacon that the chain believes"
            raise ConfigurationError(said, hint="take 48 bytes of drand's API, or follow_quicknet() before")
        drand.inject(self._node.state, round, signature)

    def _valid(self, round: int, signature: bytes) -> bool:
        """Whether a signature is the configured beacon's; of each round there is one only."""
        config = self._config
        if not 0 < round < 1 << 64:
            return False
        if config[0] == QUICKNET.public_key:
            return opens_quicknet(round, signature)
        if own(config):
            return signature == sign(secret_of(config[3]), round)
        return verify(round, signature, config[0])

    def patch(self, encrypt: Encrypt | None = None) -> AbstractContextManager[tuple[str, ...]]:
        """`drand_patch`: see `taokit.devnet.beacon.patch`."""
        from taokit.devnet.beacon.patch import patched  # it loads what tests patch with

        return patched(self._node, encrypt)


def opens_quicknet(round: int, signature: bytes) -> bool:
    """Whether a signature opens what is sealed to a round of quicknet: natively, in some 15 ms."""
    sealed, _ = bittensor_core.encrypt_at_round(b"?", round)
    try:
        return bytes(bittensor_core.decrypt_with_signature(sealed, signature.hex())) == b"?"
    except ValueError:
        return False


__all__ = ["Drand", "Status", "opens_quicknet"]
