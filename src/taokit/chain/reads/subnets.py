"""Which subnets there are, who owns them, how they are set and what they pay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from taokit.chain import subnet as values
from taokit.chain.decoded import Told, ask, ask_all, ask_items, ask_map
from taokit.chain.reads.basics import SUBNETS
from taokit.chain.requests import Read, RuntimeCall, Storage
from taokit.metagraph import Hyperparameters
from taokit.units import Balance, Price, Rao

Setting: TypeAlias = bool | int | float | Balance
"""The value of a hyperparameter: fixed-point numbers as floats, amounts of TAO as balances."""

_FRACTION_BITS: Final = {"I32F32": 32, "U64F64": 64, "I96F32": 32, "U96F32": 32}


@dataclass(frozen=True, slots=True)
class SubnetIdentity:
    """What a subnet's owner says of it (`SubnetIdentityV3`), unchecked."""

    subnet_name: str
    github_repo: str
    subnet_contact: str
    subnet_url: str
    discord: str
    description: str
    logo_url: str
    additional: str


@dataclass(frozen=True, slots=True)
class Subnet:
    """One subnet and its pool, as of one block (`DynamicInfo`)."""

    netuid: int
    name: str
    symbol: str
    owner_hotkey: str
    owner_coldkey: str
    registered_at: int  # block of its creation
    tempo: int  # blocks between epochs
    last_step: int  # block of the last epoch that paid out
    tao_in: Balance  # the pool's TAO
    alpha_in: Balance  # the pool's alpha
    alpha_out: Balance  # the alpha outside of the pool
    tao_in_emission: Balance  # what the pool was given in the last block
    alpha_in_emission: Balance
    alpha_out_emission: Balance  # what neurons and owner were given in the last block
    volume: Balance  # TAO traded since the beginning
    moving_price: Price  # the average that emission goes by
    identity: SubnetIdentity | None


@dataclass(frozen=True, slots=True)
class Mechanisms:
    """How many mechanisms a subnet pays, and how it divides its emission among them."""

    count: int
    split: tuple[int, ...] | None  # of 65535, together the whole; None: evenly


def subnet_exists(netuid: int) -> Read[bool]:
    """Whether there is a subnet of this number."""
    return (yield from ask(Storage(SUBNETS, "NetworksAdded", (netuid,)))).flag()


def netuids() -> Read[list[int]]:
    """The numbers of all subnets, ascending, root included."""
    entries = yield from ask_map(SUBNETS, "NetworksAdded")
    return sorted(netuid for netuid, exists in entries if exists.flag())


def subnet(netuid: int) -> Read[Subnet]:
    """One subnet and its pool. Raises `NoSuchSubnet`."""
    return _subnet(values.existing((yield from _info("get_dynamic_info", netuid)), netuid))


def subnets() -> Read[list[Subnet]]:
    """Every subnet and its pool, by number, root included; in one request."""
    told = yield from _info("get_all_dynamic_info")
    return sorted((_subnet(one) for one in told if not one.absent), key=lambda one: one.netuid)


def subnet_identity(netuid: int) -> Read[SubnetIdentity | None]:
    """What a subnet's owner says of it, or None."""
    return _identity((yield from ask(Storage(SUBNETS, "SubnetIdentitiesV3", (netuid,)))))


def subnet_identities() -> Read[dict[int, SubnetIdentity]]:
    """What owners say of their subnets, by netuid."""
    stored = yield from ask_map(SUBNETS, "SubnetIdentitiesV3")
    return {netuid: found for netuid, told in stored if (found := _identity(told)) is not None}


def started_at(netuid: int) -> Read[int | None]:
    """The first block in which a subnet is paid, or None while its owner has not started it."""
    told = yield from ask(Storage(SUBNETS, "FirstEmissionBlockNumber", (netuid,)))
    return None if told.absent else told.integer()


def mechanisms(netuid: int) -> Read[Mechanisms]:
    """The mechanisms of a subnet."""
    count, split = yield from ask_items(SUBNETS, ("MechanismCountCurrent", "MechanismEmissionSplit"), netuid)
    shares = None if split.absent else tuple(share.integer() for share in split)
    return Mechanisms(count.integer(), shares)


def block_emission() -> Read[Balance]:
    """The TAO that a block mints. Raises `UnknownName` on runtimes before 459, which do not tell."""
    return Rao((yield from _info("get_block_emission")).integer())


def hyperparameters(netuid: int) -> Read[Hyperparameters]:
    """The settings of a subnet that a neuron acts on."""
    return values.hyperparameters_of((yield from ask_items(SUBNETS, values.STORED, netuid)))


def settings(netuid: int) -> Read[dict[str, Setting]]:
    """Every hyperparameter of a subnet by the chain's own name, whatever it has. Raises `NoSuchSubnet`.

    `UnknownName` on runtimes that do not list them (`get_subnet_hyperparams_v3`, from 424 on).
    """
    told = values.existing((yield from _info("get_subnet_hyperparams_v3", netuid)), netuid)
    return {one["name"].text(): _setting(one["value"]) for one in told}


def owner_of_subnet(netuid: int) -> Read[tuple[str, str]]:
    """The hotkey and the coldkey of a subnet's owner."""
    hotkey, coldkey = yield from ask_all(
        Storage(SUBNETS, "SubnetOwnerHotkey", (netuid,)), Storage(SUBNETS, "SubnetOwner", (netuid,))
    )
    return hotkey.address(), coldkey.address()


def _info(method: str, *args: int) -> Read[Told]:
    return ask(RuntimeCall("SubnetInfoRuntimeApi", method, args))


def _setting(told: Told) -> Setting:
    if not isinstance(told.value, Mapping) or len(told.value) != 1:
        raise told.moved("a named kind of value")
    ((kind, plain),) = told.value.items()
    if kind == "Bool":
        return Told(told.where, plain).flag()
    if kind in _FRACTION_BITS:
        return float(Told(told.where, plain).bits() / (1 << _FRACTION_BITS[kind]))
    number = Told(told.where, plain).integer()
    return Rao(number) if kind == "TaoBalance" else number


def _identity(told: Told) -> SubnetIdentity | None:
    if told.absent:
        return None
    return SubnetIdentity(**{name: told[name].text() for name in SubnetIdentity.__slots__})


def _subnet(told: Told) -> Subnet:
    netuid = told["netuid"].integer()
    return Subnet(
        netuid=netuid,
        name=told["subnet_name"].text(),
        symbol=told["token_symbol"].text(),
        owner_hotkey=told["owner_hotkey"].address(),
        owner_coldkey=told["owner_coldkey"].address(),
        registered_at=told["network_registered_at"].integer(),
        tempo=told["tempo"].integer(),
        last_step=told["last_step"].integer(),
        tao_in=Rao(told["tao_in"].integer()),
        alpha_in=Rao(told["alpha_in"].integer(), netuid),
        alpha_out=Rao(told["alpha_out"].integer(), netuid),
        tao_in_emission=Rao(told["tao_in_emission"].integer()),
        alpha_in_emission=Rao(told["alpha_in_emission"].integer(), netuid),
        alpha_out_emission=Rao(told["alpha_out_emission"].integer(), netuid),
        volume=Rao(told["subnet_volume"].integer()),
        moving_price=Price((told["moving_price"].bits() * 10**9) >> 32, netuid),
        identity=_identity(told["subnet_identity"]),
    )


__all__ = [
    "Mechanisms",
    "Setting",
    "Subnet",
    "SubnetIdentity",
    "block_emission",
    "hyperparameters",
    "mechanisms",
    "netuids",
    "owner_of_subnet",
    "settings",
    "started_at",
    "subnet",
    "subnet_exists",
    "subnet_identities",
    "subnet_identity",
    "subnets",
]
