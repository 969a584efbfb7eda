"""A small chain for every test: named keys, a subnet with validators and miners, blocks on demand."""

from collections.abc import Callable
from typing import Any

import pytest

from taokit.devnet.runtime import (
    TABLE,
    DecodedCall,
    Genesis,
    Neuron,
    Subnet,
    begin_block,
    dispatch,
    end_block,
    genesis,
    preset,
    validate,
)

GENESIS_MS = 1_700_000_000_000
SLOT_MS = 12_000
TAO = 10**9


def key(name: str) -> bytes:
    """A public key by a name."""
    return name.encode().ljust(32, b".")


def _argument(setter: str, position: int) -> str:
    (pallet,) = [pallet for pallet in TABLE.pallets if pallet.name == "AdminUtils"]
    (row,) = [row for row in pallet.calls if row.name == setter]
    return row.args[position][0]


class Chain:
    """A state that blocks are made on, and calls run in."""

    def __init__(self, config: Genesis):
        self.state = genesis(config)

    def mine(self, blocks: int = 1) -> None:
        """Seal the open block, if any, and go on until `blocks` more have begun; the last one stays open."""
        for _ in range(blocks):
            self.seal()
            number = self.state.number + 1
            begin_block(self.state, number, GENESIS_MS + SLOT_MS * number, bytes([number % 256]) * 32)
            self.open = True

    open = False

    def seal(self) -> None:
        """End the open block."""
        if self.open:
            end_block(self.state)
            self.state.commit_block()
            self.open = False

    def call(self, origin: bytes | None, path: str, **args: Any) -> None:
        """Run a call by `Pallet.name`."""
        dispatch(self.state, origin, decoded(path, **args))

    def put(self, origin: bytes | None, name: str, value: Any, *, netuid: int = 1) -> None:
        """Set a parameter of a subnet by its setter's name."""
        name = f"sudo_set_{name}"
        self.call(origin, f"AdminUtils.{name}", netuid=netuid, **{_argument(name, -1): value})

    def put_global(self, origin: bytes | None, name: str, value: Any) -> None:
        """Set a parameter of the chain by its setter's name."""
        name = f"sudo_set_{name}"
        self.call(origin, f"AdminUtils.{name}", **{_argument(name, 0): value})

    def offer(self, signer: bytes, path: str, **args: Any) -> None:
        """Offer a call to the pool."""
        validate(self.state, signer, decoded(path, **args))

    def events(self, name: str) -> list[tuple[Any, ...]]:
        """The fields of every event of this name in the open block."""
        return [fields for _, _, event, fields in self.state.events if event == name]


def decoded(path: str, **args: Any) -> DecodedCall:
    """A call by `Pallet.name`."""
    pallet, _, name = path.partition(".")
    return DecodedCall(pallet, name, args)


@pytest.fixture
def chain() -> Callable[..., Chain]:
    """A maker of chains with netuid 1: validators `v0`, `v1`, … with stake, then miners `m0`, `m1`, …"""

    def make(
        name: str = "subnet",
        *,
        validators: int = 2,
        miners: int = 3,
        tempo: int = 360,
        root_stake: int = 0,
        hyperparameters: dict[str, Any] | None = None,
        **config: Any,
    ) -> Chain:
        staked = [Neuron(key(f"v{i}"), key(f"cold-v{i}"), 1000 * TAO * (i + 1), root_stake) for i in range(validators)]
        bare = [Neuron(key(f"m{i}"), key(f"cold-m{i}")) for i in range(miners)]
        subnet = Subnet(
            key("cold-owner"),
            key("owner"),
            (*staked, *bare),
            tempo=tempo,
            hyperparameters={"ActivityCutoffFactorMilli": 50_000, **(hyperparameters or {})},
        )
        config = {"balances": {key("rich"): 10**6 * TAO}, "sudo": key("sudo"), "subnet": subnet, **config}
        return Chain(preset(name, Genesis(genesis_ms=GENESIS_MS, **config)))

    return make


@pytest.fixture
def named() -> Callable[[str], bytes]:
    """Public keys by name."""
    return key


@pytest.fixture
def as_call() -> Callable[..., DecodedCall]:
    """Calls by `Pallet.name`."""
    return decoded
