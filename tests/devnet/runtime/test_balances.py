import pytest

from taokit.devnet.runtime import DispatchError, balances

TAO = 10**9


def free(made, named, name):
    return balances.free(made.state, named(name))


def address(named, name):
    return ("Id", named(name))


def test_a_transfer_moves_rao_and_makes_accounts(chain, named):
    made = chain(balances={named("a"): 10 * TAO})
    made.mine()
    made.call(named("a"), "Balances.transfer_keep_alive", dest=address(named, "b"), value=3 * TAO)
    assert (free(made, named, "a"), free(made, named, "b")) == (7 * TAO, 3 * TAO)
    assert made.events("NewAccount") == [(named("b"),)]
    assert made.events("Transfer") == [(named("a"), named("b"), 3 * TAO)]


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("transfer_keep_alive", 10 * TAO, "Token.NotExpendable"),
        ("transfer_keep_alive", 10 * TAO - 499, "Token.NotExpendable"),
        ("transfer_keep_alive", 10 * TAO + 1, "Token.FundsUnavailable"),
        ("transfer_allow_death", 10 * TAO + 1, "Token.FundsUnavailable"),
        ("transfer_allow_death", 499, "Token.BelowMinimum"),
    ],
)
def test_transfers_that_the_chain_refuses(chain, named, name, value, error):
    made = chain(balances={named("a"): 10 * TAO})
    made.mine()
    with pytest.raises(DispatchError, match=error):
        made.call(named("a"), f"Balances.{name}", dest=address(named, "b"), value=value)
    assert free(made, named, "a") == 10 * TAO


def test_an_account_may_die_and_its_dust_leaves_the_issuance(chain, named):
    made = chain(balances={named("a"): 10 * TAO})
    made.mine()
    issued = made.state[balances.ISSUANCE]
    made.call(named("a"), "Balances.transfer_allow_death", dest=address(named, "b"), value=10 * TAO - 100)
    assert free(made, named, "a") == 0
    assert made.events("KilledAccount") == [(named("a"),)]
    assert made.events("DustLost") == [(named("a"), 100)]
    assert made.state[balances.ISSUANCE] == issued - 100


@pytest.mark.parametrize(("keep_alive", "left"), [(True, balances.EXISTENTIAL_DEPOSIT), (False, 0)])
def test_everything_moves_but_what_keeps_alive(chain, named, keep_alive, left):
    made = chain(balances={named("a"): 10 * TAO})
    made.mine()
    made.call(named("a"), "Balances.transfer_all", dest=address(named, "b"), keep_alive=keep_alive)
    assert (free(made, named, "a"), free(made, named, "b")) == (left, 10 * TAO - left)


def test_root_may_set_a_balance(chain, named):
    made = chain()
    made.mine()
    made.call(None, "Balances.force_set_balance", who=address(named, "b"), new_free=5 * TAO)
    assert free(made, named, "b") == 5 * TAO
    with pytest.raises(DispatchError, match="BadOrigin"):
        made.call(named("a"), "Balances.force_set_balance", who=address(named, "b"), new_free=0)


def test_an_address_must_be_an_account(chain, named):
    made = chain(balances={named("a"): 10 * TAO})
    made.mine()
    with pytest.raises(DispatchError, match="CannotLookup"):
        made.call(named("a"), "Balances.transfer_all", dest=("Index", ()), keep_alive=True)


def test_the_existential_deposit_itself_makes_an_account(chain, named):
    made = chain()
    made.mine()
    with pytest.raises(DispatchError, match=r"Token\.BelowMinimum"):
        made.call(named("rich"), "Balances.transfer_keep_alive", dest=("Id", named("new")), value=499)
    made.call(named("rich"), "Balances.transfer_keep_alive", dest=("Id", named("new")), value=500)
    assert balances.free(made.state, named("new")) == 500
