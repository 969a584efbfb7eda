from chains import ALICE
from taokit.chain import calls, reads
from taokit.devnet import Devnet, account
from taokit.units import Rao


def test_the_terms_of_a_subnet():
    chain = Devnet.subnet(miners=2, validators=1).chain()
    terms = chain.read(reads.registration(1))
    assert (terms.cost, terms.neurons) == (chain.read(reads.burn(1)), 4)
    assert (terms.min_cost, terms.max_cost) == (Rao(500_000), Rao(100 * 10**9))  # the chain's defaults
    assert terms.free == terms.max_neurons - 4
    chain.submit(calls.register_limit(1, account("new", 1).ss58, terms.cost), ALICE)
    later = chain.read(reads.registration(1))
    assert later.neurons == 5
    assert later.cost > terms.cost


def test_a_subnet_costs_what_its_creation_takes():
    chain = Devnet.subnet(miners=1, validators=1).chain()
    cost, before = chain.read(reads.subnet_cost()), chain.read(reads.balance(ALICE.ss58))
    fee = chain.preview(calls.register_network(account("owner", 1).ss58), ALICE).fee
    chain.submit(calls.register_network(account("owner", 1).ss58), ALICE)
    assert before - chain.read(reads.balance(ALICE.ss58)) == cost + fee
