"""`bt.Subtensor`: the calls that neurons make of SDK 10's chain client, over taokit's."""

from __future__ import annotations

import argparse
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar

from taokit.chain import Call, Chain, Read, Receipt, calls, reads
from taokit.compat.balance import Balance
from taokit.compat.extrinsics import ExtrinsicResponse, refused
from taokit.compat.graph import Metagraph
from taokit.compat.settings import Config, add_flags, setting
from taokit.compat.wallets import signer_of
from taokit.compat.weighing import Weighing, as_pairs
from taokit.connect import connect
from taokit.errors import ConfigurationError, NoSuchSubnet, TaokitError, TimedOut
from taokit.metagraph import Hyperparameters
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


class Subtensor:
    """A chain. `block` numbers name the state to answer from, by default the best block's; a node may forget old ones.

    May be used from several threads, which take turns. Submissions give an `ExtrinsicResponse` and raise nothing of the
    chain's unless `raise_error` says so; reads raise what the chain raises.
    """

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

        self.network = network or chosen(config or Config())
        self.chain_endpoint = self.network
        self.here = on_this_machine(self.network)
        """Whether it is a chain of this machine, where loopback addresses have their place."""
        nodes = Nodes(
            fallback=tuple(fallback_endpoints or ()),
            archive=tuple(archive_endpoints or ()),
            retry_forever=retry_forever,
        )
        self._chain: Chain = connect(self.network, nodes=nodes)
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

    # the chain itself

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
        over = threading.Event()
        timer = threading.Timer(seconds, over.set)
        timer.daemon = True
        timer.start()
        try:
            while self.get_current_block() < wanted:
                if over.wait(0.25):
                    raise TimedOut(f"block {wanted} did not come within {seconds:g} s")
        finally:
            timer.cancel()
        return True

    # subnets and their settings

    def _settings(self, netuid: int, block: int | None) -> Hyperparameters | None:
        if not self.subnet_exists(netuid, block):
            return None
        return self.read(reads.hyperparameters(netuid), block)

    def get_subnet_hyperparameters(self, netuid: int, block: int | None = None) -> Hyperparameters | None:
        """The settings that a neuron acts on, or None without such a subnet."""
        return self._settings(netuid, block)

    def _setting(self, name: str, netuid: int, block: int | None) -> Any:
        told = self._settings(netuid, block)
        return None if told is None else getattr(told, name)

    def subnet_exists(self, netuid: int, block: int | None = None) -> bool:
        """Whether there is such a subnet."""
        return self.read(reads.subnet_exists(netuid), block)

    def tempo(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks between epochs, or None without such a subnet."""
        return self._setting("tempo", netuid, block)  # type: ignore[no-any-return]

    def weights_rate_limit(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks between two vectors of one hotkey, or None without such a subnet."""
        return self._setting("weights_rate_limit", netuid, block)  # type: ignore[no-any-return]

    def min_allowed_weights(self, netuid: int, block: int | None = None) -> int | None:
        """The least entries of a vector, or None without such a subnet."""
        return self._setting("min_allowed_weights", netuid, block)  # type: ignore[no-any-return]

    def max_weight_limit(self, netuid: int, block: int | None = None) -> float | None:
        """The largest share of one entry, 0 to 1, or None without such a subnet."""
        told = self._setting("max_weights_limit", netuid, block)
        return None if told is None else told / 65535

    def immunity_period(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks in which a new neuron is not replaced before others, or None without such a subnet."""
        return self._setting("immunity_period", netuid, block)  # type: ignore[no-any-return]

    def commit_reveal_enabled(self, netuid: int, block: int | None = None) -> bool:
        """Whether weights are committed before they are seen."""
        return bool(self._setting("commit_reveal", netuid, block))

    def recycle(self, netuid: int, block: int | None = None) -> Balance | None:
        """What a registration costs, or None without such a subnet."""
        told = self._setting("burn", netuid, block)
        return None if told is None else Balance(told)

    def blocks_until_next_epoch(self, netuid: int, block: int | None = None) -> int | None:
        """Blocks until the next epoch, or None where none comes."""
        return self.read(reads.schedule(netuid), block).blocks_left

    def get_next_epoch_start_block(self, netuid: int, block: int | None = None) -> int | None:
        """The block that runs the next epoch, or None where none comes."""
        return self.read(reads.schedule(netuid), block).next_epoch

    def get_subnet_owner_hotkey(self, netuid: int, block: int | None = None) -> str | None:
        """The hotkey of a subnet's owner, or None without such a subnet."""
        if not self.subnet_exists(netuid, block):
            return None
        return self.read(reads.owner_of_subnet(netuid), block)[0]

    def get_all_subnets_netuid(self, block: int | None = None) -> list[int]:
        """The numbers of the subnets, ascending."""
        return sorted(self.read(reads.netuids(), block))

    # neurons

    def metagraph(self, netuid: int, mechid: int = 0, lite: bool = True, block: int | None = None) -> Metagraph:
        """A subnet in SDK 10's arrays. Raises `NoSuchSubnet`."""
        made = Metagraph(netuid, mechid=mechid, lite=lite, sync=False, subtensor=self)
        made.sync(block=block)
        return made

    def is_hotkey_registered(self, hotkey_ss58: str, netuid: int | None = None, block: int | None = None) -> bool:
        """Whether a hotkey has a uid on a subnet, or on any."""
        if netuid is None:
            return bool(self.get_netuids_for_hotkey(hotkey_ss58, block))
        return self.read(reads.registered(netuid, hotkey_ss58), block)

    def is_hotkey_registered_on_subnet(self, hotkey_ss58: str, netuid: int, block: int | None = None) -> bool:
        """Whether a hotkey has a uid on a subnet."""
        return self.is_hotkey_registered(hotkey_ss58, netuid, block)

    def is_hotkey_registered_any(self, hotkey_ss58: str, block: int | None = None) -> bool:
        """Whether a hotkey has a uid on any subnet."""
        return self.is_hotkey_registered(hotkey_ss58, None, block)

    def get_netuids_for_hotkey(self, hotkey_ss58: str, block: int | None = None) -> list[int]:
        """The subnets on which a hotkey has a uid, ascending."""
        told = self.read(reads.named("SubtensorModule.IsNetworkMember", hotkey_ss58), block)
        return sorted(int(netuid) for netuid, member in told if member)

    def get_uid_for_hotkey_on_subnet(self, hotkey_ss58: str, netuid: int, block: int | None = None) -> int | None:
        """The uid of a hotkey, or None."""
        return self.read(reads.uid_of(netuid, hotkey_ss58), block)

    def blocks_since_last_update(self, netuid: int, uid: int, block: int | None = None) -> int | None:
        """Blocks since a neuron's last weights, commit or registration, or None without such a neuron."""
        graph = self.snapshot(netuid, block=block)
        return graph.block - int(graph.last_update[uid]) if uid < graph.n else None

    def weights(
        self, netuid: int, mechid: int = 0, block: int | None = None
    ) -> list[tuple[int, list[tuple[int, int]]]]:
        """Every stored row: uid, and its pairs of uid and value, 0 to 65535."""
        return as_pairs(self.read(reads.weight_rows(netuid, mechid), block))

    def bonds(self, netuid: int, mechid: int = 0, block: int | None = None) -> list[tuple[int, list[tuple[int, int]]]]:
        """Every stored row of bonds, likewise."""
        return as_pairs(self.read(reads.bond_rows(netuid, mechid), block))

    # accounts

    def get_balance(self, address: str, block: int | None = None) -> Balance:
        """The free TAO of a coldkey."""
        return Balance.of(self.read(reads.balance(address), block))

    def get_stake(self, coldkey_ss58: str, hotkey_ss58: str, netuid: int, block: int | None = None) -> Balance:
        """The alpha of a coldkey at a hotkey."""
        return Balance.of(self.read(reads.stake(coldkey_ss58, hotkey_ss58, netuid), block))

    def get_hotkey_owner(self, hotkey_ss58: str, block: int | None = None) -> str | None:
        """The coldkey of a hotkey, or None."""
        return self.read(reads.owner_of(hotkey_ss58), block)

    # commitments

    def get_commitment(self, netuid: int, uid: int, block: int | None = None) -> str:
        """What a neuron committed to, as text; empty without a commitment or a neuron."""
        graph = self.snapshot(netuid, block=block)
        if uid >= graph.n:
            return ""
        return _text(self.read(reads.commitment(netuid, graph.hotkeys[uid]), block))

    def get_all_commitments(self, netuid: int, block: int | None = None) -> dict[str, str]:
        """What every hotkey committed to, as text, by hotkey."""
        return {hotkey: _text(told) for hotkey, told in self.read(reads.commitments(netuid), block).items()}

    def set_commitment(self, wallet: Any, netuid: int, data: str, **options: Any) -> ExtrinsicResponse:
        """Commit to a text of up to 512 bytes, in the place of the one before."""
        return self._sent("set_commitment", calls.set_commitment(netuid, [data.encode()]), wallet, options)

    commit = set_commitment

    # submissions

    def set_weights(
        self,
        wallet: Any,
        netuid: int,
        uids: Any,
        weights: Any,
        mechid: int = 0,
        version_key: int = 0,
        *,
        raise_error: bool = False,
        wait_for_inclusion: bool = True,
        wait_for_finalization: bool = False,
        **ignored: Any,
    ) -> ExtrinsicResponse:
        """Set weights as the subnet takes them: in the open and read back from the chain, or under a timelock.

        It always waits for the block, whatever `wait_for_inclusion` says, and sends once: a later attempt is the
        caller's. A subnet whose commits are by hash is refused here.
        """
        weighing = Weighing(self.read, self.submit, signer_of(wallet), netuid, mechid, version_key)
        return _answered(
            "set_weights", partial(weighing.carry, uids, weights, finalized=wait_for_finalization), raise_error
        )

    def serve_axon(self, netuid: int, axon: Any, certificate: bytes | None = None, **options: Any) -> ExtrinsicResponse:
        """Publish where an axon serves; nothing is sent where the chain says so already."""
        ip, port, signer = axon.external_ip, axon.external_port, signer_of(axon.wallet)
        now = self.read(reads.axon(netuid, signer.ss58))
        if certificate is None and now is not None and (now.ip, now.port) == (ip, port):
            return ExtrinsicResponse(True, "the chain has this address already", "serve_axon")
        if certificate is None:
            call = calls.serve_axon(netuid, ip, port)
        else:
            call = calls.serve_axon_tls(netuid, ip, port, certificate=certificate)
        return self._sent("serve_axon", call, axon.wallet, options)

    def burned_register(self, wallet: Any, netuid: int, **options: Any) -> ExtrinsicResponse:
        """Pay for a uid with the wallet's coldkey."""
        call = calls.burned_register(netuid, signer_of(wallet).ss58)
        return self._sent("burned_register", call, wallet.coldkey, options)

    register = burned_register

    def _sent(self, name: str, call: Call, holder: Any, options: dict[str, Any]) -> ExtrinsicResponse:
        finalized = bool(options.get("wait_for_finalization", False))

        def send() -> tuple[Receipt, str]:
            return self.submit(call, signer_of(holder), finalized=finalized), "in a block"

        return _answered(name, send, bool(options.get("raise_error", False)))

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
        return f"Subtensor(network: {self.network})"

    __repr__ = __str__


def chosen(config: Config) -> str:
    """The network that a configuration names: an address before a name."""
    return setting(config, "subtensor.chain_endpoint") or setting(config, "subtensor.network") or "finney"


def _answered(name: str, send: Callable[[], tuple[Receipt, str]], raise_error: bool) -> ExtrinsicResponse:
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


def _text(commitment: reads.Commitment | None) -> str:
    """The first field of a commitment that is bytes, as text; what is no text shows as replacement characters."""
    fields = () if commitment is None else commitment.fields
    return next((one.decode(errors="replace") for one in fields if isinstance(one, bytes)), "")


__all__ = ["Subtensor"]
