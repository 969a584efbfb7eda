import pytest

from taokit.devnet.runtime import DecodedCall, balances, bill, charge, check_payment, settle
from taokit.devnet.runtime.fees import BASE_WEIGHT, weight_fee
from taokit.devnet.runtime.subtensor import shares, storage
from taokit.errors import PoolRefused

TAO = 10**9


@pytest.fixture
def pay(named):
    return DecodedCall("Balances", "transfer_keep_alive", {"dest": ("Id", named("a")), "value": 5})


@pytest.fixture
def unstake(named):
    args = {"hotkey": named("v0"), "netuid": 1, "amount_unstaked": TAO}
    return DecodedCall("SubtensorModule", "remove_stake", args)


@pytest.mark.parametrize(
    ("picoseconds", "rao"), [(0, 0), (999, 0), (1000, 0), (1001, 1), (2000, 1), (3000, 1), (3001, 2)]
)
def test_two_thousand_picoseconds_cost_a_rao_to_the_nearest(picoseconds, rao):
    assert weight_fee(picoseconds) == rao


def test_a_fee_is_base_bytes_weight_and_tip(pay):
    owed = bill(pay, length=143, tip=7)
    assert owed.total == weight_fee(BASE_WEIGHT) + 143 + weight_fee(owed.weight) + 7
    assert 10**5 < owed.total < 10**6  # a transfer costs some hundred thousand rao


def test_a_batch_weighs_as_much_as_what_it_carries(pay):
    one, three = (bill(DecodedCall("Utility", "batch", {"calls": (pay,) * count}), length=100) for count in (1, 3))
    assert three.weight - one.weight == 2 * (
        bill(pay, length=0).weight - bill(pay, length=0).weight % 1000 - 67_583_000
    )


@pytest.mark.parametrize("name", ["set_weights", "serve_axon", "commit_weights", "increase_take"])
def test_what_neurons_do_every_day_is_free_but_for_a_tip(name):
    call = DecodedCall("SubtensorModule", name, {})
    assert (bill(call, length=500).total, bill(call, length=500, tip=9).total) == (0, 9)


def test_the_payer_pays_and_the_fee_ceases_to_exist(chain, named, pay):
    made = chain()
    made.mine()
    owed, free = bill(pay, length=143), balances.free(made.state, named("rich"))
    issued = made.state[storage.TOTAL_ISSUANCE], made.state[balances.ISSUANCE]
    paid = charge(made.state, named("rich"), owed)
    settle(made.state, named("rich"), owed, paid=paid, succeeded=False)
    assert free - balances.free(made.state, named("rich")) == paid == owed.total
    assert issued[0] - made.state[storage.TOTAL_ISSUANCE] == issued[1] - made.state[balances.ISSUANCE] == paid
    assert made.events("TransactionFeePaid") == [(named("rich"), paid, 0)]


def test_who_cannot_pay_and_stay_alive_is_refused(chain, named, pay):
    owed = bill(pay, length=143)
    money = {named("just"): owed.total + 500, named("short"): owed.total + 499}
    made = chain(balances=money)
    check_payment(made.state, named("just"), owed)
    for name in ("short", "stranger"):
        with pytest.raises(PoolRefused, match="Inability to pay some fees") as refused:
            check_payment(made.state, named(name), owed)
        assert (refused.value.name, refused.value.code) == ("Payment", 1010)


def test_free_calls_need_no_account(chain, named):
    call = DecodedCall("SubtensorModule", "serve_axon", {})
    check_payment(chain().state, named("stranger"), bill(call, length=100))


def test_without_tao_the_alpha_that_a_call_touches_is_sold_for_its_fee(chain, named, unstake):
    made = chain(balances={named("cold-v0"): 600})
    made.mine()
    owed = bill(unstake, length=150)
    check_payment(made.state, named("cold-v0"), owed)
    paid = charge(made.state, named("cold-v0"), owed)
    sold = 1000 * TAO - shares.stake_of(made.state, named("v0"), named("cold-v0"), 1)
    assert paid == pytest.approx(owed.total, rel=1e-4)
    assert made.events("TransactionFeePaidWithAlpha") == [(named("cold-v0"), 1, sold, paid)]
    assert balances.free(made.state, named("cold-v0")) == 600


def test_without_enough_alpha_either_it_is_refused(chain, named, unstake):
    made = chain(balances={named("cold-m0"): 600})
    with pytest.raises(PoolRefused, match="Inability"):
        check_payment(made.state, named("cold-m0"), bill(unstake, length=150))


@pytest.mark.parametrize(("succeeded", "kept"), [(True, 3), (False, None)])
def test_sudo_is_given_back_when_it_succeeds(chain, named, pay, succeeded, kept):
    made = chain(balances={named("sudo"): TAO})
    owed = bill(DecodedCall("Sudo", "sudo", {"call": pay}), length=150, tip=3)
    paid = charge(made.state, named("sudo"), owed)
    settle(made.state, named("sudo"), owed, paid=paid, succeeded=succeeded)
    assert TAO - balances.free(made.state, named("sudo")) == (paid if kept is None else kept)
    assert made.state[storage.TOTAL_ISSUANCE] == made.state[balances.ISSUANCE]
