"""`taokit register`: a uid for a hotkey, paid by its coldkey, with all that it costs shown first."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taokit.cli.options import WALLETS, DryRun, Json, Netuid, Network, WalletPath
from taokit.errors import ConfigurationError, NoSuchSubnet, UnknownName
from taokit.units import Balance

if TYPE_CHECKING:
    from taokit.chain import Call, Chain, Preview
    from taokit.chain.reads import Registration
    from taokit.run import KeyChoice
    from taokit.signer import Signer

ROOT = 0


@dataclass(frozen=True, slots=True)
class Application:
    """Who wants a uid where, and for how much at most."""

    key: KeyChoice
    netuid: int
    hotkey: str | None = None  # its address, where the wallet has only the coldkey
    max_burn: Balance | None = None  # None: what it costs now
    dry_run: bool = False
    yes: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What a registration takes."""

    netuid: int
    hotkey: str
    coldkey: str
    cost: Balance  # now
    limit: Balance  # that is paid at most
    balance: Balance  # free, of the coldkey
    terms: Registration

    def lacking(self, fee: Balance, deposit: Balance) -> Balance:
        """What the coldkey lacks to pay it, and stay alive; 0 where it has enough."""
        return Balance(max(0, self.cost.rao + fee.rao + deposit.rao - self.balance.rao))


def register(
    netuid: Netuid,
    network: Network = "finney",
    wallet: Annotated[
        str | None, typer.Option("--wallet", "-w", envvar="BT_WALLET", help="WALLET/HOTKEY; its coldkey pays.")
    ] = None,
    wallet_hotkey: Annotated[
        str | None, typer.Option("--wallet-hotkey", "-H", envvar="BT_WALLET_HOTKEY", help="Hotkey of the wallet.")
    ] = None,
    wallet_path: WalletPath = WALLETS,
    hotkey: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A hotkey that is on another machine.")] = None,
    max_burn: Annotated[
        str | None, typer.Option(metavar="TAO", help="Pay no more than this; without it, what it costs when asked.")
    ] = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Pay without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Give a hotkey a uid on a subnet: its cost, the fee and a rehearsal first, then, after a yes, the real thing."""
    from taokit.run import KeyChoice

    key = KeyChoice(network, wallet, wallet_hotkey, wallet_path)
    most = None if max_burn is None else _amount(max_burn)
    carry_out(Application(key, netuid, hotkey, most, dry_run=dry_run, yes=yes, as_json=as_json))


def _amount(text: str) -> Balance:
    try:
        amount = Decimal(text)
        if amount.is_finite() and amount >= 0:
            return Balance.from_tao(amount)
    except InvalidOperation:
        pass
    raise ConfigurationError(f"--max-burn is {text!r}, not an amount of TAO", hint="pass it like --max-burn 0.5")


def carry_out(wish: Application) -> None:
    """Look at a registration and make it. Raises what speaks against it."""
    from taokit.chain import reads
    from taokit.cli.chain.calling import agree
    from taokit.connect import connect
    from taokit.run import coldkey_of, hotkey_address

    hotkey = wish.hotkey or hotkey_address(wish.key, os.environ)
    with connect(wish.key.network) as chain:
        uid = chain.read(reads.uid_of(wish.netuid, hotkey))
        if uid is not None:
            _say_registered(wish, hotkey, uid, new=False)
            return
        signer = coldkey_of(wish.key, os.environ)
        offer = offer_of(chain, wish, hotkey, signer)
        call = call_of(chain, offer)
        preview = chain.preview(call, signer)
        _show(wish, offer, preview)
        _affordable(chain, offer, preview)
        if preview.refusal is not None:
            raise preview.refusal
        if wish.dry_run:
            return
        if not wish.yes:
            agree()
        chain.submit(call, signer)
        uid = chain.read(reads.uid_of(wish.netuid, hotkey))
    _say_registered(wish, hotkey, uid, new=True)


def offer_of(chain: Chain, wish: Application, hotkey: str, signer: Signer) -> Offer:
    """What the registration takes now. Raises `NoSuchSubnet`, or `ConfigurationError` where it cannot be had."""
    from taokit.chain import reads

    netuid = wish.netuid
    if not chain.read(reads.subnet_exists(netuid)):
        raise NoSuchSubnet(f"there is no subnet {netuid} on this chain", hint="choose another with --netuid")
    terms, balance = chain.read(reads.registration(netuid)), chain.read(reads.balance(signer.ss58))
    cost = Balance(0) if netuid == ROOT else terms.cost
    if netuid != ROOT and not terms.allowed:
        raise ConfigurationError(
            f"subnet {netuid} takes no registrations now", hint="its owner has closed it; ask there"
        )
    limit = cost if wish.max_burn is None else wish.max_burn
    if cost > limit:
        raise ConfigurationError(
            f"a registration on subnet {netuid} costs {cost} now, more than {limit}",
            hint=f"pass --max-burn {cost.tao}, or wait: the cost halves every {terms.half_life} blocks without one",
        )
    return Offer(netuid, hotkey, signer.ss58, cost, limit, balance, terms)


def call_of(chain: Chain, offer: Offer) -> Call:
    """The call that pays no more than the limit; on a runtime that has none, the one that pays what it costs."""
    from taokit.chain import calls

    if offer.netuid == ROOT:
        return calls.root_register(offer.hotkey)
    limited = calls.register_limit(offer.netuid, offer.hotkey, offer.limit)
    try:
        chain.codec().arguments(limited.pallet, limited.function)
    except UnknownName:
        return calls.burned_register(offer.netuid, offer.hotkey)
    return limited


def _affordable(chain: Chain, offer: Offer, preview: Preview) -> None:
    from taokit.chain import reads

    lacking = offer.lacking(preview.fee, chain.read(reads.existential_deposit()))
    if lacking:
        raise ConfigurationError(
            f"the coldkey has {offer.balance}, {lacking} too little", hint=f"send that much to {offer.coldkey}"
        )


def _show(wish: Application, offer: Offer, preview: Preview) -> None:
    if wish.as_json:
        if wish.dry_run:
            typer.echo(json.dumps(_told(offer, preview)))
        return
    terms = offer.terms
    place = f"{terms.free} places free" if terms.free else "full: it takes the place of the neuron that earns least"
    rehearsal = {True: "passes", False: "is refused", None: f"not possible here: {preview.untried}"}[preview.passes]
    rows = (
        ("hotkey", offer.hotkey),
        ("coldkey", f"{offer.coldkey}, with {offer.balance}"),
        ("subnet", f"{offer.netuid}, {place}; immune for {terms.immunity_period} blocks"),
        ("cost", f"{offer.cost} now, which is gone; {offer.limit} at most"),
        ("fee", str(preview.fee)),
        ("rehearsal", rehearsal),
    )
    typer.echo("\n".join(f"{name:11}{value}" for name, value in rows))


def _told(offer: Offer, preview: Preview) -> dict[str, Any]:
    refusal = preview.refusal
    return {
        "netuid": offer.netuid,
        "hotkey": offer.hotkey,
        "coldkey": offer.coldkey,
        "cost_rao": offer.cost.rao,
        "limit_rao": offer.limit.rao,
        "fee_rao": preview.fee.rao,
        "balance_rao": offer.balance.rao,
        "passes": preview.passes,
        **({} if refusal is None else {"refusal": refusal.name or str(refusal)}),
    }


def _say_registered(wish: Application, hotkey: str, uid: int | None, *, new: bool) -> None:
    if wish.as_json:
        typer.echo(json.dumps({"netuid": wish.netuid, "hotkey": hotkey, "uid": uid, "new": new}))
        return
    how = "is" if new else "was already"
    typer.echo(f"hotkey {hotkey} {how} uid {uid} of subnet {wish.netuid}")


__all__ = ["Application", "Offer", "call_of", "carry_out", "offer_of", "register"]
