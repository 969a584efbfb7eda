import pytest

from taokit.devnet.runtime import DispatchError, balances, validate
from taokit.devnet.runtime.subtensor.storage import (
    COLDKEY_SWAP_ANNOUNCEMENTS,
    COLDKEY_SWAP_DISPUTES,
    KAPPA,
)
from taokit.devnet.runtime.utility import SUDO_KEY
from taokit.errors import PoolRefused

TAO = 10**9


@pytest.fixture
def pay(named, as_call):
    """A transfer to `b`."""
    return lambda rao: as_call("Balances.transfer_keep_alive", dest=("Id", named("b")), value=rao)


@pytest.fixture
def made(chain, named):
    """A chain on which `a` holds ten TAO."""
    made = chain(balances={named("a"): 10 * TAO})
    made.mine()
    return made


def received(made, named):
    return balances.free(made.state, named("b"))


def batch_events(made):
    return [event[2:] for event in made.state.events if event[1] == "Utility"]


FUNDS = ("Token", "FundsUnavailable")


def test_a_batch_stops_at_the_first_failure_and_keeps_what_came_before(made, named, pay):
    made.call(named("a"), "Utility.batch", calls=(pay(TAO), pay(99 * TAO), pay(TAO)))
    assert received(made, named) == TAO
    assert batch_events(made) == [("ItemCompleted", ()), ("BatchInterrupted", (1, FUNDS))]


def test_batch_all_keeps_all_or_nothing(made, named, pay):
    with pytest.raises(DispatchError, match="FundsUnavailable"):
        made.call(named("a"), "Utility.batch_all", calls=(pay(TAO), pay(99 * TAO)))
    assert received(made, named) == 0
    assert batch_events(made) == []
    made.call(named("a"), "Utility.batch_all", calls=(pay(TAO), pay(TAO)))
    assert received(made, named) == 2 * TAO
    assert batch_events(made)[-1] == ("BatchCompleted", ())


def test_force_batch_goes_on_after_failures(made, named, pay):
    made.call(named("a"), "Utility.force_batch", calls=(pay(TAO), pay(99 * TAO), pay(TAO)))
    assert received(made, named) == 2 * TAO
    assert batch_events(made) == [
        ("ItemCompleted", ()),
        ("ItemFailed", (FUNDS,)),
        ("ItemCompleted", ()),
        ("BatchCompletedWithErrors", ()),
    ]


def test_batches_directly_inside_batches_are_filtered(made, named, pay, as_call):
    inner = as_call("Utility.batch", calls=(pay(TAO),))
    for outer in ("batch", "batch_all", "force_batch"):
        with pytest.raises(DispatchError, match="CallFiltered"):  # the whole of it, though the first item would do
            made.call(named("a"), f"Utility.{outer}", calls=(pay(TAO), inner))
    assert made.events("Transfer") == made.events("ItemCompleted") == []


def test_root_may_nest_batches(made, named, as_call):
    inner = as_call("Utility.batch", calls=(as_call("AdminUtils.sudo_set_kappa", netuid=1, kappa=5),))
    made.call(named("sudo"), "Sudo.sudo", call=as_call("Utility.batch_all", calls=(inner,)))
    assert made.state[KAPPA, 1] == 5


def test_the_sudo_key_acts_as_root(made, named, as_call):
    call = as_call("AdminUtils.sudo_set_kappa", netuid=1, kappa=5)
    made.offer(named("sudo"), "Sudo.sudo", call=call)
    made.call(named("sudo"), "Sudo.sudo", call=call)
    assert made.state[KAPPA, 1] == 5
    assert made.events("Sudid") == [(("Ok", ()),)]


def test_a_call_that_fails_under_sudo_is_told_in_an_event(made, named, as_call):
    made.call(named("sudo"), "Sudo.sudo", call=as_call("AdminUtils.sudo_set_kappa", netuid=9, kappa=5))
    assert made.events("Sudid") == [(("Err", ("Module", (19, b"\0\0\0\0"))),)]


def test_nobody_else_acts_as_root(made, named, as_call):
    call = as_call("AdminUtils.sudo_set_kappa", netuid=1, kappa=5)
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("a"), "Sudo.sudo", call=call)
    assert refused.value.name == "BadSigner"
    with pytest.raises(DispatchError, match="RequireSudo"):
        made.call(named("a"), "Sudo.sudo", call=call)


def test_the_sudo_key_hands_itself_on(made, named):
    made.call(named("sudo"), "Sudo.set_key", new=("Id", named("a")))
    assert made.state[SUDO_KEY] == named("a")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("SubtensorModule.lock_stake", "SubtensorModule.DisabledTemporarily"),
        ("AdminUtils.sudo_set_evm_chain_id", "System.CallFiltered"),
        ("System.set_heap_pages", "System.CallFiltered"),
    ],
)
def test_calls_without_a_rule_are_refused_by_name(made, named, path, error):
    with pytest.raises(DispatchError, match=error):
        made.call(named("a"), path)


def test_the_pool_names_a_call_that_has_no_rule_also_inside_another(made, named, as_call):
    lock = as_call("SubtensorModule.lock_stake", hotkey=named("a"), netuid=1, amount=1)
    for call in (lock, as_call("Utility.batch", calls=(as_call("System.remark", remark=b""), lock))):
        with pytest.raises(PoolRefused, match=r"255 \(SubtensorModule\.lock_stake is not implemented on this devnet\)"):
            validate(made.state, named("a"), call)


def test_a_failed_call_leaves_neither_writes_nor_events(made, named, as_call):
    before, events = sorted(map(repr, made.state.stored())), list(made.state.events)
    with pytest.raises(DispatchError):
        made.call(named("a"), "SubtensorModule.burned_register", netuid=1, hotkey=named("m0"))
    assert (sorted(map(repr, made.state.stored())), made.state.events) == (before, events)


def test_a_disputed_coldkey_swap_stops_everything(made, named, pay):
    made.state[COLDKEY_SWAP_ANNOUNCEMENTS, named("a")] = (1, bytes(32))
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("a"), "Balances.transfer_keep_alive", **pay(TAO).args)
    assert (refused.value.name, refused.value.custom) == ("ColdkeySwapAnnounced", 0)
    made.state[COLDKEY_SWAP_DISPUTES, named("a")] = 1
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("a"), "Balances.transfer_keep_alive", **pay(TAO).args)
    assert (refused.value.name, refused.value.custom) == ("ColdkeySwapDisputed", 21)
