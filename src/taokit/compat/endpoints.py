"""Where a neuron serves, in SDK 10's words, and as something to ask."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from ipaddress import ip_address
from typing import Self

from taokit.compat.absent import Departed
from taokit.dendrite import Target
from taokit.metagraph import Metagraph

SDK_VERSION = 10_005_000
"""10.5.0, whose names these are."""


_ORIGIN = frozenset({"public_only", "from_chain"})


@dataclass
class AxonInfo(Departed):
    """One neuron's address and keys (`bittensor.core.chain_data.AxonInfo`). Two are equal when they say the same."""

    sdk_name = "AxonInfo"

    version: int = 0
    ip: str = "0.0.0.0"  # noqa: S104  what the chain has for a neuron that serves nothing
    port: int = 0
    ip_type: int = 4
    hotkey: str = ""
    coldkey: str = ""
    protocol: int = 4
    placeholder1: int = 0
    placeholder2: int = 0
    public_only: bool = field(default=False, compare=False, repr=False)
    """It was read from a chain elsewhere, so an address in a private network is not contacted."""
    from_chain: bool = field(default=False, compare=False, repr=False)
    """`version` is what the neuron published, so the format follows it; else it is asked in the synapse protocol."""

    @property
    def is_serving(self) -> bool:
        """Whether it names an address at all."""
        return self.ip not in ("0.0.0.0", "::") and self.port != 0  # noqa: S104  compared, not bound

    def ip_str(self) -> str:
        """Such as `/ipv4/203.0.113.7:8091`."""
        return f"/ipv{self.ip_type}/{self.ip}:{self.port}"

    def to_string(self) -> str:
        """All of it as JSON, with SDK 10's names; whether it is from a chain is added for one that is."""
        values = asdict(self)
        return json.dumps({name: value for name, value in values.items() if name not in _ORIGIN or value})

    @classmethod
    def from_string(cls, json_string: str) -> Self:
        """What `to_string` wrote. Raises `ValueError` and `TypeError` for anything else."""
        return cls(**json.loads(json_string))


def axons_of(graph: Metagraph, *, here: bool) -> list[AxonInfo]:
    """Every neuron's address, by uid. `here` is whether the chain is one of this machine."""
    keys = zip(graph.endpoints, graph.hotkeys, graph.coldkeys, strict=True)
    return [
        AxonInfo(
            version=endpoint.version,
            ip=endpoint.ip,
            port=endpoint.port,
            ip_type=ip_address(endpoint.ip).version,
            hotkey=hotkey,
            coldkey=coldkey,
            protocol=endpoint.protocol,
            public_only=not here,
            from_chain=True,
        )
        for endpoint, hotkey, coldkey in keys
    ]


def target_of(info: AxonInfo, number: int) -> Target:
    """The same as what a dendrite asks; `number` stands for it in the log."""
    return Target(uid=number, hotkey=info.hotkey, ip=info.ip, port=info.port, version=info.version)


__all__ = ["SDK_VERSION", "AxonInfo", "axons_of", "target_of"]
