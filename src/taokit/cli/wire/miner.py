"""The miner that a command is for: its address, its hotkey and its keys, as they are given or as the chain has them."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import typer

from taokit.errors import ConfigurationError, Malformed, NoSuchSubnet, NotRegistered

if TYPE_CHECKING:
    from taokit.chain import Read
    from taokit.dendrite import Known, Target, Trust
    from taokit.metagraph import Endpoint

PORT: Final = 8091
KEY_BYTES: Final = 32
DEFAULT_HOTKEY: Final = "//Bob"
"""As which `taokit wire serve` serves unless told otherwise."""


@dataclass(frozen=True, slots=True)
class Given:
    """What the command line says of the miner."""

    url: str | None = None
    hotkey: str | None = None
    network: str = "finney"
    netuid: int | None = None
    uid: int | None = None
    tls_key: str | None = None  # hex
    insecure: bool = False  # take whatever TLS key it shows
    sealing_key: str | None = None  # hex
    sealed: bool = False  # send sealed bodies alone


@dataclass(frozen=True, slots=True)
class Miner:
    """Where it is, and how far its keys are relied on."""

    target: Target
    trust: Trust


@dataclass(frozen=True, slots=True)
class Place:
    """What a URL says."""

    ip: str  # literal
    port: int
    scheme: str | None  # http or https; None: it does not say


@dataclass(frozen=True, slots=True)
class OnChain:
    """What the chain says of a neuron."""

    hotkey: str
    uid: int
    endpoint: Endpoint | None  # None: it serves nowhere
    known: Known


def miner_of(given: Given, *, timeout_s: float) -> Miner:
    """The miner. Asks the chain, and who listens there for its key, where the command line says so.

    Raises `ConfigurationError` for what does not fit together, and what the chain or the connection raises.
    """
    from taokit.dendrite import Known, Target, Trust

    _check(given)
    place = None if given.url is None else place_of(given.url)
    told = None if given.netuid is None else _on_chain(given)
    hotkey = told.hotkey if told else address_of(given.hotkey or DEFAULT_HOTKEY)
    place = place or _published_place(told)
    sealing = _key(given.sealing_key, "--sealing-key") or (told.known.sealing if told else None)
    if given.sealed and sealing is None:
        raise ConfigurationError(
            "no key to seal a body with", hint="pass --sealing-key, or --netuid and --uid of a miner that published one"
        )
    tls = _tls_key(given, place, told, timeout_s=timeout_s)
    version = told.endpoint.version if told and told.endpoint else 0
    return Miner(
        Target(told.uid if told else 0, hotkey, place.ip, place.port, version),
        Trust(
            known={hotkey: Known(tls=tls, sealing=sealing)},
            tls="never" if tls is None else "always",
            sealing="always" if given.sealed or given.sealing_key else "published",
        ),
    )


def _check(given: Given) -> None:
    if given.url is None and given.netuid is None:
        raise ConfigurationError("no miner", hint="name its URL, or --netuid and --uid")
    if given.netuid is None and given.uid is not None:
        raise ConfigurationError("--uid without --netuid", hint="name the subnet too")
    if given.netuid is not None and (given.uid is None) == (given.hotkey is None):
        raise ConfigurationError("--netuid names a subnet and no miner", hint="pass --uid or --hotkey, one of them")
    if given.tls_key and given.insecure:
        raise ConfigurationError(
            "--tls-key and --insecure at once", hint="the key is what makes it secure: name it alone"
        )


def _published_place(told: OnChain | None) -> Place:
    """Where the chain says that the neuron serves."""
    assert told is not None
    if told.endpoint is None:
        raise ConfigurationError(f"uid {told.uid} published no address", hint="pass the URL of the miner as well")
    return Place(told.endpoint.ip, told.endpoint.port, None)


def _on_chain(given: Given) -> OnChain:
    from taokit.connect import connect

    assert given.netuid is not None
    with connect(given.network) as chain:
        return chain.read(_reading(given.netuid, given.uid, given.hotkey and address_of(given.hotkey)))


def _reading(netuid: int, uid: int | None, hotkey: str | None) -> Read[OnChain]:
    from taokit.chain import reads
    from taokit.neuron.trusting import published_by

    if not (yield from reads.subnet_exists(netuid)):
        raise NoSuchSubnet(f"there is no subnet {netuid} on this chain", hint="choose another with --netuid")
    if uid is not None:
        neuron = yield from reads.neuron(netuid, uid)
        if neuron is None:
            raise ConfigurationError(
                f"no uid {uid} on subnet {netuid}", hint=f"see `taokit metagraph --netuid {netuid}`"
            )
        hotkey = neuron.hotkey
    assert hotkey is not None
    found = yield from reads.uid_of(netuid, hotkey)
    if found is None:
        raise NotRegistered(hotkey, netuid)
    endpoint = yield from reads.axon(netuid, hotkey)
    known = yield from published_by(netuid, hotkey)
    return OnChain(hotkey, found, endpoint if endpoint is not None and endpoint.serving else None, known)


def _tls_key(given: Given, place: Place, told: OnChain | None, *, timeout_s: float) -> bytes | None:
    """The key that the miner must show; None for plain HTTP."""
    named = _key(given.tls_key, "--tls-key")
    if place.scheme == "http":
        if named or given.insecure:
            raise ConfigurationError("TLS for a URL of plain HTTP", hint="write https://")
        return None
    key = named or (told.known.tls if told else None)
    if key is None and given.insecure:
        return _shown(place, timeout_s)
    if key is None and place.scheme == "https":
        where = "the chain holds none" if told else "none is given"
        raise ConfigurationError(
            f"https needs the key that the miner shows, and {where}",
            hint="pass --tls-key, or --netuid and --uid to read it from the chain; --insecure for a miner of your own",
        )
    return key


def _shown(place: Place, timeout_s: float) -> bytes:
    from taokit.dendrite.tls import key_at

    key = asyncio.run(key_at(place.ip, place.port, timeout_s=timeout_s))
    typer.echo(f"nobody vouches for the TLS key that it shows; if it is right, --tls-key {key.hex()}", err=True)
    return key


def _key(text: str | None, option: str) -> bytes | None:
    """The 32 bytes of a key in hex, also with the byte for Ed25519 in front, as the chain has TLS keys."""
    if text is None:
        return None
    try:
        key = bytes.fromhex(text.strip().removeprefix("0x"))
    except ValueError:
        key = b""
    if option == "--tls-key" and len(key) == KEY_BYTES + 1 and key[0] == 1:
        key = key[1:]
    if len(key) != KEY_BYTES:
        raise ConfigurationError(
            f"{option} is {text[:80]!r}, no key",
            hint=f"pass {KEY_BYTES} bytes in hex, as `taokit wire serve` prints them",
        )
    return key


def place_of(url: str) -> Place:
    """What a URL says. Raises `ConfigurationError` for one that is none, and for a name without an address."""
    says = re.match(r"[A-Za-z]+://", url)
    try:
        parts = urlsplit(url if says else f"http://{url}")
        host, port = parts.hostname, parts.port
        if not host or port == 0 or parts.scheme not in ("http", "https"):
            raise ValueError(url)
        if parts.username or parts.query or parts.fragment or parts.path not in ("", "/"):
            raise ValueError(url)
    except ValueError:
        raise ConfigurationError(
            f"{url!r} is no address of a miner", hint=f"write it like http://127.0.0.1:{PORT}, without a path"
        ) from None
    return Place(_ip_of(host), PORT if port is None else port, parts.scheme if says else None)


def _ip_of(host: str) -> str:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        pass
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        said = getattr(error, "strerror", None) or error
        raise ConfigurationError(f"{host} has no address: {said}", hint="write the address in numbers") from None
    return str(found[0][4][0])


def address_of(hotkey: str) -> str:
    """The address of a hotkey, which may be a development key."""
    from taokit.keys import from_uri
    from taokit.protocol import decode_ss58

    if hotkey.startswith("//"):
        return from_uri(hotkey).ss58
    try:
        decode_ss58(hotkey)
    except Malformed as error:
        raise ConfigurationError(str(error), hint="pass the hotkey that the miner serves as, or //Bob") from None
    return hotkey


__all__ = ["PORT", "Given", "Miner", "Place", "miner_of", "place_of"]
