import pytest

from taokit.chain import Constant, Lookup, RuntimeCall, Storage, StorageMap, reads, run, several
from taokit.devnet import Devnet
from taokit.errors import ChainError, UnknownName

HOTKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = "SubtensorModule"


def read(question, answers):
    return run(question, answers.__getitem__)


def test_anything_can_be_read_by_name():
    chain = Devnet.subnet(miners=1, validators=1).chain()
    assert chain.read(reads.value(Storage("SubtensorModule", "Tempo", (1,)))) == 360
    assert chain.read(reads.value(StorageMap("SubtensorModule", "NetworksAdded"))) == [(0, True), (1, True)]
    assert chain.read(reads.value(RuntimeCall("SwapRuntimeApi", "current_alpha_price", (0,)))) == 10**9
    assert chain.read(reads.value(Constant("Balances", "ExistentialDeposit"))) == 500
    both = several(Storage("System", "Number"), Constant("System", "SS58Prefix"))
    assert chain.read(reads.value(both)) == [360, 42]
    with pytest.raises(UnknownName) as caught:
        chain.read(reads.value(Storage("SubtensorModul", "Tempo")))
    assert caught.value.hint == "did you mean SubtensorModule.Tempo?"


@pytest.mark.parametrize(("mechanism", "netuid", "index"), [(0, 7, 7), (1, 7, 4103), (2, 0, 8192)])
def test_storage_index(mechanism, netuid, index):
    assert reads.storage_index(netuid, mechanism) == index


@pytest.fixture(scope="module")
def chain():
    return Devnet.subnet(miners=3, validators=1).chain()


@pytest.mark.parametrize(
    ("path", "args", "value"),
    [
        ("SubtensorModule.Tempo", (1,), 360),
        ("SubtensorModule.Tempo", (), [(0, 100), (1, 360)]),
        ("SwapRuntimeApi.current_alpha_price", (0,), 10**9),
        ("Balances.ExistentialDeposit", (), 500),
    ],
)
def test_any_name_is_found_whatever_it_is(chain, path, args, value):
    assert chain.read(reads.named(path, *args)) == value


def test_a_map_is_read_as_far_as_is_asked(chain):
    everything = chain.read(reads.named("SubtensorModule.Keys", 1))
    assert [uid for uid, _ in everything] == list(range(5))
    assert chain.read(reads.named("SubtensorModule.Keys", 1, limit=2)) == everything[:2]
    assert chain.read(reads.named("SubtensorModule.Keys", 1, limit=99)) == everything


@pytest.mark.parametrize(
    ("path", "args", "said"),
    [
        ("SubtensorModule.Tempo", (1, 2), "takes 1 keys, not 2"),
        ("Balances.ExistentialDeposit", (1,), "takes no arguments"),
        ("SwapRuntimeApi.current_alpha_price", (), "takes 1 arguments, not 0"),
        ("SubtensorModule.Tempo", ("one",), "no key of SubtensorModule.Tempo"),
    ],
)
def test_arguments_that_do_not_fit(chain, path, args, said):
    with pytest.raises(ChainError, match=said):
        chain.read(reads.named(path, *args))


@pytest.mark.parametrize(
    ("path", "near"),
    [
        ("SubtensorModule.tempo", "SubtensorModule.Tempo"),
        ("Balances.ExistentialDeposits", "Balances.ExistentialDeposit"),
        ("SwapRuntimeApi.alpha_price", "SwapRuntimeApi.current_alpha_price"),
        ("Subtensor.NetworksAdded", "SubtensorModule.NetworksAdded"),
    ],
)
def test_a_name_that_is_nearly_right(chain, path, near):
    with pytest.raises(UnknownName) as caught:
        chain.read(reads.named(path))
    assert caught.value.hint == f"did you mean {near}?"


def test_a_name_is_looked_up_before_it_is_asked_for():
    request = Storage("System", "Number")
    assert read(reads.named("System.Number"), {Lookup("System.Number"): request, request: 5}) == 5


def test_the_clock_of_the_chain(chain):
    assert chain.read(reads.slot_ms()) == 12_000
    before = chain.read(reads.timestamp(), at=chain.block_hash(chain.head().number - 1))
    assert chain.read(reads.timestamp()) - before == 12_000
