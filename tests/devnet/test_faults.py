import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.devnet.faults import MOST, Faults
from taokit.errors import ConfigurationError, PoolRefused


def send(devnet):
    return devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE, wait=None)


def held(devnet):
    return devnet.chain().read(reads.balance(BOB.ss58)).rao


def test_the_next_submissions_are_refused_as_chosen():
    devnet = funded()
    devnet.faults.refuse(PoolRefused("Priority is too low", code=1014), times=2)
    for _ in range(2):
        with pytest.raises(PoolRefused, match="Priority") as caught:
            send(devnet)
        assert caught.value.code == 1014
    send(devnet)
    assert held(devnet) == TAO


def test_a_lost_submission_is_taken_and_never_carried_out():
    devnet = funded()
    devnet.faults.lose()
    send(devnet)
    assert (held(devnet), devnet.waiting, len(devnet.faults)) == (0, 0, 0)
    devnet.mine()
    assert held(devnet) == 0
    devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE, nonce=0)
    assert held(devnet) == TAO


def test_faults_can_be_cleared_and_are_bounded():
    faults = Faults()
    faults.lose(MOST)
    with pytest.raises(ConfigurationError):
        faults.refuse(PoolRefused("no"))
    faults.clear()
    assert len(faults) == 0
    assert not faults.loses()
    faults.meet()
