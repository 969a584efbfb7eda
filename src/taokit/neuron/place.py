"""Where one neuron runs: its subnet, its port, its files."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEFAULT_PORT = 8091


@dataclass(frozen=True, slots=True)
class Place:
    """Everything about one neuron that is not its code, its key or its chain."""

    netuid: int
    state: Path  # below it: genesis, netuid, hotkey
    seed: bytes  # what its own draws and salts come from; secret on a real network
    host: str = "0.0.0.0"  # noqa: S104  bound; a miner is there to be reached
    port: int | None = DEFAULT_PORT  # None: it serves nothing; 0: any free one
    external_ip: str | None = None  # published; None: `host`
    external_port: int | None = None  # published; None: the bound one
    allow_private: bool = False  # ask neurons at loopback and private addresses
    settings: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[str], None] = lambda step: None  # called before each step of a save, for tests that end there


__all__ = ["DEFAULT_PORT", "Place"]
