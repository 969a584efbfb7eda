import pytest

from taokit.devnet.runtime import Genesis, Neuron, Subnet, balances, genesis, preset
from taokit.devnet.runtime.subtensor import shares, storage, subnets
from taokit.errors import ConfigurationError

TAO = 10**9


def test_a_running_subnet_is_open_and_its_owner_is_uid_0(chain, named):
    state = chain("subnet").state
    assert [state[storage.KEYS, 1, uid] for uid in range(6)] == [
        named(name) for name in ("owner", "v0", "v1", "m0", "m1", "m2")
    ]
    assert state[storage.SUBNET_OWNER, 1] == named("cold-owner")
    assert state[storage.SUBTOKEN_ENABLED, 1]
    assert state[storage.SUBNET_EMISSION_ENABLED, 1]
    assert state[storage.FIRST_EMISSION_BLOCK_NUMBER, 1] == 1
    assert shares.stake_of(state, named("v1"), named("cold-v1"), 1) == 2000 * TAO
    assert state[storage.SUBNET_ALPHA_OUT, 1] == 3000 * TAO


@pytest.mark.parametrize(("name", "sealed"), [("subnet", False), ("demo", True)])
def test_presets_seal_weights_or_do_not(chain, name, sealed):
    state = chain(name).state
    assert state[storage.COMMIT_REVEAL_WEIGHTS_ENABLED, 1] is sealed
    assert state[storage.REVEAL_PERIOD_EPOCHS, 1] == 1
    assert state[storage.WEIGHTS_SET_RATE_LIMIT, 1] == state[storage.SERVING_RATE_LIMIT, 1] == 0
    assert state[storage.STAKE_THRESHOLD] == state[storage.TX_RATE_LIMIT] == state[storage.NETWORK_RATE_LIMIT] == 0
    assert state[storage.TAO_WEIGHT] / (2**64 - 1) == pytest.approx(0.18, abs=1e-18)


def test_an_empty_chain_has_root_only():
    state = genesis(preset("empty", Genesis(genesis_ms=5)))
    assert subnets.all_netuids(state) == [0]
    assert state[storage.COMMIT_REVEAL_WEIGHTS_ENABLED, 1] is True  # of subnets yet to come


def test_own_settings_win_over_the_presets(chain):
    state = chain("demo", hyperparameters={"CommitRevealWeightsEnabled": False}, settings={"TaoWeight": 7}).state
    assert state[storage.COMMIT_REVEAL_WEIGHTS_ENABLED, 1] is False
    assert state[storage.TAO_WEIGHT] == 7


def test_genesis_is_a_sealed_block_without_events(chain):
    state = chain().state
    assert state.at(0).number == 0
    assert state.events == state.at(0).events == []


def test_all_tao_is_counted(chain, named):
    state = chain(root_stake=5 * TAO).state
    held = sum(balances.free(state, account) for account in (named("rich"), *map(subnets.account_of, (0, 1))))
    assert state[storage.TOTAL_ISSUANCE] == state[balances.ISSUANCE] == held == (10**6 + 1000 + 10) * TAO
    assert state[storage.TOTAL_STAKE] == 1010 * TAO


def test_equal_configurations_make_equal_chains(chain):
    assert sorted(map(repr, chain().state.stored())) == sorted(map(repr, chain().state.stored()))


@pytest.mark.parametrize(
    ("name", "subnet", "text"),
    [
        ("empty", True, "has no"),
        ("subnet", False, "needs a"),
        ("other", False, "no preset"),
    ],
)
def test_contradictions_are_refused(name, subnet, text):
    made = Subnet(b"c" * 32, b"h" * 32) if subnet else None
    with pytest.raises(ConfigurationError, match=text):
        preset(name, Genesis(genesis_ms=0, subnet=made))


def test_names_that_nothing_is_called(chain):
    with pytest.raises(ConfigurationError, match="Tempi"):
        chain(settings={"Tempi": 1})


def test_one_hotkey_one_uid(named):
    twice = (Neuron(named("m"), named("c")), Neuron(named("m"), named("c")))
    with pytest.raises(ConfigurationError, match="twice"):
        genesis(Genesis(genesis_ms=0, subnet=Subnet(named("c"), named("h"), twice)))
