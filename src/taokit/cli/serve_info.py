"""`taokit serve-info`: what the chain tells callers about a neuron's server, and how to make it tell something else."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taokit.cli.options import WALLETS, DryRun, Json, Netuid, Network, Wallet, WalletPath
from taokit.errors import ConfigurationError, NotRegistered

if TYPE_CHECKING:
    from taokit.chain import Call, Chain, Read
    from taokit.chain.reads import Certificate, Commitment
    from taokit.metagraph import Endpoint
    from taokit.run import KeyChoice


@dataclass(frozen=True, slots=True)
class Wish:
    """Whose server is asked about, and what is to be published of it."""

    key: KeyChoice
    netuid: int
    hotkey: str | None
    publish: Endpoint | None
    certificate: bytes | None
    dry_run: bool = False
    yes: bool = False
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """What the chain says of one neuron's server."""

    hotkey: str
    uid: int | None
    axon: Endpoint | None
    metrics: Endpoint | None
    certificate: Certificate | None
    commitment: Commitment | None

    @property
    def sealing(self) -> bool:
        """Whether it publishes a key for sealed bodies."""
        from taokit.protocol.sealing import is_key_record

        return self.commitment is not None and any(map(is_key_record, self.commitment.fields))


def known(netuid: int, hotkey: str) -> Read[Known]:
    """All that the chain says of a hotkey's server."""
    from taokit.chain import reads

    return Known(
        hotkey,
        (yield from reads.uid_of(netuid, hotkey)),
        (yield from reads.axon(netuid, hotkey)),
        (yield from reads.prometheus(netuid, hotkey)),
        (yield from reads.certificate(netuid, hotkey)),
        (yield from reads.commitment(netuid, hotkey)),
    )


def serve_info(
    netuid: Netuid,
    network: Network = "finney",
    wallet: Wallet = None,
    wallet_path: WalletPath = WALLETS,
    hotkey: Annotated[str | None, typer.Option(metavar="ADDRESS", help="A hotkey, where no key is needed.")] = None,
    publish: Annotated[
        str | None, typer.Option(metavar="IP:PORT", help="Publish this address; a miner that runs does so itself.")
    ] = None,
    protocol: Annotated[int, typer.Option(min=0, max=255, help="The protocol to publish.")] = 4,
    version: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="The version to publish.")] = 0,
    certificate: Annotated[
        str | None, typer.Option(metavar="HEX", help="Publish this key for TLS too: algorithm byte and key.")
    ] = None,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Publish without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Show what the chain says of a neuron's server: its address, versions and keys. Or publish another address."""
    from taokit.run import KeyChoice

    place = None if publish is None else _place(publish, protocol, version)
    key = KeyChoice(network, wallet, None, wallet_path)
    wish = Wish(key, netuid, hotkey, place, _certificate(certificate, place), dry_run, yes, as_json)
    carry_out(wish)


def _place(text: str, protocol: int, version: int) -> Endpoint:
    """The address of `203.0.113.7:8091` or `[2001:db8::7]:8091`."""
    from taokit.metagraph import Endpoint

    host, _, port = text.rpartition(":")
    try:
        ip = str(ip_address(host.removeprefix("[").removesuffix("]")))
        number = int(port) if port.isascii() and port.isdecimal() else 0
        if 0 < number < 65536:
            return Endpoint(ip, number, protocol, version)
    except ValueError:
        pass
    raise ConfigurationError(f"--publish is {text!r}, not an address and a port", hint="pass it like 203.0.113.7:8091")


def _certificate(text: str | None, place: Endpoint | None) -> bytes | None:
    if text is None:
        return None
    if place is None:
        raise ConfigurationError("--certificate goes out with an address", hint="pass --publish IP:PORT as well")
    try:
        key = bytes.fromhex(text.removeprefix("0x"))
    except ValueError:
        key = b""
    if not 2 <= len(key) <= 65:
        raise ConfigurationError(
            f"--certificate is {text!r}, no key", hint="pass a byte of algorithm and the key, in hex"
        )
    return key


def carry_out(wish: Wish) -> None:
    """Show what the chain says, and publish what is wished. Raises the refusal where it would be refused."""
    from taokit.connect import connect
    from taokit.run import hotkey_address

    if wish.hotkey is not None and wish.publish is not None:
        raise ConfigurationError("an address is published by its own key", hint="pass --wallet in place of --hotkey")
    hotkey = wish.hotkey or hotkey_address(wish.key, os.environ)
    with connect(wish.key.network) as chain:
        now = chain.read(known(wish.netuid, hotkey))
        if wish.publish is not None and not _says(now, wish):
            if not _published(chain, wish):
                return
            now = chain.read(known(wish.netuid, hotkey))
    typer.echo(json.dumps(_told(now, wish.netuid)) if wish.as_json else "\n".join(_lines(now, wish.netuid)))


def _says(now: Known, wish: Wish) -> bool:
    """Whether the chain says already what is to be published."""
    if now.uid is None:
        raise NotRegistered(now.hotkey, wish.netuid)
    axon, place, key = now.axon, wish.publish, now.certificate
    assert place is not None
    same = axon is not None and (axon.ip, axon.port, axon.protocol, axon.version) == (
        *(place.ip, place.port, place.protocol, place.version),
    )
    stored = None if key is None else bytes([key.algorithm]) + key.public_key
    return same and wish.certificate in (None, stored)


def _call(wish: Wish) -> Call:
    from taokit.chain import calls

    place = wish.publish
    assert place is not None
    said = {"version": place.version, "protocol": place.protocol}
    if wish.certificate is None:
        return calls.serve_axon(wish.netuid, place.ip, place.port, **said)
    return calls.serve_axon_tls(wish.netuid, place.ip, place.port, certificate=wish.certificate, **said)


def _published(chain: Chain, wish: Wish) -> bool:
    """Whether it was published; not where that was to be tried only."""
    from taokit.cli.chain.calling import agree, told
    from taokit.run import hotkey_of

    call, signer = _call(wish), hotkey_of(wish.key, os.environ, ask=True)
    preview = chain.preview(call, signer)
    if not wish.as_json:
        typer.echo(told(call, signer, preview))
    if preview.refusal is not None:
        raise preview.refusal
    if wish.dry_run:
        if wish.as_json:
            typer.echo(json.dumps({"fee_rao": preview.fee.rao, "passes": preview.passes}))
        return False
    if not wish.yes:
        agree()
    chain.submit(call, signer)
    return True


def _endpoint(one: Endpoint | None) -> dict[str, Any] | None:
    if one is None or not one.serving:
        return None
    found = {"ip": one.ip, "port": one.port, "ip_version": ip_address(one.ip).version}
    return {**found, "protocol": one.protocol, "version": one.version, "block": one.block}


def _told(now: Known, netuid: int) -> dict[str, Any]:
    key = now.certificate
    certificate = None if key is None else {"algorithm": key.algorithm, "public_key": key.public_key.hex()}
    return {
        "netuid": netuid,
        "hotkey": now.hotkey,
        "uid": now.uid,
        "axon": _endpoint(now.axon),
        "metrics": _endpoint(now.metrics),
        "certificate": certificate,
        "sealing": now.sealing,
    }


def _lines(now: Known, netuid: int) -> list[str]:
    key = now.certificate
    kind = "" if key is None else "Ed25519 " if key.ed25519 is not None else f"algorithm {key.algorithm}, "
    uid = "not registered" if now.uid is None else f"uid {now.uid}"
    rows = (
        ("neuron", f"{now.hotkey}, {uid} on subnet {netuid}"),
        ("address", _line(now.axon)),
        ("metrics", _line(now.metrics, metrics=True)),
        ("TLS key", "none: plain HTTP" if key is None else f"{kind}{key.public_key.hex()}"),
        ("sealing", "takes sealed bodies" if now.sealing else "no key for sealed bodies"),
    )
    return [f"{name:10}{value}" for name, value in rows]


def _line(one: Endpoint | None, *, metrics: bool = False) -> str:
    if one is None or not one.serving:
        return "none"
    what = f"version {one.version}, since block {one.block}"
    return f"{one.ip} port {one.port}, {what if metrics else f'protocol {one.protocol}, {what}'}"


__all__ = ["Known", "Wish", "carry_out", "known", "serve_info"]
