import pytest

from taokit.chain import Constant, PinnedBlock, RuntimeCall, Storage, StorageMap, reads, run, several
from taokit.devnet import Devnet
from taokit.errors import NoSuchSubnet, UnknownName
from taokit.units import Rao

HOTKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = "SubtensorModule"


def read(question, answers):
    return run(question, {**answers}.__getitem__)


def test_balance():
    assert read(reads.balance(HOTKEY), {Storage("System", "Account", (HOTKEY,)): {"data": {"free": 5}}}) == Rao(5)


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


def test_registered():
    key = Storage(SUBNETS, "Uids", (3, HOTKEY))
    assert read(reads.registered(3, HOTKEY), {key: 0})
    assert not read(reads.registered(3, HOTKEY), {key: None})


def test_netuids_are_sorted_by_number():
    assert read(reads.netuids(), {StorageMap(SUBNETS, "NetworksAdded"): [(256, True), (1, True), (2, False)]}) == [
        1,
        256,
    ]


def test_commits():
    stored = [("0x" + "11" * 32, 4, 1450, 0), ("0x" + "22" * 32, 5, 1800, 0)]
    key = Storage(SUBNETS, "WeightCommits", (4096 + 3, HOTKEY))
    assert read(reads.weight_commits(3, HOTKEY, 1), {key: stored}) == (
        reads.WeightCommit(b"\x11" * 32, 4, 1450),
        reads.WeightCommit(b"\x22" * 32, 5, 1800),
    )
    assert read(reads.weight_commits(3, HOTKEY), {Storage(SUBNETS, "WeightCommits", (3, HOTKEY)): None}) == ()


@pytest.mark.parametrize(("mechanism", "netuid", "index"), [(0, 7, 7), (1, 7, 4103), (2, 0, 8192)])
def test_storage_index(mechanism, netuid, index):
    assert reads.storage_index(netuid, mechanism) == index


def test_last_update_of_a_uid_that_is_not_there():
    answers = {Storage(SUBNETS, "LastUpdate", (3,)): [5, 6]}
    assert [read(reads.last_update(3, uid), answers) for uid in range(3)] == [5, 6, 0]


def test_a_permit():
    answers = {Storage(SUBNETS, "ValidatorPermit", (3,)): [False, True]}
    assert [read(reads.validator_permit(3, uid), answers) for uid in range(3)] == [False, True, False]


def schedule(**changed):
    clock = {
        "Tempo": 360,
        "LastEpochBlock": 1000,
        "PendingEpochAt": 0,
        "SubnetEpochIndex": 4,
        "BlocksSinceLastStep": 100,
        "RevealPeriodEpochs": 1,
    }
    answers = {Storage(SUBNETS, name, (3,)): value for name, value in {**clock, **changed}.items()}
    return read(reads.schedule(3), {**answers, Storage("System", "Number"): 1100})


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


def test_hyperparameters():
    values = {
        "Tempo": 100,
        "ImmunityPeriod": 5,
        "MinAllowedWeights": 1,
        "MaxWeightsLimit": 65535,
        "WeightsVersionKey": 0,
        "WeightsSetRateLimit": 9,
        "ActivityCutoffFactorMilli": 13889,
        "MaxAllowedValidators": 64,
        "MaxAllowedUids": 256,
        "Kappa": 32767,
        "ServingRateLimit": 50,
        "CommitRevealWeightsEnabled": True,
        "RevealPeriodEpochs": 2,
        "LiquidAlphaOn": False,
        "Burn": 10,
        "NetworkRegistrationAllowed": True,
    }
    found = read(reads.hyperparameters(3), {Storage(SUBNETS, name, (3,)): value for name, value in values.items()})
    assert (found.tempo, found.weights_rate_limit, found.kappa, found.burn) == (100, 9, 32767, 10)
    assert found.activity_cutoff == 1388  # blocks: thousandths of a tempo, rounded down
    assert (found.commit_reveal, found.reveal_period, found.liquid_alpha) == (True, 2, False)


def test_a_metagraph_of_a_subnet_that_is_not_there():
    answers = {
        PinnedBlock(): bytes(32),
        RuntimeCall("SubnetInfoRuntimeApi", "get_metagraph", (9,)): None,
        Storage(SUBNETS, "ValidatorTrust", (9,)): [],
    }
    with pytest.raises(NoSuchSubnet, match="subnet 9"):
        read(reads.metagraph(9), answers)
