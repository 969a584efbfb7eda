"""What it takes to get onto a subnet, and to make one."""

from __future__ import annotations

from dataclasses import dataclass

from taokit.chain.decoded import ask, ask_items
from taokit.chain.reads.basics import SUBNETS
from taokit.chain.requests import Read, RuntimeCall, Storage
from taokit.units import Balance, Rao


@dataclass(frozen=True, slots=True)
class Registration:
    """The terms of a subnet for new neurons, as of one block."""

    netuid: int
    allowed: bool
    cost: Balance  # now
    min_cost: Balance
    max_cost: Balance
    half_life: int  # blocks in which the cost halves while nobody registers
    neurons: int  # registered
    max_neurons: int  # at it, a registration takes the place of the neuron that earns least
    immunity_period: int  # blocks in which a new neuron is not replaced before others
    difficulty: int  # of a proof of work, where the runtime takes any

    @property
    def free(self) -> int:
        """Places that nobody holds."""
        return max(0, self.max_neurons - self.neurons)


def burn(netuid: int) -> Read[Balance]:
    """What a registration costs now."""
    return Rao((yield from ask(Storage(SUBNETS, "Burn", (netuid,)))).integer())


def registration(netuid: int) -> Read[Registration]:
    """The terms of a subnet for new neurons, in one request."""
    allowed, cost, low, high, *numbers = yield from ask_items(
        SUBNETS,
        (
            *("NetworkRegistrationAllowed", "Burn", "MinBurn", "MaxBurn", "BurnHalfLife", "SubnetworkN"),
            *("MaxAllowedUids", "ImmunityPeriod", "Difficulty"),
        ),
        netuid,
    )
    low_and_high = Rao(low.integer()), Rao(high.integer())
    return Registration(netuid, allowed.flag(), Rao(cost.integer()), *low_and_high, *(one.integer() for one in numbers))


def subnet_cost() -> Read[Balance]:
    """What the creation of a subnet costs now."""
    request = RuntimeCall("SubnetRegistrationRuntimeApi", "get_network_registration_cost")
    return Rao((yield from ask(request)).integer())


__all__ = ["Registration", "burn", "registration", "subnet_cost"]
