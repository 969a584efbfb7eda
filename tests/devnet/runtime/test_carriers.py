"""Calls that carry calls, beyond the batches of test_dispatch: derivatives, origins, fallbacks, the key."""

from hashlib import blake2b

import pytest

from taokit.devnet.runtime import DispatchError, balances, bill
from taokit.devnet.runtime.utility import SUDO_KEY

TAO = 10**9
FUNDS = ("Token", "FundsUnavailable")


@pytest.fixture
def made(chain, named):
    made = chain(balances={named("a"): 10 * TAO})
    made.mine()
    return made


@pytest.fixture
def pay(named, as_call):
    """A transfer to `c`."""
    return lambda rao: as_call("Balances.transfer_allow_death", dest=("Id", named("c")), value=rao)


def received(made, named):
    return balances.free(made.state, named("c"))


def test_a_derivative_spends_what_is_its_own(made, named, pay):
    derived = blake2b(b"modlpy/utilisuba" + named("a") + b"\3\0", digest_size=32).digest()
    made.call(named("a"), "Balances.transfer_keep_alive", dest=("Id", derived), value=2 * TAO)
    made.call(named("a"), "Utility.as_derivative", index=3, call=pay(TAO))
    assert (received(made, named), balances.free(made.state, derived)) == (TAO, TAO)


def test_a_fallback_runs_where_the_first_call_fails(made, named, pay):
    made.call(named("a"), "Utility.if_else", main=pay(99 * TAO), fallback=pay(TAO))
    assert (received(made, named), made.events("IfElseFallbackCalled")) == (TAO, [(FUNDS,)])
    made.call(named("a"), "Utility.if_else", main=pay(TAO), fallback=pay(TAO))
    assert (received(made, named), made.events("IfElseMainSuccess")) == (2 * TAO, [()])
    with pytest.raises(DispatchError, match="FundsUnavailable"):
        made.call(named("a"), "Utility.if_else", main=pay(99 * TAO), fallback=pay(99 * TAO))


def test_root_acts_as_anybody(made, named, pay):
    signed = ("system", ("Signed", named("a")))
    made.call(None, "Utility.dispatch_as", as_origin=signed, call=pay(TAO))
    made.call(None, "Utility.dispatch_as_fallible", as_origin=signed, call=pay(TAO))
    assert (received(made, named), made.events("DispatchedAs")) == (2 * TAO, [(("Ok", ()),)] * 2)
    made.call(None, "Utility.dispatch_as", as_origin=signed, call=pay(99 * TAO))
    assert made.events("DispatchedAs")[-1] == (("Err", FUNDS),)
    with pytest.raises(DispatchError, match="FundsUnavailable"):
        made.call(None, "Utility.dispatch_as_fallible", as_origin=signed, call=pay(99 * TAO))
    made.call(None, "Utility.dispatch_as", as_origin=("Ethereum", ("EthereumTransaction", (bytes(20),))), call=pay(1))
    assert made.events("DispatchedAs")[-1] == (("Err", "BadOrigin"),)


@pytest.mark.parametrize("name", ["dispatch_as", "dispatch_as_fallible"])
def test_nobody_else_does(made, named, pay, name):
    with pytest.raises(DispatchError, match="BadOrigin"):
        made.call(named("a"), f"Utility.{name}", as_origin=("system", "Root"), call=pay(1))
    with pytest.raises(DispatchError, match="BadOrigin"):
        made.call(named("a"), "Utility.with_weight", call=pay(1), weight=(1, 1))


def test_root_says_what_a_call_weighs(made, named, as_call):
    call = as_call("Balances.force_set_balance", who=("Id", named("c")), new_free=TAO)
    made.call(None, "Utility.with_weight", call=call, weight=(1, 1))
    assert received(made, named) == TAO


def test_the_key_acts_for_others_and_is_given_up(made, named, pay):
    made.call(named("sudo"), "Sudo.sudo_as", who=("Id", named("a")), call=pay(TAO))
    assert (received(made, named), made.events("SudoAsDone")) == (TAO, [(("Ok", ()),)])
    with pytest.raises(DispatchError, match=r"Sudo\.RequireSudo"):
        made.call(named("a"), "Sudo.remove_key")
    made.call(named("sudo"), "Sudo.remove_key")
    assert (made.state[SUDO_KEY], made.events("KeyRemoved")) == (None, [()])
    with pytest.raises(DispatchError, match=r"Sudo\.RequireSudo"):
        made.call(named("sudo"), "Sudo.sudo", call=pay(TAO))


def test_a_batch_of_free_calls_is_free(as_call, named, pay):
    free = as_call("SubtensorModule.decrease_take", hotkey=named("a"), take=1)
    wrapped = as_call("Proxy.proxy", real=("Id", named("a")), force_proxy_type=None, call=free)
    assert not bill(as_call("Utility.batch", calls=(free, wrapped)), length=100).pays
    assert bill(as_call("Utility.batch", calls=(free, pay(1))), length=100).pays
    assert bill(as_call("Utility.if_else", main=free, fallback=free), length=100).pays
