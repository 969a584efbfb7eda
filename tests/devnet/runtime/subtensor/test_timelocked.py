"""Timelocked commits by the chain's rules. What opens them is a table here; the real one has its own tests."""

from hashlib import blake2b, sha256

import pytest

from taokit.consensus.commit import timelock_payload
from taokit.devnet.runtime import DispatchError, begin_block
from taokit.devnet.runtime.drand import LAST_STORED_ROUND, PULSES, inject
from taokit.devnet.runtime.rows import array, pairs
from taokit.devnet.runtime.subtensor.storage import (
    COMMIT_REVEAL_WEIGHTS_VERSION,
    LAST_UPDATE,
    MAX_ALLOWED_UIDS,
    MAX_EPOCHS_PER_BLOCK,
    SUBNET_EPOCH_INDEX,
    TIMELOCKED_WEIGHT_COMMITS,
    VALIDATOR_PERMIT,
    WEIGHTS,
)
from taokit.errors import PoolRefused

TEMPO = 20
LOCK = "SubtensorModule.commit_timelocked_mechanism_weights"
ROUND = 10**9


class Table:
    """Rounds that are out, and what opens: a sealed text is its payload, backwards."""

    leads = False

    def __init__(self):
        self.out = set()

    def signature(self, round, moment):
        return b"%048d" % round if round in self.out else None

    def opened(self, sealed, signature):
        return None if sealed == b"junk" else sealed[::-1]


class World:
    """A chain whose blocks ask a table of pulses."""

    def __init__(self, chain, oracle):
        self.chain, self.state, self.oracle = chain, chain.state, oracle

    def mine(self, blocks=1):
        for _ in range(blocks):
            self.chain.seal()
            number = self.state.number + 1
            begin_block(self.state, number, 1_700_000_000_000 + 12_000 * number, bytes(32), oracle=self.oracle)
            self.chain.open = True

    def to_next_epoch(self):
        before = self.state[SUBNET_EPOCH_INDEX, 1]
        while self.state[SUBNET_EPOCH_INDEX, 1] == before:
            self.mine()

    def lock(self, hotkey, commit, *, mecid=0, round=ROUND, version=4):
        args = {"netuid": 1, "mecid": mecid, "commit": commit, "reveal_round": round, "commit_reveal_version": version}
        self.chain.call(hotkey, LOCK, **args)


@pytest.fixture
def world(chain):
    """A subnet under seal in its second epoch, everybody permitted."""
    made = World(chain("demo", tempo=TEMPO, settings={"CommitRevealWeightsVersion": 4}), Table())
    made.mine(TEMPO)
    made.state[VALIDATOR_PERMIT, 1] = array([True] * 6, "bool")
    return made


def sealed(hotkey, uids=(3, 4), values=(1, 2)):
    return timelock_payload(hotkey, uids=uids, values=values, version_key=0)[::-1]


def row(world, uid=1, index=1):
    return world.state[WEIGHTS, index, uid].tolist()


def error(world, *args, **options):
    with pytest.raises(DispatchError) as raised:
        world.lock(*args, **options)
    return raised.value.name


def test_a_commit_is_filed_under_its_epoch_and_counts_as_an_update(world, named):
    hotkey, commit = named("v0"), sealed(named("v0"))
    world.lock(hotkey, commit)
    epoch, block = world.state[SUBNET_EPOCH_INDEX, 1], world.state.number
    assert world.state[TIMELOCKED_WEIGHT_COMMITS, 1, epoch] == ((hotkey, block, commit, ROUND),)
    assert world.state[LAST_UPDATE, 1][1] == block
    digest = blake2b(commit, digest_size=32).digest()
    assert world.chain.events("TimelockedWeightsCommitted") == [(hotkey, 1, digest, ROUND)]


def test_the_three_calls_are_one(world, named):
    hotkey = named("v0")
    world.lock(hotkey, b"a")
    world.chain.call(
        hotkey,
        "SubtensorModule.commit_timelocked_weights",
        netuid=1,
        commit=b"b",
        reveal_round=ROUND,
        commit_reveal_version=4,
    )
    world.chain.call(
        hotkey, "SubtensorModule.commit_crv3_mechanism_weights", netuid=1, mecid=0, commit=b"c", reveal_round=ROUND
    )
    stored = world.state[TIMELOCKED_WEIGHT_COMMITS, 1, world.state[SUBNET_EPOCH_INDEX, 1]]
    assert [commit for _, _, commit, _ in stored] == [b"a", b"b", b"c"]


def test_what_the_chain_refuses_in_its_order(world, named):
    hotkey = named("v0")
    assert error(world, hotkey, b"x", round=0) == "InvalidRevealRound"
    assert error(world, hotkey, b"x", mecid=1) == "MechanismDoesNotExist"
    assert error(world, hotkey, b"x", version=3) == "IncorrectCommitRevealVersion"
    world.chain.call(
        named("sudo"),
        "Sudo.sudo",
        call=decoded("AdminUtils.sudo_set_commit_reveal_weights_enabled", netuid=1, enabled=False),
    )
    assert error(world, hotkey, b"x", version=3) == "CommitRevealDisabled"
    assert error(world, hotkey, b"x", mecid=1) == "MechanismDoesNotExist"


def decoded(path, **args):
    from taokit.devnet.runtime import DecodedCall

    pallet, _, name = path.partition(".")
    return DecodedCall(pallet, name, args)


def test_strangers_and_the_hasty_are_refused(chain, named):
    made = World(
        chain(
            "demo",
            tempo=TEMPO,
            settings={"CommitRevealWeightsVersion": 4},
            hyperparameters={"WeightsSetRateLimit": 5},
        ),
        Table(),
    )
    made.mine(TEMPO)
    assert error(made, named("stranger"), b"x") == "HotKeyNotRegisteredInSubNet"
    made.lock(named("v0"), b"x")
    made.mine(4)
    assert error(made, named("v0"), b"x") == "CommittingWeightsTooFast"
    made.mine()
    made.lock(named("v0"), b"x")


def test_ten_commits_of_one_hotkey_fit_into_an_epoch(world, named):
    for _ in range(10):
        world.lock(named("v0"), b"x")
    assert error(world, named("v0"), b"x") == "TooManyUnrevealedCommits"
    world.lock(named("v1"), b"x")
    world.to_next_epoch()
    world.lock(named("v0"), b"x")


def test_the_pool_refuses_a_round_that_is_over_with_its_number(world, named):
    world.state[LAST_STORED_ROUND] = 50
    args = {"netuid": 1, "mecid": 0, "commit": b"x", "commit_reveal_version": 4}
    world.chain.offer(named("v0"), LOCK, **args, reveal_round=50)
    with pytest.raises(PoolRefused) as raised:
        world.chain.offer(named("v0"), LOCK, **args, reveal_round=49)
    assert (raised.value.name, raised.value.custom) == ("InvalidRevealRound", 15)


def test_a_demo_chain_takes_none(chain, named):
    made = World(chain("demo", tempo=TEMPO), Table())
    made.mine()
    assert made.state[COMMIT_REVEAL_WEIGHTS_VERSION] == 0
    assert error(made, named("v0"), b"x") == "IncorrectCommitRevealVersion"


def test_the_chain_reveals_in_the_first_block_of_the_reveal_epoch_before_it_runs(world, named):
    hotkey = named("v0")
    world.oracle.out.add(ROUND)
    world.lock(hotkey, sealed(hotkey))
    world.mine(TEMPO - 1)
    assert row(world) == []
    signature = b"%048d" % ROUND
    assert world.state[PULSES, ROUND] == (ROUND, sha256(signature).digest(), signature)  # out, and not yet wanted
    world.mine()
    assert row(world) == [[3, 32768], [4, 65535]]
    assert world.chain.events("TimelockedWeightsRevealed") == [(1, hotkey)]
    assert world.chain.events("WeightsSet") == [(1, 1)]
    names = [name for _, _, name, _ in world.state.events]
    assert names.index("TimelockedWeightsRevealed") < names.index("IncentiveAlphaEmittedToMiners")
    assert world.state.keys(TIMELOCKED_WEIGHT_COMMITS) == []


def test_a_commit_in_the_firing_block_belongs_to_the_epoch_after(world, named):
    hotkey = named("v0")
    world.oracle.out.add(ROUND)
    world.to_next_epoch()
    world.lock(hotkey, sealed(hotkey))
    world.mine(TEMPO - 1)
    assert row(world) == []
    world.mine()
    assert row(world)


def test_a_missing_pulse_is_waited_for_as_long_as_the_epoch_lasts(world, named):
    early, late, never = named("v0"), named("v1"), named("m0")
    for hotkey, round in ((early, ROUND), (late, ROUND + 1), (never, ROUND + 2)):
        world.lock(hotkey, sealed(hotkey), round=round)
    world.oracle.out.add(ROUND)
    world.to_next_epoch()
    assert (bool(row(world, 1)), bool(row(world, 2)), bool(row(world, 3))) == (True, False, False)
    world.mine(TEMPO - 2)
    world.oracle.out.add(ROUND + 1)
    world.mine()
    assert world.chain.events("TimelockedWeightsRevealed") == [(1, late)]
    assert len(world.state.keys(TIMELOCKED_WEIGHT_COMMITS)) == 1
    world.mine()
    assert world.state.keys(TIMELOCKED_WEIGHT_COMMITS) == []
    world.oracle.out.add(ROUND + 2)
    world.mine(3)
    assert row(world, 3) == []


def test_reveals_wait_as_many_epochs_as_the_subnet_says(chain, named):
    made = World(
        chain(
            "demo",
            tempo=TEMPO,
            settings={"CommitRevealWeightsVersion": 4},
            hyperparameters={"RevealPeriodEpochs": 3},
        ),
        Table(),
    )
    made.mine(TEMPO)
    made.state[VALIDATOR_PERMIT, 1] = array([True] * 6, "bool")
    made.oracle.out.add(ROUND)
    made.lock(named("v0"), sealed(named("v0")))
    made.mine(3 * TEMPO - 1)
    assert row(made) == []
    made.mine()
    assert row(made)


def silly(hotkey):
    return {
        "another sender's": sealed(b"o" * 32),
        "undecodable": b"xyz"[::-1],
        "unopened": b"junk",
        "empty": b"",
        "a uid that is not there": sealed(hotkey, uids=(3, 60)),
        "a uid twice": sealed(hotkey, uids=(3, 3)),
    }


@pytest.mark.parametrize("kind", list(silly(bytes(32))))
def test_what_does_not_pass_is_dropped_without_a_word(world, named, kind):
    bad, good = named("v0"), named("v1")
    world.oracle.out.add(ROUND)
    world.lock(bad, silly(bad)[kind])
    world.lock(good, sealed(good))
    world.to_next_epoch()
    assert world.chain.events("TimelockedWeightsRevealed") == [(1, good)]
    assert (row(world, 1), bool(row(world, 2))) == ([], True)
    assert world.state.keys(TIMELOCKED_WEIGHT_COMMITS) == []


def test_the_older_payload_without_a_sender_still_counts(world, named):
    hotkey = named("v0")
    world.oracle.out.add(ROUND)
    world.lock(hotkey, timelock_payload(hotkey, uids=(1, 2), values=(3, 4), version_key=5)[33:][::-1])
    world.to_next_epoch()
    assert row(world) == [[1, 49151], [2, 65535]]


def test_each_mechanism_has_its_own(world, named):
    hotkey = named("v0")
    world.state[MAX_ALLOWED_UIDS, 1] = 64
    world.chain.call(None, "AdminUtils.sudo_set_mechanism_count", netuid=1, mechanism_count=2)
    world.oracle.out.add(ROUND)
    world.lock(hotkey, sealed(hotkey), mecid=1)
    world.to_next_epoch()
    assert (row(world), row(world, index=4097)) == ([], [[3, 32768], [4, 65535]])
    assert world.chain.events("TimelockedWeightsRevealed") == [(4097, hotkey)]


def test_a_subnet_whose_epoch_is_put_off_reveals_when_it_runs(world, named):
    hotkey = named("v0")
    world.oracle.out.add(ROUND)
    world.lock(hotkey, sealed(hotkey))
    world.mine(TEMPO - 1)
    world.state[MAX_EPOCHS_PER_BLOCK] = 0
    world.mine()
    assert row(world) == []
    world.state[MAX_EPOCHS_PER_BLOCK] = 2
    world.mine()
    assert row(world)


def test_without_a_beacon_nothing_opens_and_everything_expires(world, named):
    world.lock(named("v0"), sealed(named("v0")))
    world.chain.mine(2 * TEMPO + 1)
    assert row(world) == []
    assert world.state.keys(TIMELOCKED_WEIGHT_COMMITS) == []


def test_an_injected_pulse_opens_what_waits_for_it_and_is_the_last_one_then(world, named):
    hotkey = named("v0")
    world.lock(hotkey, sealed(hotkey))
    world.to_next_epoch()
    assert row(world) == []
    inject(world.state, ROUND, b"s" * 48)
    world.mine()
    assert row(world)
    assert world.state[LAST_STORED_ROUND] == ROUND
    assert pairs(row(world)).shape == (2, 2)
