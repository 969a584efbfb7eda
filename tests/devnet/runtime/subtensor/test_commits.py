import pytest

from taokit.consensus.commit import commit_hash
from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.subtensor.storage import (
    LAST_UPDATE,
    MAX_EPOCHS_PER_BLOCK,
    SUBNET_EPOCH_INDEX,
    VALIDATOR_PERMIT,
    WEIGHT_COMMITS,
    WEIGHTS,
)
from taokit.errors import PoolRefused

TEMPO = 20
COMMIT = "SubtensorModule.commit_weights"
REVEAL = "SubtensorModule.reveal_weights"


def sealed(hotkey, uids=(3, 4), values=(1, 2), salt=(9,)):
    return commit_hash(hotkey, 1, uids=uids, values=values, salt=salt, version_key=0)


def opened(uids=(3, 4), values=(1, 2), salt=(9,)):
    vectors = {"uids": array(uids, "u16"), "values": array(values, "u16"), "salt": array(salt, "u16")}
    return {"netuid": 1, **vectors, "version_key": 0}


@pytest.fixture
def made(chain):
    """A sealed subnet in its second epoch, everybody permitted."""
    made = chain("demo", tempo=TEMPO)
    made.mine(TEMPO)
    made.state[VALIDATOR_PERMIT, 1] = array([True] * 6, "bool")
    return made


def to_next_epoch(made):
    before = made.state[SUBNET_EPOCH_INDEX, 1]
    while made.state[SUBNET_EPOCH_INDEX, 1] == before:
        made.mine()


def refused(made, signer, path, **args):
    with pytest.raises(PoolRefused) as raised:
        made.offer(signer, path, **args)
    return raised.value.name, raised.value.custom


def test_a_commit_names_its_epoch_and_block_and_counts_as_an_update(made, named):
    hotkey = named("v0")
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    epoch, block = made.state[SUBNET_EPOCH_INDEX, 1], made.state.number
    assert made.state[WEIGHT_COMMITS, 1, hotkey] == ((sealed(hotkey), epoch, block, 0),)
    assert made.state[LAST_UPDATE, 1][1] == block
    assert made.events("WeightsCommitted") == [(hotkey, 1, sealed(hotkey))]


def test_a_reveal_works_in_the_next_epoch_and_in_no_other(made, named):
    hotkey = named("v0")
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    assert refused(made, hotkey, REVEAL, **opened()) == ("RevealTooEarly", 17)
    to_next_epoch(made)  # the firing block itself is already the reveal epoch
    mark = made.state.mark()
    made.offer(hotkey, REVEAL, **opened())
    made.mine(TEMPO - 1)
    made.offer(hotkey, REVEAL, **opened())
    made.mine()
    assert refused(made, hotkey, REVEAL, **opened()) == ("RevealTooEarly", 17)  # too late has the same name
    made.state.rewind(mark)
    made.call(hotkey, REVEAL, **opened())
    assert made.state[WEIGHTS, 1, 1].tolist() == [[3, 32768], [4, 65535]]
    assert (WEIGHT_COMMITS, 1, hotkey) not in made.state
    assert made.events("WeightsRevealed") == [(hotkey, 1, sealed(hotkey))]


def test_a_reveal_does_not_count_as_an_update(made, named):
    hotkey = named("v0")
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    block = made.state.number
    to_next_epoch(made)
    made.call(hotkey, REVEAL, **opened())
    assert made.state[LAST_UPDATE, 1][1] == block


def test_a_longer_period_waits_longer(chain, named):
    made, hotkey = chain("demo", tempo=TEMPO, hyperparameters={"RevealPeriodEpochs": 3}), named("owner")
    made.mine()
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    for _ in range(2):
        to_next_epoch(made)
        assert refused(made, hotkey, REVEAL, **opened()) == ("RevealTooEarly", 17)
    to_next_epoch(made)
    made.offer(hotkey, REVEAL, **opened())


@pytest.mark.parametrize("opening", [opened(salt=(8,)), opened(values=(1, 3)), opened(uids=(4, 3))])
def test_a_reveal_must_match_its_commit(made, named, opening):
    hotkey = named("v0")
    assert refused(made, hotkey, REVEAL, **opening) == ("NoWeightsCommitFound", 16)
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    to_next_epoch(made)
    assert refused(made, hotkey, REVEAL, **opening) == ("NoWeightsCommitFound", 16)
    with pytest.raises(DispatchError, match="NoWeightsCommitFound"):
        made.call(hotkey, REVEAL, **opening)


def test_a_reveal_that_the_checks_refuse_keeps_its_commit(made, named):
    hotkey = named("m0")
    commit = sealed(hotkey, uids=(4, 4))
    made.call(hotkey, COMMIT, netuid=1, commit_hash=commit)
    to_next_epoch(made)
    made.state[VALIDATOR_PERMIT, 1] = array([True] * 6, "bool")
    before = made.state[WEIGHT_COMMITS, 1, hotkey]
    with pytest.raises(DispatchError, match="DuplicateUids"):
        made.call(hotkey, REVEAL, **opened(uids=(4, 4)))
    assert made.state[WEIGHT_COMMITS, 1, hotkey] == before


def test_a_reveal_spends_every_older_commit(made, named):
    hotkey = named("v0")
    for salt in range(3):
        made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey, salt=(salt,)))
    to_next_epoch(made)
    made.call(hotkey, REVEAL, **opened(salt=(1,)))
    assert [entry[0] for entry in made.state[WEIGHT_COMMITS, 1, hotkey]] == [sealed(hotkey, salt=(2,))]


def test_a_batch_reveal_spends_only_what_it_names_and_the_last_row_stays(made, named):
    hotkey = named("v0")
    for salt in range(3):
        made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey, values=(1, salt), salt=(salt,)))
    to_next_epoch(made)
    made.call(
        hotkey,
        "SubtensorModule.batch_reveal_weights",
        netuid=1,
        uids_list=((3, 4), (3, 4)),
        values_list=((1, 2), (1, 1)),
        salts_list=((2,), (1,)),
        version_keys=(0, 0),
    )
    assert [entry[0] for entry in made.state[WEIGHT_COMMITS, 1, hotkey]] == [sealed(hotkey, values=(1, 0), salt=(0,))]
    assert made.state[WEIGHTS, 1, 1].tolist() == [[3, 65535], [4, 65535]]


def reveal_batch(made, hotkey, *rows):
    """Reveal rows of (values, salt)."""
    made.call(
        hotkey,
        "SubtensorModule.batch_reveal_weights",
        netuid=1,
        uids_list=((3, 4),) * len(rows),
        values_list=tuple(values for values, _ in rows),
        salts_list=tuple(salt for _, salt in rows),
        version_keys=(0,) * len(rows),
    )


def test_a_batch_may_name_a_hash_as_often_as_it_was_committed(made, named):
    hotkey, row = named("v0"), ((1, 2), (9,))
    for _ in range(2):
        made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    to_next_epoch(made)
    with pytest.raises(DispatchError, match="InvalidRevealCommitHashNotMatch"):
        reveal_batch(made, hotkey, row, row, row)
    assert len(made.state[WEIGHT_COMMITS, 1, hotkey]) == 2
    reveal_batch(made, hotkey, row, row)
    assert (WEIGHT_COMMITS, 1, hotkey) not in made.state
    assert made.events("WeightsBatchRevealed") == [(hotkey, 1, (sealed(hotkey),) * 2)]


def test_one_bad_row_rolls_a_batch_back(made, named):
    hotkey = named("v0")
    for salt, uids in ((1, (3, 4)), (2, (4, 4))):
        made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey, uids=uids, salt=(salt,)))
    to_next_epoch(made)
    made.state[VALIDATOR_PERMIT, 1] = array([True] * 6, "bool")
    queue = made.state[WEIGHT_COMMITS, 1, hotkey]
    with pytest.raises(DispatchError, match="DuplicateUids"):
        made.call(
            hotkey,
            "SubtensorModule.batch_reveal_weights",
            netuid=1,
            uids_list=((3, 4), (4, 4)),
            values_list=((1, 2), (1, 2)),
            salts_list=((1,), (2,)),
            version_keys=(0, 0),
        )
    assert made.state[WEIGHT_COMMITS, 1, hotkey] == queue
    assert (WEIGHTS, 1, 1) not in made.state


def test_a_put_off_epoch_opens_reveals_in_the_block_it_was_due(made, named):
    hotkey = named("v0")
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    made.mine(TEMPO - 1)
    assert refused(made, hotkey, REVEAL, **opened()) == ("RevealTooEarly", 17)
    made.state[MAX_EPOCHS_PER_BLOCK] = 0
    epoch = made.state[SUBNET_EPOCH_INDEX, 1]
    made.mine()  # due, and put off
    assert (made.state[SUBNET_EPOCH_INDEX, 1], made.events("EpochDeferred")[0][0]) == (epoch, 1)
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey, salt=(7,)))
    assert made.state[WEIGHT_COMMITS, 1, hotkey][1][1] == epoch + 1
    made.call(hotkey, REVEAL, **opened())
    made.state[MAX_EPOCHS_PER_BLOCK] = 2
    made.mine()
    assert made.state[SUBNET_EPOCH_INDEX, 1] == epoch + 1
    assert refused(made, hotkey, REVEAL, **opened(salt=(7,))) == ("RevealTooEarly", 17)


def test_ten_unrevealed_commits_are_the_most_until_they_expire(made, named):
    hotkey = named("v0")
    for salt in range(10):
        made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey, salt=(salt,)))
    with pytest.raises(DispatchError, match="TooManyUnrevealedCommits"):
        made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    to_next_epoch(made)
    to_next_epoch(made)
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    assert len(made.state[WEIGHT_COMMITS, 1, hotkey]) == 1


def test_guards_come_in_their_order(chain, named):
    made = chain("demo", tempo=TEMPO, hyperparameters={"WeightsSetRateLimit": 50}, settings={"StakeThreshold": 10**12})
    made.mine()
    made.state[LAST_UPDATE, 1] = array([1] * 6, "u64")
    made.mine()
    poor, rich = named("m0"), named("v1")
    assert refused(made, poor, COMMIT, netuid=1, commit_hash=bytes(32)) == ("NotEnoughStakeToSetWeights", 1)
    assert refused(made, rich, COMMIT, netuid=1, commit_hash=bytes(32)) == ("CommittingWeightsTooFast", 6)
    assert refused(made, poor, REVEAL, **opened()) == ("NotEnoughStakeToSetWeights", 1)
    assert refused(made, rich, REVEAL, **opened()) == ("NoWeightsCommitFound", 16)
    unequal = {"uids_list": ((3,),), "values_list": (), "salts_list": (), "version_keys": ()}
    assert refused(made, poor, "SubtensorModule.batch_reveal_weights", netuid=1, **unequal) == (
        "InputLengthsUnequal",
        18,
    )


@pytest.mark.parametrize(
    ("who", "netuid", "name"),
    [("v0", 2, "MechanismDoesNotExist"), ("stranger", 1, "HotKeyNotRegisteredInSubNet")],
)
def test_commits_that_the_call_itself_refuses(made, named, who, netuid, name):
    with pytest.raises(DispatchError, match=name):
        made.call(named(who), COMMIT, netuid=netuid, commit_hash=bytes(32))


def test_open_subnets_take_no_commits(chain, named):
    made = chain("subnet")
    made.mine()
    with pytest.raises(DispatchError, match="CommitRevealDisabled"):
        made.call(named("v0"), COMMIT, netuid=1, commit_hash=bytes(32))


def test_the_same_guard_meets_a_call_inside_a_batch_as_an_error(made, named, as_call):
    hotkey = named("v0")
    made.call(hotkey, COMMIT, netuid=1, commit_hash=sealed(hotkey))
    made.offer(hotkey, "Utility.batch", calls=(as_call(REVEAL, **opened()),))
    made.call(hotkey, "Utility.batch", calls=(as_call(REVEAL, **opened()),))
    assert made.events("BatchInterrupted") == [(0, ("Module", (7, b"\x4f\0\0\0")))]  # 79, RevealTooEarly
