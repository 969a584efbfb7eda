import numpy as np
import pytest

from taokit.devnet.runtime import TABLE, api
from taokit.devnet.runtime.apis import ANSWERS
from taokit.devnet.runtime.rows import pairs
from taokit.devnet.runtime.subtensor import storage
from taokit.devnet.runtime.subtensor.serving import NO_AXON
from taokit.devnet.runtime.system import bump_nonce
from taokit.devnet.runtime.unruled import answers as unruled
from taokit.errors import UnknownName

TAO = 10**9


def ask(made, name, method, **args):
    return api(made.state, name, method, args)


def by_name(struct, values):
    (made,) = [made for made in TABLE.types if made.name == struct]
    return dict(zip([name for name, _ in made.fields], values, strict=True))


def test_every_method_of_the_table_is_answered():
    takes_an_extrinsic = {
        ("BlockBuilder", "apply_extrinsic"),
        ("TaggedTransactionQueue", "validate_transaction"),
        ("TransactionPaymentApi", "query_fee_details"),
        ("TransactionPaymentApi", "query_info"),
    }  # the node answers these, and what is of the node itself
    cannot = {("ConvertTransactionRuntimeApi", "convert_transaction")}
    listed = {(method.api, method.name) for method in TABLE.methods if method.api not in {"Core", "Metadata"}}
    answered = {(api, name) for apis in (ANSWERS, unruled.ANSWERS) for api, names in apis.items() for name in names}
    assert listed - answered == takes_an_extrinsic | cannot
    assert {api for api, _ in answered - listed} <= {"Core"}


def test_other_methods_are_refused_by_name(chain):
    with pytest.raises(UnknownName, match="SubnetInfoRuntimeApi_get_nothing"):
        ask(chain(), "SubnetInfoRuntimeApi", "get_nothing")


def test_the_metagraph_says_what_is_stored(chain, named):
    made = chain(tempo=20, root_stake=50 * TAO)
    made.mine(20)
    for uid in (1, 2):
        made.state[storage.WEIGHTS, 1, uid] = pairs([(3, 65535)])
        made.state[storage.LAST_UPDATE, 1] = np.full(6, 20, dtype=np.uint64)
    made.mine(25)
    found = by_name("Metagraph", ask(made, "SubnetInfoRuntimeApi", "get_metagraph", netuid=1))
    assert (found["netuid"], found["block"], found["tempo"], found["last_step"]) == (1, 45, 20, 40)
    assert found["blocks_since_last_step"] == 5
    assert found["hotkeys"][:2] == (named("owner"), named("v0"))
    assert found["coldkeys"][3] == named("cold-m0")
    assert found["incentives"].tolist() == [0, 0, 0, 65535, 0, 0]
    assert found["tao_stake"][1] == 50 * TAO
    assert found["total_stake"][1] - found["alpha_stake"][1] == pytest.approx(9 * TAO, abs=12)
    assert found["axons"] == (NO_AXON,) * 6
    assert found["activity_cutoff"] == 1000
    assert (found["rank"], found["trust"], found["pruning_score"]) == ((), (), ())
    assert bytes(found["symbol"]).decode() == "α"
    assert found["alpha_dividends_per_hotkey"][1][1] > 0
    assert found["pending_alpha_emission"] > 0


@pytest.mark.parametrize("method", ["get_metagraph", "get_subnet_hyperparams", "get_subnet_hyperparams_v3"])
def test_a_subnet_that_is_not_there_has_no_answer(chain, method):
    assert ask(chain(), "SubnetInfoRuntimeApi", method, netuid=9) is None


def test_hyperparameters_in_both_layouts(chain):
    made = chain(hyperparameters={"AlphaSigmoidSteepness": -250})
    old = by_name("SubnetHyperparams", ask(made, "SubnetInfoRuntimeApi", "get_subnet_hyperparams", netuid=1))
    new = dict(ask(made, "SubnetInfoRuntimeApi", "get_subnet_hyperparams_v3", netuid=1))
    assert (old["kappa"], old["tempo"], old["alpha_low"], old["alpha_high"]) == (32767, 360, 45875, 58982)
    assert len(new) == 33
    assert new[b"kappa"] == ("U16", 32767)
    assert new[b"burn_increase_mult"][1] / 2**64 == pytest.approx(1.26)
    assert new[b"alpha_sigmoid_steepness"] == ("I32F32", -5 << 31)
    assert new[b"yuma_version"] == ("U16", 3)


def test_neurons_without_weights(chain, named):
    made = chain()
    found = ask(made, "NeuronInfoRuntimeApi", "get_neurons_lite", netuid=1)
    neuron = by_name("NeuronInfoLite", found[1])
    assert (neuron["hotkey"], neuron["uid"], neuron["netuid"]) == (named("v0"), 1, 1)
    assert neuron["stake"] == ((named("cold-v0"), 1000 * TAO),)
    assert neuron["pruning_score"] == 65535
    assert ask(made, "NeuronInfoRuntimeApi", "get_neuron_lite", netuid=1, uid=1) == found[1]
    assert ask(made, "NeuronInfoRuntimeApi", "get_neuron_lite", netuid=1, uid=6) is None


def test_the_next_epoch_is_where_it_then_happens(chain):
    made = chain(tempo=20)
    made.mine(25)
    block = ask(made, "SubnetInfoRuntimeApi", "get_next_epoch_start_block", netuid=1)
    before = made.state[storage.SUBNET_EPOCH_INDEX, 1]
    made.mine(block - 1 - made.state.number)
    assert made.state[storage.SUBNET_EPOCH_INDEX, 1] == before
    made.mine()
    assert made.state[storage.SUBNET_EPOCH_INDEX, 1] == before + 1


def test_a_put_off_epoch_is_told_by_the_clock_and_a_request_by_its_block(chain):
    made = chain(tempo=20)
    made.mine(25)

    def told():
        return ask(made, "SubnetInfoRuntimeApi", "get_next_epoch_start_block", netuid=1)

    last = made.state[storage.LAST_EPOCH_BLOCK, 1]
    made.state[storage.PENDING_EPOCH_AT, 1] = 30
    assert told() == 30
    made.state[storage.PENDING_EPOCH_AT, 1] = 300
    assert told() == last + 20
    made.state[storage.LAST_EPOCH_BLOCK, 1] = 1
    assert told() == 21  # in the past, as on the chain
    made.state[storage.TEMPO, 1] = 0
    assert told() is None


def test_prices_and_nonces(chain, named):
    made = chain()
    assert ask(made, "SwapRuntimeApi", "current_alpha_price", netuid=1) == TAO
    assert ask(made, "SubnetRegistrationRuntimeApi", "get_network_registration_cost") == 1000 * TAO
    assert ask(made, "AccountNonceApi", "account_nonce", account=named("rich")) == 0
    bump_nonce(made.state, named("rich"))
    assert ask(made, "AccountNonceApi", "account_nonce", account=named("rich")) == 1


def test_sealed_blocks_answer_as_they_were(chain):
    made = chain()
    made.mine(5)
    made.seal()
    view = made.state.at(3)
    found = by_name("Metagraph", api(view, "SubnetInfoRuntimeApi", "get_metagraph", {"netuid": 1}))
    assert found["block"] == 3
