"""The first state of a chain: which accounts, subnets and neurons there are before the first block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from taokit.devnet.runtime import balances, drand, timestamp
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import neurons, pool, rootclaim, shares, storage, subnets, symbols
from taokit.devnet.runtime.swap import PAL_SWAP_INITIALIZED, TOTAL_ALPHA_ISSUANCE
from taokit.devnet.runtime.system import LAST_RUNTIME_UPGRADE
from taokit.devnet.runtime.utility import SUDO_KEY
from taokit.devnet.runtime.version import SPEC_NAME, SPEC_VERSION
from taokit.errors import ConfigurationError

TAO: Final = 10**9
U64: Final = (1 << 64) - 1

TAO_WEIGHT: Final = U64 * 18 // 100
"""Root TAO counts 0.18 beside alpha, as on the main network."""

ROOT_TEMPO: Final = 100
ROOT_UIDS: Final = 64


@dataclass(frozen=True, slots=True)
class Neuron:
    """One registered hotkey, with the stake it starts with."""

    hotkey: bytes  # 32-byte public key
    coldkey: bytes
    stake: int = 0  # rao of alpha on the subnet
    root_stake: int = 0  # rao of TAO on root


@dataclass(frozen=True, slots=True)
class Subnet:
    """A running subnet: its owner is uid 0 where it is seated, the neurons follow in their order."""

    owner_coldkey: bytes
    owner_hotkey: bytes
    neurons: tuple[Neuron, ...] = ()
    tempo: int = 360  # blocks between epochs
    pool_tao: int = 1000 * TAO  # rao
    pool_alpha: int = 1000 * TAO  # rao; the price is their ratio
    hyperparameters: Mapping[str, Any] = field(default_factory=dict)  # by storage name, such as `ImmunityPeriod`
    seated: bool = True  # whether the owner has a uid


@dataclass(frozen=True, slots=True)
class Genesis:
    """Everything a chain begins with. Nothing is drawn: keys and time are the caller's."""

    genesis_ms: int  # milliseconds since 1970
    sudo: bytes | None = None  # the account that may act as root
    balances: Mapping[bytes, int] = field(default_factory=dict)  # free rao by account
    subnet: Subnet | None = None  # netuid 1
    allow_loopback: bool = True  # axons may be served on this machine
    beacon: drand.BeaconConfig = drand.QUICKNET_CONFIG  # whose pulses open what is timelocked
    settings: Mapping[str, Any] = field(default_factory=dict)  # chain-wide entries, by storage name


Preset = Literal["empty", "subnet", "demo", "faithful"]

UNLIMITED: Final[Mapping[str, Any]] = {
    "NetworkRateLimit": 0,
    "OwnerHyperparamRateLimit": 0,
    "StakeThreshold": 0,
    "TaoWeight": TAO_WEIGHT,
    "TxChildkeyTakeRateLimit": 0,
    "TxDelegateTakeRateLimit": 0,
    "TxRateLimit": 0,
    "WeightsVersionKeyRateLimit": 0,
}
"""What every preset but `faithful` sets for the whole chain: no waiting, no threshold."""

HASHED: Final[Mapping[str, Any]] = {"CommitRevealWeightsVersion": 0}
"""What `demo` sets for the whole chain: no timelocked commit is taken, so that clients commit hashes."""

QUICK: Final[Mapping[str, Any]] = {"ServingRateLimit": 0, "WeightsSetRateLimit": 0}
"""What every preset but `faithful` sets for its subnet."""

LIVE: Final[Mapping[str, Any]] = {
    "NetworkImmunityPeriod": 864_000,
    "NetworkLockReductionInterval": 115_200,
    "NetworkMinLockCost": TAO,
    "NetworkRateLimit": 14_400,
    "StakeThreshold": 1000 * TAO,
    "TaoWeight": TAO_WEIGHT,
}
"""What `faithful` sets for the whole chain: the main network's values, where they are not those of the runtime."""

COMMIT_REVEAL: Final[Mapping[Preset, bool]] = {"empty": True, "subnet": False, "demo": True, "faithful": True}


def preset(name: Preset, config: Genesis) -> Genesis:
    """The configuration with a preset's settings under its own, which win.

    In `demo` weights go through hash commits and reveals one epoch later, in `subnet` they are set in the open.
    `empty` has no subnet but root. `faithful` waits, asks and refuses as the main network does. Raises
    `ConfigurationError` where name and configuration contradict each other.
    """
    if name not in COMMIT_REVEAL:
        raise ConfigurationError(f"no preset is called {name!r}", hint="choose among empty, subnet, demo and faithful")
    if (config.subnet is None) != (name == "empty"):
        raise ConfigurationError(f"preset {name!r} {'has no' if name == 'empty' else 'needs a'} subnet")
    common = {**(LIVE if name == "faithful" else UNLIMITED), **(HASHED if name == "demo" else {})}
    config = replace(config, settings={**common, **config.settings})
    if config.subnet is None:
        return config
    sealed = {"CommitRevealWeightsEnabled": COMMIT_REVEAL[name], "RevealPeriodEpochs": 1}
    wanted = {**({} if name == "faithful" else QUICK), **sealed, **config.subnet.hyperparameters}
    return replace(config, subnet=replace(config.subnet, hyperparameters=wanted))


def genesis(config: Genesis) -> State:
    """The state after block 0, sealed."""
    state = State(allow_loopback=config.allow_loopback)
    timestamp.set_time(state, config.genesis_ms)
    drand.begin(state, config.beacon, now_ms=config.genesis_ms)
    state[LAST_RUNTIME_UPGRADE] = (SPEC_VERSION, SPEC_NAME)
    if config.sudo is not None:
        state[SUDO_KEY] = config.sudo
    for name, value in config.settings.items():
        state[_entry(name)] = value
    for account, rao in config.balances.items():
        _mint(state, account, rao)
    _make_root(state)
    if config.subnet is not None:
        make_subnet(state, 1, config.subnet)
    state.events.clear()
    state.commit_block()
    return state


def _entry(name: str) -> Any:
    found = next((item for item in storage.ITEMS if item.name == name), None)
    if found is None:
        raise ConfigurationError(f"no storage entry is called {name!r}")
    return found


def _mint(state: State, account: bytes, rao: int) -> None:
    """TAO that exists from the beginning, counted in both issuances."""
    balances.mint(state, account, rao)
    state[storage.TOTAL_ISSUANCE] = state[storage.TOTAL_ISSUANCE] + rao


def _make_root(state: State) -> None:
    root = subnets.ROOT
    state[storage.NETWORKS_ADDED, root] = True
    state[storage.TOTAL_NETWORKS] = state[storage.TOTAL_NETWORKS] + 1
    state[storage.TEMPO, root] = ROOT_TEMPO
    state[storage.MAX_ALLOWED_UIDS, root] = ROOT_UIDS
    state[storage.SUBTOKEN_ENABLED, root] = True
    state[storage.NETWORK_REGISTRATION_ALLOWED, root] = True


def make_subnet(state: State, netuid: int, subnet: Subnet) -> None:
    """A subnet that was created, paid for and started: trading and emission are on."""
    subnets.initialize(state, netuid, tempo=subnet.tempo)
    state[storage.TOKEN_SYMBOL, netuid] = symbols.next_symbol(state, netuid)
    price = (subnet.pool_tao << 64) // subnet.pool_alpha
    subnets.found(
        state,
        netuid,
        coldkey=subnet.owner_coldkey,
        hotkey=subnet.owner_hotkey,
        tao=subnet.pool_tao,
        alpha_price=price,
        seated=subnet.seated,
    )
    _fill_pool(state, netuid, subnet)
    for neuron in subnet.neurons:
        _seat(state, netuid, neuron)
    subnets.start(state, netuid)
    state[storage.SUBNET_EMISSION_ENABLED, netuid] = True
    for name, value in subnet.hyperparameters.items():
        entry = _entry(name)  # one of the whole chain may be among them
        state[(entry, netuid) if entry.keys else entry] = value


def _fill_pool(state: State, netuid: int, subnet: Subnet) -> None:
    """The reserves as configured, whatever a creation costs at least; the TAO lies on the subnet's account."""
    state[storage.TOTAL_STAKE] = state[storage.TOTAL_STAKE] + subnet.pool_tao - state[storage.SUBNET_TAO, netuid]
    state[storage.SUBNET_TAO, netuid] = subnet.pool_tao
    state[storage.SUBNET_ALPHA_IN, netuid] = subnet.pool_alpha
    state[TOTAL_ALPHA_ISSUANCE, netuid] = subnet.pool_alpha
    state[PAL_SWAP_INITIALIZED, netuid] = pool.dynamic(state, netuid)
    _mint(state, subnets.account_of(netuid), subnet.pool_tao)


def _seat(state: State, netuid: int, neuron: Neuron) -> None:
    subnets.adopt(state, neuron.hotkey, neuron.coldkey)
    if state[storage.OWNER, neuron.hotkey] != neuron.coldkey or state[storage.UIDS, netuid, neuron.hotkey] is not None:
        raise ConfigurationError(f"hotkey {neuron.hotkey.hex()} is named twice")
    neurons.append(state, netuid, neuron.hotkey)
    if neuron.stake:
        shares.give(state, neuron.hotkey, neuron.coldkey, netuid=netuid, alpha=neuron.stake)
        for item in (storage.SUBNET_ALPHA_OUT, TOTAL_ALPHA_ISSUANCE):
            state[item, netuid] = state[item, netuid] + neuron.stake
    if neuron.root_stake:
        _stake_on_root(state, neuron)


def _stake_on_root(state: State, neuron: Neuron) -> None:
    root, rao = subnets.ROOT, neuron.root_stake
    rootclaim.enter(state, neuron.coldkey)
    shares.give(state, neuron.hotkey, neuron.coldkey, netuid=root, alpha=rao)
    for item in (storage.SUBNET_TAO, storage.SUBNET_ALPHA_OUT):
        state[item, root] = state[item, root] + rao
    state[storage.TOTAL_STAKE] = state[storage.TOTAL_STAKE] + rao
    _mint(state, subnets.account_of(root), rao)


__all__ = ["COMMIT_REVEAL", "TAO_WEIGHT", "Genesis", "Neuron", "Preset", "Subnet", "genesis", "make_subnet", "preset"]
