import pytest

from taokit.chain import Storage, reads, run

HOTKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = "SubtensorModule"


def read(question, answers):
    return run(question, answers.__getitem__)


def schedule(netuid=3, **changed):
    clock = {
        "Tempo": 360,
        "LastEpochBlock": 1000,
        "PendingEpochAt": 0,
        "SubnetEpochIndex": 4,
        "BlocksSinceLastStep": 100,
        "RevealPeriodEpochs": 1,
    }
    answers = {Storage(SUBNETS, name, (netuid,)): value for name, value in {**clock, **changed}.items()}
    return read(reads.schedule(netuid), {**answers, Storage("System", "Number"): 1100})


def test_the_epoch_clock():
    found = schedule()
    assert (found.block, found.tempo, found.epoch_index, found.reveal_period) == (1100, 360, 4, 1)
    assert (found.next_epoch, found.blocks_left) == (1360, 260)


@pytest.mark.parametrize(
    ("changed", "following"),
    [
        ({"Tempo": 0}, None),
        ({"PendingEpochAt": 1105}, 1105),  # asked for, or put off
        ({"PendingEpochAt": 900}, 1101),  # overdue
        ({"Tempo": 50}, 1101),
        ({"Tempo": 50400, "BlocksSinceLastStep": 50390}, 1111),  # the longest time without one
    ],
)
def test_what_moves_the_next_epoch(changed, following):
    assert schedule(**changed).next_epoch == following


def test_root_has_no_epochs():
    root = schedule(0, Tempo=100)
    assert (root.next_epoch, root.blocks_left) == (None, None)
