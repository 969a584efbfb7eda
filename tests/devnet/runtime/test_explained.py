import pytest

from explorer_scene import TEMPO, lively
from taokit.consensus.subnet import run_epoch
from taokit.devnet.runtime.block import epoch_inputs
from taokit.devnet.runtime.explained import SUBJECTS, explained
from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import storage
from taokit.errors import ConfigurationError


def begun_again(devnet, number, netuid=1):
    """What the epoch of a block that was made had read."""
    block = devnet.node.history.record(devnet.node.history.hash_of(number))
    state = State(allow_loopback=True)
    state.return_to(devnet.node.state.at(number - 1))
    return epoch_inputs(state, netuid, number=number, now_ms=block.now_ms, parent=block.head.parent)


@pytest.fixture(scope="module")
def devnet():
    return lively()


def test_a_block_begun_again_reads_what_its_epoch_had_read(devnet):
    state = devnet.state
    (inputs,) = begun_again(devnet, state[storage.LAST_MECHANSIM_STEP_BLOCK, 1])
    again = run_epoch(inputs)
    for item, column in (
        (storage.INCENTIVE, again.incentive),
        (storage.CONSENSUS, again.consensus),
        (storage.DIVIDENDS, again.dividends),
        (storage.VALIDATOR_TRUST, again.validator_trust),
        (storage.EMISSION, again.emission),
    ):
        assert state[item, 1].tolist() == column.tolist(), item.name
        assert column.any()


def test_a_block_without_an_epoch_reads_nothing(devnet):
    assert begun_again(devnet, devnet.state[storage.LAST_MECHANSIM_STEP_BLOCK, 1] + 1) == []
    assert begun_again(devnet, devnet.state[storage.LAST_MECHANSIM_STEP_BLOCK, 1], netuid=2) == []
    assert TEMPO > 1


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_is_told_in_words_and_in_a_table(devnet, subject):
    (inputs,) = begun_again(devnet, devnet.state[storage.LAST_MECHANSIM_STEP_BLOCK, 1])
    told = explained(inputs, subject, 1 if subject == "incentive" else 6)
    assert told.sentences
    assert told.rows
    assert all(len(row) == len(told.columns) for row in told.rows)


def test_a_uid_that_is_not_there(devnet):
    (inputs,) = begun_again(devnet, devnet.state[storage.LAST_MECHANSIM_STEP_BLOCK, 1])
    with pytest.raises(ConfigurationError, match="no uid 99"):
        explained(inputs, "trust", 99)
