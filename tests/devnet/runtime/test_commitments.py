import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.commitments import COMMITMENT_OF, LAST_BONDS_RESET
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.subtensor.storage import BONDS, MECHANISM_COUNT_CURRENT

SET = "Commitments.set_commitment"


def info(*fields):
    return (tuple(fields),)


def test_a_commitment_replaces_the_one_before(chain, named):
    made = chain()
    made.mine()
    made.call(named("m0"), SET, netuid=1, info=info(("Raw3", b"abc")))
    made.call(named("m0"), SET, netuid=1, info=info(("Raw1", b"x"), "ResetBondsFlag"))
    assert made.state[COMMITMENT_OF, 1, named("m0")] == (0, 1, info(("Raw1", b"x"), "ResetBondsFlag"))
    assert made.events("Commitment") == [(1, named("m0"))] * 2


@pytest.mark.parametrize(
    ("who", "fields", "error"),
    [
        ("stranger", (), "AccountNotAllowedCommit"),
        ("m0", ("None",) * 4, "TooManyFieldsInCommitmentInfo"),
        ("m0", (("BigRaw", b"x" * 3101),), "SpaceLimitExceeded"),
    ],
)
def test_commitments_that_the_chain_refuses(chain, named, who, fields, error):
    made = chain()
    made.mine()
    with pytest.raises(DispatchError) as refused:
        made.call(named(who), SET, netuid=1, info=info(*fields))
    assert (refused.value.pallet, refused.value.name) == ("Commitments", error)


@pytest.mark.parametrize("enabled", [True, False])
def test_the_reset_flag_takes_the_bonds_in_a_uid_away_where_the_subnet_allows_it(chain, named, enabled):
    made = chain(hyperparameters={"BondsResetOn": enabled})
    made.mine()
    made.state[MECHANISM_COUNT_CURRENT, 1] = 2
    for index in (1, 4097):
        made.state[BONDS, index, 1] = pairs([(3, 7), (4, 8)])
        made.state[BONDS, index, 2] = pairs([(4, 9)])
    made.call(named("m0"), SET, netuid=1, info=info("ResetBondsFlag"))
    for index in (1, 4097):
        assert made.state[BONDS, index, 1].tolist() == ([[4, 8]] if enabled else [[3, 7], [4, 8]])
        assert made.state[BONDS, index, 2].tolist() == [[4, 9]]
    assert made.state[LAST_BONDS_RESET, 1, named("m0")] == 1


def test_small_ones_count_a_hundred_bytes_and_the_epoch_brings_new_room(chain, named):
    made = chain(tempo=20)
    made.mine()
    for _ in range(31):
        made.call(named("m0"), SET, netuid=1, info=info(("Raw1", b"x")))
    with pytest.raises(DispatchError, match="SpaceLimitExceeded"):
        made.call(named("m0"), SET, netuid=1, info=info(("Raw1", b"x")))
    made.mine(20)
    made.call(named("m0"), SET, netuid=1, info=info(("Raw1", b"x")))
