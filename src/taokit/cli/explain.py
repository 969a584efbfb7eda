"""`taokit explain`: why a weight, a trust or an incentive is what it is."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from taokit.cli.options import Json, Netuid, Network
from taokit.errors import ConfigurationError

if TYPE_CHECKING:
    from taokit.chain import Chain, Read
    from taokit.consensus import Burning, Hyperparameters, Stored
    from taokit.metagraph import Metagraph

app = typer.Typer(name="explain", help="Why consensus says what it says of a neuron.", no_args_is_help=True)

Uid = Annotated[int, typer.Option("--uid", min=0, help="The neuron.")]
File = Annotated[
    Path | None, typer.Option("--from", help="A metagraph's file instead of a chain; Yuma 3 with the chain's defaults.")
]

SUBNETS = "SubtensorModule"

NEXT = (
    "ask a chain that has run: --network finney, or a local one of `taokit devnet` with --network ws://127.0.0.1:9944"
)


@app.command(epilog="Example:  taokit explain weights --uid 9 --what-if 1=0.7,2=0.3")
def weights(
    uid: Uid,
    netuid: Netuid = 1,
    network: Network = "devnet",
    file: File = None,
    what_if: Annotated[str | None, typer.Option(metavar="UID=WEIGHT,...", help="Tell what these would earn.")] = None,
    as_json: Json = False,
) -> None:
    """Why a validator's weights count as they do, and what others would earn."""
    from taokit.consensus import explain_weights
    from taokit.consensus.explain import what_if as other_weights

    stored = _stored(network, netuid, file=file)
    told = [explain_weights(stored, uid)]
    show(told if what_if is None else [*told, other_weights(stored, uid, _weights(what_if))], as_json=as_json)


@app.command(epilog="Example:  taokit explain trust --uid 9 --from finney-7.json")
def trust(uid: Uid, netuid: Netuid = 1, network: Network = "devnet", file: File = None, as_json: Json = False) -> None:
    """Why a validator's trust is what it is, and what the clipping cost it."""
    from taokit.consensus import explain_trust

    show([explain_trust(_stored(network, netuid, file=file), uid)], as_json=as_json)


@app.command(epilog="Example:  taokit explain incentive --uid 3 --network ws://127.0.0.1:9944")
def incentive(
    uid: Uid, netuid: Netuid = 1, network: Network = "devnet", file: File = None, as_json: Json = False
) -> None:
    """Why a miner's incentive is what it is, and who gives it."""
    from taokit.consensus import explain_incentive

    show([explain_incentive(_stored(network, netuid, file=file), uid)], as_json=as_json)


@app.command(epilog="Example:  taokit explain burn --share 0.2 --netuid 1")
def burn(
    share: Annotated[float, typer.Option(min=0.0, max=1.0, help="The share of miner emission to burn.")],
    netuid: Netuid = 1,
    network: Network = "devnet",
    as_json: Json = False,
) -> None:
    """What burning a share of miner emission does to the subnet's share of TAO."""
    from taokit.connect import connect

    with connect(network) as chain:
        show([chain.read(burning(netuid, share))], as_json=as_json)


def show(explained: Iterable[Any], *, as_json: bool) -> None:
    """Print explanations: sentences and a table each, or JSON."""
    from rich.console import Console
    from rich.table import Table as RichTable

    from taokit.consensus.telling import figures, sentences, table

    if as_json:
        told = {_name(one): figures(one) | {"text": sentences(one)} for one in explained}
        typer.echo(json.dumps(told))
        return
    console = Console()
    for one in explained:
        console.print("\n".join(sentences(one)), soft_wrap=True, highlight=False)
        found = table(one)
        rich = RichTable(*found.columns)
        for row in found.rows:
            rich.add_row(*row)
        console.print(rich)


def _name(explained: Any) -> str:
    return type(explained).__name__.removesuffix("Explained").lower()


def _weights(text: str) -> dict[int, float]:
    try:
        pairs = [part.split("=") for part in text.split(",")]
        return {int(uid): float(weight) for uid, weight in pairs}
    except ValueError as error:
        raise ConfigurationError(f"{text!r} are no weights by uid", hint="write them as 1=0.7,2=0.3") from error


def _stored(network: str, netuid: int, *, file: Path | None) -> Stored:
    from taokit.connect import connect

    if file is not None:
        return _told(stored_in(file), str(file))
    with connect(network) as chain:
        return _told(stored_now(chain, netuid), f"subnet {netuid}")


def stored_in(file: Path) -> Stored:
    """What the epoch of a metagraph's file would read. Raises `ConfigurationError` for a file that does not read."""
    from taokit.consensus import stored_of
    from taokit.lab.replay import read_metagraph

    return stored_of(read_metagraph(file))


def _told(stored: Stored, where: str) -> Stored:
    """The same, with a word on standard error where nobody has weights yet."""
    if not any(map(len, stored.weights.values())):
        typer.echo(f"note: nobody has set weights on {where} yet, as of block {stored.block}; {NEXT}", err=True)
    return stored


def stored_now(chain: Chain, netuid: int) -> Stored:
    """What the subnet's epoch would read if it ran at the best block. Raises `NoSuchSubnet`."""
    from taokit.chain import reads

    head = chain.head().hash
    graph = chain.read(reads.metagraph(netuid, weights=True, bonds=True), at=head)
    return chain.read(epoch_inputs(graph), at=head)


def epoch_inputs(graph: Metagraph) -> Read[Stored]:
    """The metagraph with what else an epoch reads: consensus settings, the pending emission and the commits."""
    from taokit.chain.requests import Storage, several
    from taokit.consensus import stored_of

    netuid = graph.netuid
    pots = ("PendingServerEmission", "PendingValidatorEmission", "PendingRootAlphaDivs")
    pending = yield several(*(Storage(SUBNETS, pot, (netuid,)) for pot in pots))
    parameters = yield from _parameters(netuid)
    commits = yield from _commit_blocks(graph)
    emission = sum(pending) or None  # right after an epoch nothing waits yet: then the last amount
    return stored_of(graph, parameters=parameters, commit_block=commits, emission=emission)


def _parameters(netuid: int) -> Read[Hyperparameters]:
    from taokit.chain.requests import Storage, several
    from taokit.consensus import Hyperparameters

    own = ("Yuma3On", "LiquidAlphaOn", "AlphaValues", "AlphaSigmoidSteepness", "BondsMovingAverage", "BondsPenalty")
    everywhere = ("StakeThreshold", "TaoWeight")
    asked = [Storage(SUBNETS, name, (netuid,)) for name in own] + [Storage(SUBNETS, name) for name in everywhere]
    yuma3, liquid, (low, high), steepness, moving, penalty, threshold, tao_weight = yield several(*asked)
    return Hyperparameters(
        yuma3=yuma3,
        liquid_alpha=liquid,
        alpha_low=low,
        alpha_high=high,
        alpha_sigmoid_steepness=steepness,
        bonds_moving_average=moving,
        bonds_penalty=penalty,
        stake_threshold=threshold,
        tao_weight=tao_weight,
    )


def _commit_blocks(graph: Metagraph) -> Read[dict[int, int]]:
    """By uid, the block of the earliest commit that is stored and not expired."""
    from taokit.chain.requests import Storage, StorageMap, several
    from taokit.consensus import Commit, earliest_commit

    netuid, period = graph.netuid, graph.parameters.reveal_period
    hashed, sealed, epoch = yield several(
        StorageMap(SUBNETS, "WeightCommits", (netuid,)),
        StorageMap(SUBNETS, "TimelockedWeightCommits", (netuid,)),
        Storage(SUBNETS, "SubnetEpochIndex", (netuid,)),
    )
    queues = {key: tuple(Commit(b"", made, block) for _, made, block, _ in queue or ()) for key, queue in hashed}
    timelocked: dict[str, list[int]] = {}
    for made, entries in sealed:
        for hotkey, block, *_ in entries if made + period >= epoch else ():
            timelocked.setdefault(hotkey, []).append(block)
    blocks = {}
    for key in {*queues, *timelocked}:
        uid, waiting = graph.uid_of(key), timelocked.get(key, ())
        block = earliest_commit(queues.get(key, ()), waiting, epoch=epoch, reveal_period=period)
        if uid is not None and block is not None:
            blocks[uid] = block
    return blocks


def burning(netuid: int, share: float) -> Read[Burning]:
    """What burning a share does, by the prices and burns of all subnets."""
    from taokit.chain.requests import StorageMap, several
    from taokit.consensus import explain_burning

    prices, burned = yield several(StorageMap(SUBNETS, "SubnetMovingPrice"), StorageMap(SUBNETS, "MinerBurned"))
    told = explain_burning(
        {one: _bits(price) for one, price in prices if one},
        {one: _bits(part) for one, part in burned},
        netuid=netuid,
        would_burn=share,
    )
    return told


def _bits(number: Any) -> int:
    """The bits of a fixed-point number, which a codec may wrap in a record."""
    return int(number["bits"] if isinstance(number, dict) else number)


__all__ = ["app", "burning", "epoch_inputs", "show", "stored_in", "stored_now"]
