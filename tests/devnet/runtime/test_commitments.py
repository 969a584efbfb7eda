import pytest

from taokit.devnet.runtime import DispatchError, begin_block
from taokit.devnet.runtime.commitments import (
    COMMITMENT_OF,
    LAST_BONDS_RESET,
    REVEALED_COMMITMENTS,
    TIMELOCKED_INDEX,
)
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


class Backwards:
    """Every round is out; a sealed text is the text, backwards, and an empty one does not open."""

    leads = False

    def signature(self, round, moment):
        return bytes(48) if round < 100 else None

    def opened(self, sealed, signature):
        return sealed[::-1] or None


def locked(text, round=7):
    return ("TimelockEncrypted", text, round)


def next_block(made):
    made.seal()
    number = made.state.number + 1
    begin_block(made.state, number, 1_700_000_000_000 + 12_000 * number, bytes(32), oracle=Backwards())
    made.open = True


def test_a_timelocked_text_is_revealed_when_its_round_is_out(chain, named):
    made = chain()
    made.mine()
    hotkey = named("m0")
    made.call(hotkey, SET, netuid=1, info=info(("Raw1", b"x"), locked(b"olleh"), locked(b"retal", 100)))
    assert made.events("TimelockCommitment") == [(1, hotkey, 7)]
    assert made.events("Commitment") == []
    assert made.state[TIMELOCKED_INDEX] == ((1, hotkey),)
    next_block(made)
    assert made.state[REVEALED_COMMITMENTS, 1, hotkey] == ((b"hello", 2),)
    assert made.events("CommitmentRevealed") == [(1, hotkey)]
    assert made.state[COMMITMENT_OF, 1, hotkey] == (0, 1, info(("Raw1", b"x"), locked(b"retal", 100)))
    assert made.state[TIMELOCKED_INDEX] == ((1, hotkey),)
    next_block(made)
    assert made.events("CommitmentRevealed") == []


def test_an_emptied_commitment_goes_and_one_that_does_not_open_is_lost(chain, named):
    made = chain()
    made.mine()
    made.call(named("m0"), SET, netuid=1, info=info(locked(b"a")))
    made.call(named("m1"), SET, netuid=1, info=info(locked(b""), ("Raw1", b"x")))
    next_block(made)
    assert (COMMITMENT_OF, 1, named("m0")) not in made.state
    assert made.state[COMMITMENT_OF, 1, named("m1")][2] == info(("Raw1", b"x"))
    assert made.state[REVEALED_COMMITMENTS, 1, named("m1")] is None
    assert made.state[TIMELOCKED_INDEX] == ()


def test_the_last_ten_texts_are_kept(chain, named):
    made = chain()
    made.mine()
    for text in b"abcdefghijkl":
        made.call(named("m0"), SET, netuid=1, info=info(locked(bytes((text,)))))
        next_block(made)
    texts = [text for text, _ in made.state[REVEALED_COMMITMENTS, 1, named("m0")]]
    assert b"".join(texts) == b"cdefghijkl"


def test_a_plain_commitment_ends_the_wait_of_the_one_before(chain, named):
    made = chain()
    made.mine()
    made.call(named("m0"), SET, netuid=1, info=info(locked(b"a")))
    made.call(named("m0"), SET, netuid=1, info=info(("Raw1", b"x")))
    assert made.state[TIMELOCKED_INDEX] == ()
    next_block(made)
    assert made.state[REVEALED_COMMITMENTS, 1, named("m0")] is None
