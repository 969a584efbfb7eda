import pytest

from chains import ALICE
from taokit.chain import RuntimeCall, Storage, StorageMap, calls, reads, run
from taokit.devnet import Devnet
from taokit.errors import NoSuchSubnet, TypeMoved
from taokit.units import Price, Rao

HOTKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = "SubtensorModule"


def read(question, answers):
    return run(question, answers.__getitem__)


def test_netuids_are_sorted_by_number():
    assert read(reads.netuids(), {StorageMap(SUBNETS, "NetworksAdded"): [(256, True), (1, True), (2, False)]}) == [
        1,
        256,
    ]


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


@pytest.fixture(scope="module")
def chain():
    return Devnet.subnet(miners=1, validators=1).chain()


def test_a_subnet_and_its_pool_in_their_currencies(chain):
    root, found = chain.read(reads.subnets())
    assert (root.netuid, found.netuid) == (0, 1)
    assert found == chain.read(reads.subnet(1))
    storage = {name: chain.read(reads.named(f"{SUBNETS}.{name}", 1)) for name in ("SubnetTAO", "SubnetAlphaIn")}
    assert (found.tao_in, found.alpha_in) == (Rao(storage["SubnetTAO"]), Rao(storage["SubnetAlphaIn"], 1))
    assert found.owner_hotkey == chain.read(reads.metagraph(1)).owner_hotkey
    assert chain.read(reads.owner_of_subnet(1)) == (found.owner_hotkey, found.owner_coldkey)
    with pytest.raises(NoSuchSubnet):
        chain.read(reads.subnet(9))


def test_every_setting_by_the_chain_s_name(chain):
    found, known = chain.read(reads.settings(1)), chain.read(reads.hyperparameters(1))
    assert found["tempo"] == known.tempo
    assert found["commit_reveal_weights_enabled"] is known.commit_reveal
    assert found["max_burn"] == Rao(100 * 10**9)  # the chain's default
    assert found["burn_increase_mult"] == pytest.approx(1.26)
    with pytest.raises(NoSuchSubnet):
        chain.read(reads.settings(9))


def test_a_setting_of_a_kind_that_nobody_knows():
    answers = {RuntimeCall("SubnetInfoRuntimeApi", "get_subnet_hyperparams_v3", (1,)): [{"name": "new", "value": 5}]}
    with pytest.raises(TypeMoved, match="get_subnet_hyperparams_v3: value is no longer a named kind of value"):
        read(reads.settings(1), answers)


def test_what_owners_say_of_their_subnets():
    devnet = Devnet.subnet(miners=1, validators=1, SubnetOwner=ALICE.public_key)
    chain = devnet.chain()
    assert chain.read(reads.subnet_identity(1)) is None
    chain.submit(calls.set_subnet_identity(1, "squeeze", subnet_url="https://example.org"), ALICE)
    found = chain.read(reads.subnet_identity(1))
    assert (found.subnet_name, found.subnet_url, found.discord) == ("squeeze", "https://example.org", "")
    assert chain.read(reads.subnet_identities()) == {1: found}
    assert chain.read(reads.subnet(1)).identity == found


@pytest.mark.parametrize(("split", "shares"), [(None, None), ([40000, 25535], (40000, 25535))])
def test_mechanisms(split, shares):
    answers = {
        Storage(SUBNETS, "MechanismCountCurrent", (3,)): 2,
        Storage(SUBNETS, "MechanismEmissionSplit", (3,)): split,
    }
    assert read(reads.mechanisms(3), answers) == reads.Mechanisms(2, shares)


def test_the_average_price_has_32_bits_of_fraction():
    told = {
        **dict.fromkeys(
            ("network_registered_at", "tempo", "last_step", "tao_in", "alpha_in", "alpha_out", "tao_in_emission"), 0
        ),
        **dict.fromkeys(("alpha_in_emission", "alpha_out_emission", "subnet_volume"), 0),
        **dict.fromkeys(("owner_hotkey", "owner_coldkey"), HOTKEY),
        "netuid": 3,
        "subnet_name": [97],
        "token_symbol": "x",
        "subnet_identity": None,
        "moving_price": {"bits": 3 << 31},
    }
    found = read(reads.subnet(3), {RuntimeCall("SubnetInfoRuntimeApi", "get_dynamic_info", (3,)): told})
    assert found.moving_price == Price(1_500_000_000, 3)
    assert found.name == "a"
