"""Whether the chain would take weights now: every reason for which it would not, each with what mends it.

The chain names the first check that fails only (`internal_set_weights`, and the guards before it); here all of them are
looked at, besides what it accepts and what then comes to nothing: weights to oneself, a commit too late in the epoch.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from taokit.chain import Read, Storage, reads
from taokit.chain.beacon import timelocked_commits
from taokit.chain.refusals import HINTS
from taokit.chain.requests import Constant, several
from taokit.consensus import MAX_UNREVEALED_COMMITS, Submission, Submitter, refusal
from taokit.consensus.weights import staked, too_fast, within_limit
from taokit.metagraph import Metagraph
from taokit.neuron.submission import Form
from taokit.neuron.timetable import MARGIN
from taokit.neuron.view import form
from taokit.units import RAO_PER_TAO

STALLED_SLOTS = 5
"""Slots without a block after which a chain counts as stalled."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason."""

    name: str  # the chain's own where it has one
    said: str
    hint: str
    final: bool = True  # whether the chain refuses the weights, or drops them; else they count for less


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides whether a hotkey's weights are taken, as of one block."""

    hotkey: str
    netuid: int
    submitter: Submitter
    form: Form
    unrevealed: int  # commits of this hotkey that are stored and not expired; of timelocked ones, in this epoch
    left: int | None  # blocks until the next epoch; None where none will come
    now_ms: int  # the block's own time, since 1970
    slot_ms: int

    @property
    def free_from(self) -> int:
        """The first block at which the rate limit lets weights pass."""
        it = self.submitter
        return it.last_update + it.rate_limit if it.last_update else 0


def situation(graph: Metagraph, hotkey: str, *, mechanism: int = 0) -> Read[Situation]:
    """How a hotkey stands, to be read at the metagraph's own block."""
    netuid, uid, parameters = graph.netuid, graph.uid_of(hotkey), graph.parameters
    threshold, count, now_ms, slot_ms = yield several(
        Storage(reads.SUBNETS, "StakeThreshold"),
        Storage(reads.SUBNETS, "MechanismCountCurrent", (netuid,)),
        Storage("Timestamp", "Now"),
        Constant("Aura", "SlotDuration"),
    )
    schedule = yield from reads.schedule(netuid)
    epoch = schedule.epoch_index + (schedule.next_epoch == schedule.block + 1)
    taken = yield from form(netuid)
    hashed = yield from reads.weight_commits(netuid, hotkey, mechanism)
    locked = yield from timelocked_commits(netuid, hotkey, [epoch], mechanism)
    live = [commit for commit in hashed if commit.epoch + schedule.reveal_period >= epoch]
    submitter = Submitter(
        n=graph.n,
        uid=uid,
        validator_permit=uid is not None and bool(graph.validator_permit[uid]),
        owner_uid=graph.uid_of(graph.owner_hotkey),
        stake=0 if uid is None else int(graph.stake[uid]),
        stake_threshold=threshold,
        min_allowed_weights=parameters.min_allowed_weights,
        weights_version=parameters.weights_version,
        commit_reveal=taken != "plain",
        last_update=0 if uid is None else (yield from reads.last_update(netuid, uid, mechanism)),
        block=graph.block + 1,  # in which they would be
        rate_limit=parameters.weights_rate_limit,
        mechanism_count=count,
        max_weights_limit=parameters.max_weights_limit,
    )
    unrevealed = len(locked if taken == "timelock" else live)
    return Situation(hotkey, netuid, submitter, taken, unrevealed, schedule.blocks_left, now_ms, slot_ms)


def preflight(
    it: Situation, weights: Submission, *, wanted: Form | None = None, margin: int = MARGIN, now_ms: int | None = None
) -> tuple[Obstacle, ...]:
    """Every reason for which these weights would not be taken now, or count for nothing; empty where there is none.

    `wanted` is a form they must be sent in, `now_ms` the time by this machine's clock, to tell a chain that stalls.
    """
    found = [*_standing(it), *_moment(it, margin, now_ms), *_form(it, wanted), *_vector(it, weights)]
    first = refusal(weights, it.submitter)
    if first is not None and first not in {one.name for one in found} | {"SettingWeightsTooFast"}:
        found.append(_refused(first, f"the chain refuses them: {first}"))
    return tuple(found)


def _refused(name: str, said: str, hint: str = "") -> Obstacle:
    return Obstacle(name, said, hint or HINTS.get(name, "look it up by this name"))


def _standing(it: Situation) -> Iterator[Obstacle]:
    """Who sends them."""
    who, at = it.submitter, f"--netuid {it.netuid}"
    if it.netuid == 0:
        yield _refused("CanNotSetRootNetworkWeights", "the root network takes no weights")
    if who.uid is None:
        said = f"hotkey {it.hotkey} is not registered on subnet {it.netuid}"
        yield _refused("HotKeyNotRegisteredInSubNet", said, f"taokit register {at}")
        return
    stake = f"btcli stake add {at} --hotkey {it.hotkey}"
    if not staked(who):
        lacks = f"stake weight {_tao(who.stake)} is below the threshold of {_tao(who.stake_threshold)}"
        yield _refused("NotEnoughStakeToSetWeights", lacks, stake)
    if not (who.validator_permit or who.owner):
        said = f"uid {who.uid} has no validator permit, which goes to the highest stakes at each epoch"
        yield _refused("NeuronNoValidatorPermit", said, stake)


def _moment(it: Situation, margin: int, now_ms: int | None) -> Iterator[Obstacle]:
    """When they are sent."""
    if too_fast(it.submitter):
        name = "SettingWeightsTooFast" if it.form == "plain" else "CommittingWeightsTooFast"
        left = it.free_from - it.submitter.block + 1
        said = f"the rate limit of {it.submitter.rate_limit} blocks lets nothing pass before block {it.free_from}"
        yield _refused(name, said, f"wait {left} blocks")
    if it.left is not None and it.left < margin:
        said = f"the epoch ends in {it.left} blocks, of {margin} that are left as a margin"
        yield Obstacle("TooLateInEpoch", said, f"wait {it.left} blocks, for the next epoch")
    if it.left is None:
        yield Obstacle("NoEpochs", "the subnet's tempo is 0: it runs no epochs", "its owner sets the tempo")
    behind = 0 if now_ms is None else now_ms - it.now_ms
    if behind > STALLED_SLOTS * it.slot_ms:
        said = f"the newest block is {behind // 1000} s old: the chain stalls, this node lags, or the clock is wrong"
        hint = "compare with another node: --network ws://…, and check the clock"
        yield Obstacle("ChainStalled", said, hint, final=False)


def _form(it: Situation, wanted: Form | None) -> Iterator[Obstacle]:
    """How they are sent."""
    if wanted is not None and wanted != it.form:
        plain = wanted == "plain"
        name = "CommitRevealEnabled" if plain else "CommitRevealDisabled" if it.form == "plain" else "OtherForm"
        yield _refused(name, f"the subnet takes weights as {it.form}, not as {wanted}", f"send them as {it.form}")
    if it.form != "plain" and it.unrevealed >= MAX_UNREVEALED_COMMITS:
        said = f"{it.unrevealed} commits of this hotkey wait for their reveal, the chain keeps {MAX_UNREVEALED_COMMITS}"
        yield _refused("TooManyUnrevealedCommits", said)


def _vector(it: Situation, weights: Submission) -> Iterator[Obstacle]:
    """What is sent."""
    who, uids = it.submitter, weights.uids
    own = len(uids) == 1 and uids[0] == who.uid
    if weights.mechanism >= who.mechanism_count:
        last = who.mechanism_count - 1
        said = f"there is no mechanism {weights.mechanism}, the last one is {last}"
        yield _refused("MechanismDoesNotExist", said, f"--mechanism 0 to {last}")
    if weights.version_key < who.weights_version:
        said = f"the subnet takes weights of version {who.weights_version} on, these are of {weights.version_key}"
        yield _refused("IncorrectWeightVersionKey", said)
    yield from _uids(uids, who)
    least = min(who.n, who.min_allowed_weights)
    if len(uids) < least and not own:
        yield _refused("WeightVecLengthIsLow", f"{len(uids)} uids have a weight, the subnet demands {least}")
    if not any(weights.values):
        yield Obstacle("AllZero", "every weight is 0, which says that all miners are equal", "give somebody a weight")
    elif not own and not within_limit(weights.values, who.max_weights_limit):
        share = max(weights.values) / sum(weights.values)
        said = f"the largest share is {share:.1%}, the subnet allows {who.max_weights_limit / 65535:.1%}"
        yield _refused("MaxWeightExceeded", said)
    if weights.values and sum(value for uid, value in zip(uids, weights.values, strict=False) if uid == who.uid):
        said = f"uid {who.uid} gives weight to itself, which the epoch takes out"
        yield Obstacle("SelfWeight", said, "leave the own uid out", final=who.owner is False and own)


def _uids(uids: Sequence[int], who: Submitter) -> Iterator[Obstacle]:
    if len(uids) > who.n:
        yield _refused("UidsLengthExceedUidsInSubNet", f"{len(uids)} uids for a subnet of {who.n}")
    if len(set(uids)) < len(uids):
        yield _refused("DuplicateUids", "a uid has two weights")
    if unknown := [uid for uid in uids if uid >= who.n]:
        yield _refused("UidVecContainInvalidOne", f"there is no uid {unknown[0]}, the subnet has {who.n}")


def _tao(rao: int) -> str:
    return f"{rao / RAO_PER_TAO:,.4f}"


__all__ = ["STALLED_SLOTS", "Obstacle", "Situation", "preflight", "situation"]
