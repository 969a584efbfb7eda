"""Reads of subnets: which there are, how they are set, what they cost."""

from __future__ import annotations

from typing import Any

from taokit.chain import reads
from taokit.compat.balance import Balance
from taokit.compat.chain.link import Link
from taokit.compat.infos import DynamicInfo, SubnetHyperparameters, dynamic_info, hyperparameters


class Subnets(Link):
    """What `bt.Subtensor` tells of subnets. A method that says None does so without such a subnet."""

    def subnet_exists(self, netuid: int, block: int | None = None) -> bool:
        """Whether there is such a subnet."""
        return self.read(reads.subnet_exists(netuid), block)

    def get_all_subnets_netuid(self, block: int | None = None) -> list[int]:
        """The numbers of the subnets, ascending."""
        return sorted(self.read(reads.netuids(), block))

    def get_total_subnets(self, block: int | None = None) -> int:
        """How many there are, root included."""
        return len(self.get_all_subnets_netuid(block))

    def subnet(self, netuid: int, block: int | None = None) -> DynamicInfo | None:
        """One subnet and its pool, or None."""
        if not self.subnet_exists(netuid, block):
            return None
        return dynamic_info(self.read(reads.subnet(netuid), block), self.get_subnet_price(netuid, block))

    def all_subnets(self, block: int | None = None) -> list[DynamicInfo]:
        """Every subnet and its pool, by number."""
        prices = self.get_subnet_prices(block)
        return [dynamic_info(one, prices[one.netuid]) for one in self.read(reads.subnets(), block)]

    def get_subnet_hyperparameters(self, netuid: int, block: int | None = None) -> SubnetHyperparameters | None:
        """The settings that a neuron acts on, or None. Those that are not here have `get_hyperparameter`."""
        if not self.subnet_exists(netuid, block):
            return None
        return hyperparameters(self.read(reads.hyperparameters(netuid), block))

    def get_hyperparameter(self, param_name: str, netuid: int, block: int | None = None) -> Any:
        """A setting by the chain's own name, such as `ImmunityPeriod`, or None. Raises `UnknownName`."""
        if not self.subnet_exists(netuid, block):
            return None
        return self.read(reads.named(f"SubtensorModule.{param_name}", netuid), block)

    def _setting(self, name: str, netuid: int, block: int | None) -> Any:
        told = self.get_subnet_hyperparameters(netuid, block)
        return None if told is None else getattr(told, name)

    def tempo(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks between epochs, or None."""
        return self._setting("tempo", netuid, block)  # type: ignore[no-any-return]

    def weights_rate_limit(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks between two vectors of one hotkey, or None."""
        return self._setting("weights_rate_limit", netuid, block)  # type: ignore[no-any-return]

    def min_allowed_weights(self, netuid: int, block: int | None = None) -> int | None:
        """The least entries of a vector, or None."""
        return self._setting("min_allowed_weights", netuid, block)  # type: ignore[no-any-return]

    def max_weight_limit(self, netuid: int, block: int | None = None) -> float | None:
        """The largest share of one entry, 0 to 1, or None."""
        told = self._setting("max_weight_limit", netuid, block)
        return None if told is None else told / 65535

    def immunity_period(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks in which a new neuron is not replaced before others, or None."""
        return self._setting("immunity_period", netuid, block)  # type: ignore[no-any-return]

    def commit_reveal_enabled(self, netuid: int, block: int | None = None) -> bool:
        """Whether weights are committed before they are seen."""
        return bool(self._setting("commit_reveal_weights_enabled", netuid, block))

    def get_subnet_reveal_period_epochs(self, netuid: int, block: int | None = None) -> int | None:
        """Epochs between a commit and its reveal, or None."""
        return self._setting("commit_reveal_period", netuid, block)  # type: ignore[no-any-return]

    def recycle(self, netuid: int, block: int | None = None) -> Balance | None:
        """What a registration costs, or None."""
        return Balance.of(self.read(reads.burn(netuid), block)) if self.subnet_exists(netuid, block) else None

    def get_subnet_burn_cost(self, block: int | None = None) -> Balance:
        """What the creation of a subnet costs."""
        return Balance.of(self.read(reads.subnet_cost(), block))

    def get_subnet_price(self, netuid: int, block: int | None = None) -> Balance:
        """The TAO that one alpha of a subnet costs."""
        return Balance(self.read(reads.price(netuid), block).rao)

    def get_subnet_prices(self, block: int | None = None) -> dict[int, Balance]:
        """The TAO that one alpha costs, by subnet."""
        return {netuid: Balance(price.rao) for netuid, price in self.read(reads.prices(), block).items()}

    def get_mechanism_count(self, netuid: int, block: int | None = None) -> int:
        """How many mechanisms a subnet pays."""
        return self.read(reads.mechanisms(netuid), block).count

    def is_subnet_active(self, netuid: int, block: int | None = None) -> bool:
        """Whether its owner has started it."""
        return self.read(reads.started_at(netuid), block) is not None

    def blocks_since_last_step(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks since the last epoch that paid, or None."""
        return self.snapshot(netuid, block=block).blocks_since_last_step if self.subnet_exists(netuid, block) else None

    def blocks_until_next_epoch(self, netuid: int, *, block: int | None = None) -> int | None:
        """Blocks until the next epoch, or None where none comes."""
        return self.read(reads.schedule(netuid), block).blocks_left if self.subnet_exists(netuid, block) else None

    def get_next_epoch_start_block(self, netuid: int, block: int | None = None) -> int | None:
        """The block that runs the next epoch, or None where none comes."""
        return self.read(reads.schedule(netuid), block).next_epoch if self.subnet_exists(netuid, block) else None

    def get_subnet_owner_hotkey(self, netuid: int, block: int | None = None) -> str | None:
        """The hotkey of a subnet's owner, or None."""
        return self.read(reads.owner_of_subnet(netuid), block)[0] if self.subnet_exists(netuid, block) else None


__all__ = ["Subnets"]
