"""The connection behind `bt.Subtensor`: taokit's reads and calls over it, its blocks, its end."""

from __future__ import annotations

import argparse
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self, TypeVar

from taokit.chain import Call, Chain, Read, Receipt, reads
from taokit.compat.absent import Departed
from taokit.compat.extrinsics import ExtrinsicResponse, refused
from taokit.compat.settings import Config, add_flags, setting
from taokit.compat.wallets import signer_of
from taokit.connect import connect
from taokit.errors import ConfigurationError, NoSuchSubnet, TaokitError, TimedOut
from taokit.metagraph import Metagraph as Snapshot
from taokit.run import on_this_machine
from taokit.signer import Signer

T = TypeVar("T")

FLAGS = (
    ("subtensor.network", str, "finney, test, local or an address."),
    ("subtensor.chain_endpoint", str, "The address of a node, before any network."),
)
WAIT_S = 600.0
"""The deadline of `wait_for_block`."""
POLL_S = 0.25
"""How often it looks."""


class Link(Departed):
    """One chain, asked and told in taokit's own words."""

    sdk_name = "Subtensor"

    def __init__(
        self,
        network: str | None = None,
        config: Config | None = None,
        log_verbose: bool = False,
        fallback_endpoints: list[str] | None = None,
        retry_forever: bool = False,
        archive_endpoints: list[str] | None = None,
    ) -> None:
        """Raises `ConfigurationError` for what names no network."""
        from taokit.connect import Nodes

        nodes = Nodes(
            fallback=tuple(fallback_endpoints or ()),
            archive=tuple(archive_endpoints or ()),
            retry_forever=retry_forever,
        )
        name = network or chosen(config or Config())
        self._take(name, connect(name, nodes=nodes), here=on_this_machine(name))

    def _take(self, network: str, chain: Chain, *, here: bool) -> None:
        self.network = self.chain_endpoint = network
        self.here = here
        """Whether it is a chain of this machine, where loopback addresses have their place."""
        self._chain = chain
        self._turn = threading.RLock()

    @classmethod
    def add_args(cls, parser: argparse.ArgumentParser, prefix: str | None = None) -> None:
        """Add `--subtensor.network` and `--subtensor.chain_endpoint`."""
        add_flags(parser, FLAGS, prefix)

    def read(self, read: Read[T], block: int | None = None) -> T:
        """What a read of `taokit.chain.reads` returns; for whatever has no method here."""
        with self._turn:
            return self._chain.read(read, at=None if block is None else self._chain.block_hash(block))

    def submit(self, call: Call, signer: Signer, *, finalized: bool = False) -> Receipt:
        """Send a call of `taokit.chain.calls` and wait for its block. Raises `PoolRefused` or `DispatchFailed`."""
        with self._turn:
            return self._chain.submit(call, signer, wait="finalized" if finalized else "included")

    def snapshot(self, netuid: int, *, mechanism: int = 0, whole: bool = False, block: int | None = None) -> Snapshot:
        """A subnet as taokit's own value."""
        return self.read(reads.metagraph(netuid, weights=whole, bonds=whole, mechanism=mechanism), block)

    def compose_call(self, call_module: str, call_function: str, call_params: Mapping[str, Any]) -> Call:
        """A call by the chain's names, for `sign_and_send_extrinsic`."""
        return Call(call_module, call_function, dict(call_params))

    def sign_and_send_extrinsic(
        self, call: Call, wallet: Any, sign_with: str = "coldkey", **options: Any
    ) -> ExtrinsicResponse:
        """Send a call, signed by the wallet's `coldkey` or `hotkey`. It always waits for the block."""
        if sign_with not in ("coldkey", "hotkey"):
            raise ConfigurationError(f"a neuron's calls are not signed with {sign_with!r}", hint="coldkey or hotkey")
        return self._sent(f"{call.pallet}.{call.function}", call, getattr(wallet, sign_with), options)

    def _sent(self, name: str, call: Call, holder: Any, options: Mapping[str, Any]) -> ExtrinsicResponse:
        finalized = bool(options.get("wait_for_finalization", False))

        def send() -> tuple[Receipt, str]:
            return self.submit(call, signer_of(holder), finalized=finalized), "in a block"

        return answered(name, send, bool(options.get("raise_error", False)))

    @property
    def block(self) -> int:
        """The number of the best block."""
        return self.get_current_block()

    def get_current_block(self) -> int:
        """The number of the best block."""
        with self._turn:
            return self._chain.head().number

    def get_block_hash(self, block: int | None = None) -> str:
        """A block's hash as `0x` and hex."""
        with self._turn:
            return "0x" + (self._chain.head().hash if block is None else self._chain.block_hash(block)).hex()

    def get_timestamp(self, block: int | None = None) -> datetime:
        """A block's own time."""
        return datetime.fromtimestamp(self.read(reads.timestamp(), block) / 1000, tz=UTC)

    def wait_for_block(self, block: int | None = None, *, seconds: float = WAIT_S) -> bool:
        """Return once this block is there, by default the next one. Raises `TimedOut` after so many seconds.

        Others may use the chain meanwhile.
        """
        wanted = self.get_current_block() + 1 if block is None else block
        deadline = time.monotonic() + seconds
        while self.get_current_block() < wanted:
            if time.monotonic() >= deadline:
                raise TimedOut(f"block {wanted} did not come within {seconds:g} s")
            time.sleep(POLL_S)
        return True

    def close(self) -> None:
        """End the connection."""
        with self._turn:
            self._chain.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __str__(self) -> str:
        return f"{type(self).__name__}(network: {self.network})"

    __repr__ = __str__


def chosen(config: Config) -> str:
    """The network that a configuration names: an address before a name."""
    return setting(config, "subtensor.chain_endpoint") or setting(config, "subtensor.network") or "finney"


def answered(name: str, send: Callable[[], tuple[Receipt, str]], raise_error: bool) -> ExtrinsicResponse:
    """What it came to. What is wrong with the caller's own values is raised, as is everything where that is wanted."""
    try:
        receipt, said = send()
    except (ConfigurationError, NoSuchSubnet):
        raise
    except TaokitError as error:
        if raise_error:
            raise
        return refused(error, name)
    return ExtrinsicResponse(True, said, name, extrinsic_receipt=receipt)


__all__ = ["WAIT_S", "Link", "answered", "chosen"]
