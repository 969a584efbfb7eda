"""`bt.Metagraph`: one subnet in SDK 10's arrays."""

from __future__ import annotations

import os
import tempfile
from copy import copy
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from taokit.compat.absent import Departed
from taokit.compat.endpoints import SDK_VERSION, AxonInfo, axons_of
from taokit.compat.infos import NeuronInfoLite, neurons_of
from taokit.compat.warned import warn
from taokit.errors import ConfigurationError
from taokit.metagraph import Metagraph as Snapshot
from taokit.metagraph import Rows, from_bytes, to_bytes
from taokit.units import RAO_PER_TAO

Floats: TypeAlias = npt.NDArray[np.float32]
Ints: TypeAlias = npt.NDArray[np.int64]
Bools: TypeAlias = npt.NDArray[np.bool_]
FOLDER = Path("~/.bittensor/metagraphs")


class Metagraph(Departed):
    """The neurons of a subnet, by uid, as of the last `sync`. Arrays are numpy's and belong to the caller.

    Shares are 0 to 1, stakes in whole alpha, `n` and `block` arrays without an axis, as SDK 10 has them.
    """

    sdk_name = "Metagraph"

    def __init__(
        self,
        netuid: int,
        mechid: int = 0,
        network: str = "finney",
        lite: bool = True,
        sync: bool = True,
        subtensor: Any = None,
    ) -> None:
        """With `sync`, it is read at once. `lite` leaves out the rows of weights and bonds."""
        self.netuid, self.mechid, self.lite = netuid, mechid, lite
        self.subtensor = subtensor
        self.network: str = network if subtensor is None else subtensor.network
        self.graph: Snapshot | None = None
        self.axons: list[AxonInfo] = []
        if sync:
            self.sync()

    def sync(self, block: int | None = None, lite: bool | None = None, subtensor: Any = None) -> None:
        """Read it again, as of a block or the best one. Raises `NoSuchSubnet` and what a chain raises."""
        source = subtensor or self.subtensor
        if source is None:
            from taokit.compat.chain import Subtensor

            source = Subtensor(network=self.network)
        self.subtensor, self.network = source, source.network
        whole = not (self.lite if lite is None else lite)
        self._take(source.snapshot(self.netuid, mechanism=self.mechid, whole=whole, block=block), here=source.here)

    def _take(self, graph: Snapshot, *, here: bool) -> None:
        self.graph, self.axons = graph, axons_of(graph, here=here)

    def _read(self) -> Snapshot:
        if self.graph is None:
            raise ConfigurationError("this metagraph was never read", hint="call its `sync` first")
        return self.graph

    @property
    def n(self) -> Ints:
        """The number of uids, an array without an axis; 0 before the first `sync`."""
        return np.array(0 if self.graph is None else self.graph.n, dtype=np.int64)

    @property
    def block(self) -> Ints:
        """The block it was read at, an array without an axis; 0 before the first `sync`."""
        return np.array(0 if self.graph is None else self.graph.block, dtype=np.int64)

    @property
    def uids(self) -> Ints:
        """Every uid, ascending."""
        return np.arange(int(self.n), dtype=np.int64)

    @property
    def hotkeys(self) -> list[str]:
        """The hotkeys, ss58."""
        return [*self._read().hotkeys] if self.graph else []

    @property
    def coldkeys(self) -> list[str]:
        """The coldkeys, ss58."""
        return [*self._read().coldkeys] if self.graph else []

    @property
    def addresses(self) -> list[str]:
        """Where each neuron serves, such as `/ipv4/203.0.113.7:8091`."""
        return [one.ip_str() for one in self.axons]

    @property
    def stake(self) -> Floats:
        """What consensus counts: alpha and weighted TAO together, in whole alpha."""
        return _whole(self._read().stake)

    @property
    def alpha_stake(self) -> Floats:
        """Of the subnet's alpha, whole ones."""
        return _whole(self._read().alpha_stake)

    @property
    def tao_stake(self) -> Floats:
        """Of root's TAO, whole ones, before its weight."""
        return _whole(self._read().tao_stake)

    @property
    def incentive(self) -> Floats:
        """Shares of what miners get, 0 to 1."""
        return self._share(self._read().incentive)

    @property
    def dividends(self) -> Floats:
        """Shares of what validators get, 0 to 1."""
        return self._share(self._read().dividends)

    @property
    def consensus(self) -> Floats:
        """What the majority of stake supports, 0 to 1."""
        return self._share(self._read().consensus)

    @property
    def validator_trust(self) -> Floats:
        """How much of each validator's weights the majority supports, 0 to 1; zeros where the chain does not tell."""
        told = self._read().validator_trust
        return self._share(told) if len(told) else np.zeros(int(self.n), dtype=np.float32)

    @property
    def emission(self) -> Floats:
        """Paid at the last epoch, in whole alpha."""
        return _whole(self._read().emission)

    @property
    def active(self) -> Ints:
        """1 for a neuron that set weights lately, else 0."""
        return self._read().active.astype(np.int64)

    @property
    def last_update(self) -> Ints:
        """The block of each neuron's last weights, commit or registration."""
        return self._read().last_update.astype(np.int64)

    @property
    def block_at_registration(self) -> list[int]:
        """The block at which each uid was last registered."""
        return [int(block) for block in self._read().block_at_registration]

    @property
    def validator_permit(self) -> Bools:
        """Whether each neuron may set weights."""
        return self._read().validator_permit.copy()

    @property
    def weights(self) -> Floats:
        """`[n, n]`, each row with the sum 1, or 0 for a neuron without weights; empty unless it was read whole."""
        rows = self._rows(self._read().weights)
        sums = rows.sum(axis=1, keepdims=True) if rows.size else rows
        return np.divide(rows, sums, out=np.zeros_like(rows), where=sums > 0)

    @property
    def bonds(self) -> Floats:
        """`[n, n]`, as the chain stores them, 0 to 65535; empty unless it was read whole."""
        return self._rows(self._read().bonds)

    def _rows(self, rows: Rows) -> Floats:
        graph = self._read()
        if not rows:
            return np.zeros((0,), dtype=np.float32)
        return np.stack([graph.row(rows, uid) for uid in graph.uids]).astype(np.float32)

    def _share(self, column: npt.NDArray[Any]) -> Floats:
        return self._read().share(column).astype(np.float32)

    @property
    def trust(self) -> Floats:
        """Zeros: the chain computes no trust of miners any more."""
        warn("rank-and-trust", "the chain has no trust and no rank any more: `T` is 0, and `R` the incentive")
        return np.zeros(int(self.n), dtype=np.float32)

    @property
    def ranks(self) -> Floats:
        """The incentive, which is what rank came to."""
        warn("rank-and-trust", "the chain has no trust and no rank any more: `T` is 0, and `R` the incentive")
        return self.incentive

    @property
    def neurons(self) -> list[NeuronInfoLite]:
        """The same by neuron."""
        return neurons_of(self._read(), self.axons)

    @property
    def version(self) -> Ints:
        """Of the SDK whose names these are, an array without an axis."""
        return np.array(SDK_VERSION, dtype=np.int64)

    @property
    def chain_endpoint(self) -> str:
        """What `network` says."""
        return self.network

    @property
    def name(self) -> str:
        """The subnet's own name."""
        return self._read().name

    @property
    def total_stake(self) -> Floats:
        """The same as `stake`."""
        return self.stake

    def state_dict(self) -> dict[str, Any]:
        """The columns by SDK 10's names."""
        names = "netuid network version n block stake consensus validator_trust incentive emission dividends active"
        names += " last_update validator_permit uids axons hotkeys coldkeys weights bonds"
        return {name: getattr(self, name) for name in names.split()}

    S = property(lambda self: self.stake, doc="The same as `stake`.")
    AS = property(lambda self: self.alpha_stake, doc="The same as `alpha_stake`.")
    TS = property(lambda self: self.tao_stake, doc="The same as `tao_stake`.")
    I = property(lambda self: self.incentive, doc="The same as `incentive`.")  # noqa: E741  SDK 10's name
    E = property(lambda self: self.emission, doc="The same as `emission`.")
    C = property(lambda self: self.consensus, doc="The same as `consensus`.")
    D = property(lambda self: self.dividends, doc="The same as `dividends`.")
    W = property(lambda self: self.weights, doc="The same as `weights`.")
    B = property(lambda self: self.bonds, doc="The same as `bonds`.")
    T = property(lambda self: self.trust, doc="The same as `trust`.")
    R = property(lambda self: self.ranks, doc="The same as `ranks`.")
    Tv = TV = property(lambda self: self.validator_trust, doc="The same as `validator_trust`.")

    def save(self, root_dir: list[str] | None = None) -> Self:
        """Write it below `root_dir` (default: `~/.bittensor/metagraphs`), a file for each block, never half of one."""
        folder = self._folder(root_dir)
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, suffix=".new")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(to_bytes(self._read(), packed=True))
            Path(name).replace(folder / f"block-{int(self.block)}.json")
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
        return self

    def load(self, root_dir: list[str] | None = None) -> None:
        """Read the newest that `save` wrote. Raises `ConfigurationError` where there is none."""
        self.load_from_path(str(self._folder(root_dir)))

    def load_from_path(self, dir_path: str) -> Self:
        """Read the newest in a folder. Files of SDK 10 (`.pt`) are not opened: they are pickles, which run code."""
        files = {int(file.stem.removeprefix("block-")): file for file in Path(dir_path).glob("block-*.json")}
        if not files:
            raise ConfigurationError(f"no metagraph is saved in {dir_path}", hint="call `save` first, or `sync`")
        self._take(from_bytes(files[max(files)].read_bytes()), here=False)
        return self

    def _folder(self, root_dir: list[str] | None) -> Path:
        root = Path(*root_dir) if root_dir else FOLDER
        network = self.network.replace("/", "_")
        return root.expanduser() / f"network-{network}" / f"netuid-{self.netuid}"

    def metadata(self) -> dict[str, Any]:
        """Netuid, number of uids, block and network."""
        return {"netuid": self.netuid, "n": int(self.n), "block": int(self.block), "network": self.network}

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        made = copy(self)  # the graph is a value, and the connection is shared
        made.axons = [copy(one) for one in self.axons]
        return made

    def __str__(self) -> str:
        return f"metagraph(netuid:{self.netuid}, n:{int(self.n)}, block:{int(self.block)}, network:{self.network})"

    __repr__ = __str__


def _whole(rao: npt.NDArray[Any]) -> Floats:
    return (rao / RAO_PER_TAO).astype(np.float32)


__all__ = ["Metagraph"]
