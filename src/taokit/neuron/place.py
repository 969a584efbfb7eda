"""Where one neuron runs: its subnet, its port, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from taokit.errors import ConfigurationError

DEFAULT_PORT = 8091


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
    allow_private: bool = False  # ask neurons at loopback and private addresses
    settings: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[str], None] = lambda step: None  # called before each step of a save, for tests that end there

    def __post_init__(self) -> None:
        for name, address in (("--host", self.host), ("--external-ip", self.external_ip)):
            if address is not None and not _is_address(address):
                raise ConfigurationError(
                    f"{name} is {address!r}, not an IP address", hint=f"pass {name} as numbers, such as 203.0.113.7"
                )

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
