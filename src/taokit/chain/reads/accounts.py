"""What accounts hold, own and call themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taokit.chain.decoded import Told, ask, ask_all, ask_map
from taokit.chain.reads.basics import SUBNETS
from taokit.chain.requests import Constant, Read, Storage
from taokit.units import Balance, Rao


@dataclass(frozen=True, slots=True)
class Holding:
    """The TAO of one account (`System.Account`)."""

    free: Balance
    reserved: Balance  # set aside by the chain, as for proxies
    frozen: Balance  # of the free part; it cannot be sent

    @property
    def total(self) -> Balance:
        """Everything, free and reserved."""
        return self.free + self.reserved


@dataclass(frozen=True, slots=True)
class Identity:
    """What a coldkey says of itself (`ChainIdentityV2`), unchecked."""

    name: str
    url: str
    github_repo: str
    image: str
    discord: str
    description: str
    additional: str


def balance(account: str) -> Read[Balance]:
    """The free TAO of an account."""
    return _free((yield from ask(Storage("System", "Account", (account,)))))


def balances(accounts: Sequence[str]) -> Read[dict[str, Balance]]:
    """The free TAO of each account, in one request."""
    told = yield from ask_all(*(Storage("System", "Account", (account,)) for account in accounts))
    return {account: _free(one) for account, one in zip(accounts, told, strict=True)}


def holding(account: str) -> Read[Holding]:
    """All the TAO of an account, stake aside."""
    return _holding((yield from ask(Storage("System", "Account", (account,)))))


def existential_deposit() -> Read[Balance]:
    """The least TAO that an account may hold; below it, it is closed."""
    return Rao((yield from ask(Constant("Balances", "ExistentialDeposit"))).integer())


def owner_of(hotkey: str) -> Read[str]:
    """The coldkey that owns a hotkey; the address of 32 zero bytes when nobody does."""
    return (yield from ask(Storage(SUBNETS, "Owner", (hotkey,)))).address()


def hotkeys_of(coldkey: str) -> Read[list[str]]:
    """The hotkeys that a coldkey owns."""
    return [one.address() for one in (yield from ask(Storage(SUBNETS, "OwnedHotkeys", (coldkey,))))]


def identity(coldkey: str) -> Read[Identity | None]:
    """What a coldkey says of itself, or None."""
    told = yield from ask(Storage(SUBNETS, "IdentitiesV2", (coldkey,)))
    return None if told.absent else _identity(told)


def identities() -> Read[dict[str, Identity]]:
    """What coldkeys say of themselves, by coldkey."""
    return {coldkey: _identity(told) for coldkey, told in (yield from ask_map(SUBNETS, "IdentitiesV2"))}


def _free(told: Told) -> Balance:
    return Rao(told["data"]["free"].integer())


def _holding(told: Told) -> Holding:
    data = told["data"]
    return Holding(*(Rao(data[part].integer()) for part in ("free", "reserved", "frozen")))


def _identity(told: Told) -> Identity:
    return Identity(**{name: told[name].text() for name in Identity.__slots__})


__all__ = [
    "Holding",
    "Identity",
    "balance",
    "balances",
    "existential_deposit",
    "holding",
    "hotkeys_of",
    "identities",
    "identity",
    "owner_of",
]
