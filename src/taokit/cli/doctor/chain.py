"""What the chain says: whether it is there, whether its runtime is understood, and how the key stands on the subnet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from taokit.chain import Call, calls, reads
from taokit.cli.doctor.finding import REGISTERED, Finding, bad, good, note, skipped
from taokit.consensus.weights import staked
from taokit.devnet.runtime import TABLE
from taokit.errors import ChainError, NoSuchSubnet
from taokit.units import Rao

if TYPE_CHECKING:
    from taokit.chain import BlockHash, Chain
    from taokit.metagraph import Metagraph
    from taokit.neuron.preflight import Situation

UPGRADE: Final = "pip install --upgrade taokit"
NOBODY: Final = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"


def understood(chain: Chain, netuid: int | None, at: BlockHash) -> Finding:
    """Whether the reads and calls of a neuron fit the runtime."""
    codec = chain.codec(at)
    said = f"runtime {codec.spec_version}"
    try:
        for call in _calls():
            codec.compose(call)
        if netuid is not None:
            chain.read(reads.metagraph(netuid), at=at)
            chain.read(reads.schedule(netuid), at=at)
    except NoSuchSubnet:
        pass  # said elsewhere
    except ChainError as error:
        return bad("runtime", f"{said}, which this taokit does not understand: {error}", UPGRADE)
    if codec.spec_version > TABLE.spec_version:
        return note("runtime", f"{said} is newer than this taokit; all that a neuron uses fits", UPGRADE)
    return good("runtime", f"{said}; all that a neuron uses fits")


def _calls() -> tuple[Call, ...]:
    """What a neuron sends, in any of its forms."""
    return (
        calls.serve_axon(1, "192.0.2.1", 8091),
        calls.serve_axon_tls(1, "192.0.2.1", 8091, certificate=bytes(33)),
        calls.set_commitment(1, [b"x"]),
        calls.set_weights(1, [0], [1]),
        calls.burned_register(1, NOBODY),
    )


def subnet(graph: Metagraph | None, netuid: int | None) -> Finding:
    """Whether there is such a subnet."""
    if netuid is None:
        return skipped("subnet", "no subnet is named", "taokit doctor --netuid NUMBER")
    if graph is None:
        return bad(
            "subnet", f"there is no subnet {netuid} on this chain", "taokit chain read SubtensorModule.NetworksAdded"
        )
    settings = graph.parameters
    return good("subnet", f"{netuid} {graph.name}: {graph.n} of {settings.max_uids} uids, tempo {settings.tempo}")


def standing(graph: Metagraph, it: Situation, *, wallet: str | None, version_key: int | None) -> Iterator[Finding]:
    """How a hotkey stands on its subnet."""
    named = f" --wallet {wallet}" if wallet else ""
    who = it.submitter
    if who.uid is None:
        cost = Rao(graph.parameters.burn)
        said = f"hotkey {it.hotkey} is not registered on subnet {it.netuid}; that costs {cost} now"
        yield bad(REGISTERED, said, f"taokit register --netuid {it.netuid}{named}")
        return
    since = int(graph.block_at_registration[who.uid])
    left = since + graph.parameters.immunity_period - graph.block
    immune = f", immune for {left} more blocks" if left > 0 else ""
    yield good(REGISTERED, f"uid {who.uid} since block {since}{immune}")
    yield from _validating(it, graph)
    yield _rate(it)
    yield _version(graph.parameters.weights_version, version_key, it.netuid)


def _validating(it: Situation, graph: Metagraph) -> Iterator[Finding]:
    who = it.submitter
    stake = f"btcli stake add --netuid {it.netuid} --hotkey {it.hotkey}"
    if who.owner:
        yield good("permit", "the subnet owner's hotkey needs none")
        return
    if who.validator_permit:
        yield good("permit", "it may validate")
    else:
        most = graph.parameters.max_validators
        said = f"no validator permit, which a miner needs not; the {most} highest stakes get one at each epoch"
        yield note("permit", said, stake)
    told = f"{Rao(who.stake, it.netuid)} of stake weight, the threshold is {Rao(who.stake_threshold, it.netuid)}"
    yield good("stake", told) if staked(who) else note("stake", f"{told}, which a miner needs not", stake)


def _rate(it: Situation) -> Finding:
    who = it.submitter
    if it.free_from > who.block:
        said = f"the limit of {who.rate_limit} blocks lets no weights pass before block {it.free_from}"
        return note("rate limit", said, f"wait {it.free_from - who.block} blocks")
    return good("rate limit", f"weights pass now; then every {who.rate_limit} blocks")


def _version(wanted: int, have: int | None, netuid: int) -> Finding:
    if have is None:
        if not wanted:
            return good("version key", "the subnet takes weights of any version")
        ask_again = f"taokit doctor --netuid {netuid} --version-key NUMBER"
        return skipped("version key", f"the subnet takes weights of version {wanted} on", ask_again)
    if have >= wanted:
        return good("version key", f"{have}, the subnet takes {wanted} on")
    return bad("version key", f"{have}, the subnet takes {wanted} on", "git pull, and start the validator again")


def places(graph: Metagraph, *, but: str | None, local: bool) -> Sequence[int]:
    """The uids to ask for the time: those that serve at an address that can be reached, the highest stake first."""
    from ipaddress import ip_address

    there = [uid for uid in graph.serving() if graph.hotkeys[uid] != but]
    there = [uid for uid in there if local or ip_address(graph.endpoints[uid].ip).is_global]
    return sorted(there, key=lambda uid: -int(graph.stake[uid]))


__all__ = ["places", "standing", "subnet", "understood"]
