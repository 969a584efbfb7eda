"""Where one neuron runs: its subnet, its port, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from taokit.errors import ConfigurationError
from taokit.neuron.timelock import Timelock

DEFAULT_PORT = 8091
LARGEST_PORT = 65535
TLS = {"off": "plain HTTP", "only": "TLS and nothing else", "both": "TLS and plain HTTP on one port"}
SEALING = {"off": "plain bodies", "offer": "sealed bodies too", "require": "sealed bodies only"}


@dataclass(frozen=True, slots=True)
class Place:
    """Everything about one neuron that is not its code, its key or its chain."""

    netuid: int
    state: Path  # below it: genesis, netuid, hotkey
    seed: bytes  # what its own draws and salts come from; secret on a real network
    host: str = "0.0.0.0"  # noqa: S104  bound; a miner is there to be reached
    port: int | None = DEFAULT_PORT  # None: it serves nothing; 0: any free one
    external_ip: str | None = None  # published; None: `host`, unless that is every address
    external_port: int | None = None  # published; None: the bound one
    private_port: int | None = None  # health and metrics for its operator; 0: any free one; None: there is none
    private_host: str = "127.0.0.1"  # bound for these
    tls: str = "off"  # one of `TLS`
    sealing: str = "off"  # one of `SEALING`
    redis: str | None = None  # where the replay memory and the limits are shared
    workers: int = 1  # processes that serve the one port
    worker: int | None = None  # which of them this process is; None: it is the whole neuron, or keeps the others
    allow_private: bool = False  # ask neurons at loopback and private addresses
    record: Path | None = None  # below it, by netuid and hotkey, a validator keeps a record of each round
    settings: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[str], None] = lambda step: None  # called before each step of a save, for tests that end there
    timelock: Timelock | None = None  # what encrypts weights, shared and closed by whoever made it; None: its own

    def __post_init__(self) -> None:
        for name, chosen, known in (("--tls", self.tls, TLS), ("--sealing", self.sealing, SEALING)):
            if chosen not in known:
                raise ConfigurationError(f"{name} is {chosen!r}", hint=f"choose one of {', '.join(known)}")
        if self.workers > 1 and self.redis is None:
            raise ConfigurationError(
                f"{self.workers} workers without a shared replay memory, so a request accepted by one could be "
                "repeated to another",
                hint="name a Redis for them to share: --redis redis://127.0.0.1:6379/0",
            )
        self._check_private_ports()
        for name, address in (
            ("--host", self.host),
            ("--external-ip", self.external_ip),
            ("--private-host", self.private_host),
        ):
            if address is not None and not _is_address(address):
                raise ConfigurationError(
                    f"{name} is {address!r}, not an IP address", hint=f"pass {name} as numbers, such as 203.0.113.7"
                )

    def _check_private_ports(self) -> None:
        last = LARGEST_PORT - self.workers + 1  # for the first worker
        if self.private_port is not None and self.private_port > last:
            raise ConfigurationError(
                f"--private-port {self.private_port} leaves none for the last of {self.workers} workers, "
                f"which take the next ones, up to {LARGEST_PORT}",
                hint=f"pass --private-port {last} or a lower one",
            )

    @property
    def part(self) -> str:
        """The folder of this process below the neuron's own; empty for the neuron itself."""
        return "" if self.worker is None else f"worker-{self.worker}"

    @property
    def published(self) -> str | None:
        """The address to publish; None when only one is known that means every address of this machine."""
        if self.external_ip is not None:
            return self.external_ip
        return None if ip_address(self.host).is_unspecified else self.host


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


__all__ = ["DEFAULT_PORT", "Place"]
