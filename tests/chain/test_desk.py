"""The steps of a client, driven by hand: which questions it asks a backend, and when it asks none."""

import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import Storage, StorageMap, calls, reads, several
from taokit.chain.backend import Status
from taokit.chain.desk import PAGE, Ask, Desk, reached
from taokit.devnet import codec_of


class Counting:
    """A backend that notes what it is asked."""

    def __init__(self, backend):
        self.backend, self.asked = backend, []

    def drive(self, steps):
        try:
            ask = next(steps)
            while True:
                self.asked.append(ask.method)
                ask = steps.send(ask.of(self.backend))
        except StopIteration as done:
            return done.value


@pytest.fixture
def devnet():
    return funded(auto=False)


@pytest.fixture
def backend(devnet):
    return Counting(devnet.backend())


def test_a_read_asks_for_the_best_block_once_and_for_a_runtime_once(backend):
    desk = Desk(codec_of)
    backend.drive(desk.read(reads.balance(ALICE.ss58), None))
    backend.drive(desk.read(reads.balance(BOB.ss58), None))
    assert backend.asked == ["block_hash", "runtime", "storage", "block_hash", "storage"]


def test_a_read_at_a_block_does_not_ask_which(backend, devnet):
    backend.drive(Desk(codec_of).read(reads.block_number(), devnet.head.hash))
    assert backend.asked == ["runtime", "storage"]


def test_several_storage_values_travel_together(backend):
    def read():
        return (
            yield several(Storage("System", "Number"), Storage("Timestamp", "Now"), Storage("System", "ParentHash"))
        )

    assert backend.drive(Desk(codec_of).read(read(), None)) == [0, 0, "0x" + "00" * 32]
    assert backend.asked.count("storage") == 1


def test_a_large_map_comes_in_pages(backend, devnet):
    for netuid in range(PAGE + 5):
        devnet.set_hyperparameter(netuid, "Tempo", netuid % 7)

    def read():
        return (yield StorageMap("SubtensorModule", "Tempo"))

    entries = backend.drive(Desk(codec_of).read(read(), None))
    assert dict(entries) == {netuid: netuid % 7 for netuid in range(PAGE + 5)}
    assert backend.asked.count("keys") == 2


def prepare(desk, backend, *, nonce=None):
    call = calls.transfer_keep_alive(BOB.ss58, TAO)
    return backend.drive(desk.prepare(call, ALICE, nonce=nonce, period=64))


def test_nonces_under_way_are_not_used_twice(backend, devnet):
    desk = Desk(codec_of)
    assert [prepare(desk, backend).nonce for _ in range(3)] == [0, 1, 2]
    assert prepare(desk, backend, nonce=9).nonce == 9


def test_a_nonce_that_never_arrived_is_used_again(backend, devnet):
    desk = Desk(codec_of)
    prepare(desk, backend)
    devnet.mine(4)
    assert prepare(desk, backend).nonce == 0


def test_a_refused_nonce_is_free_at_once(backend):
    desk = Desk(codec_of)
    desk.settle(prepare(desk, backend))
    assert prepare(desk, backend).nonce == 0


@pytest.mark.parametrize(
    ("kind", "wait", "enough"),
    [
        ("ready", None, True),
        ("ready", "included", False),
        ("in_block", "included", True),
        ("in_block", "finalized", False),
        ("finalized", "finalized", True),
        ("invalid", "included", True),
        ("retracted", "included", False),
    ],
)
def test_how_long_a_submission_is_watched(kind, wait, enough):
    assert reached(Status(kind), wait) is enough


def test_a_question_is_the_name_of_a_method():
    assert Ask("upper").of("a") == "A"
