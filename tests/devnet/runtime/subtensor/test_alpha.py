import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor import shares, storage
from taokit.devnet.runtime.swap import ALPHA_BURNED, ALPHA_RECYCLED, TOTAL_ALPHA_ISSUANCE

TAO = 10**9


def give_up(made, named, how, amount, *, netuid=1, hotkey="v0"):
    path = f"SubtensorModule.{how}_alpha"
    made.call(named("cold-v0"), path, hotkey=named(hotkey), amount=amount, netuid=netuid)


@pytest.fixture
def made(chain):
    made = chain()
    made.mine()
    return made


def test_recycled_alpha_ceases_to_exist(made, named):
    out, issued = made.state[storage.SUBNET_ALPHA_OUT, 1], made.state[TOTAL_ALPHA_ISSUANCE, 1]
    give_up(made, named, "recycle", 300 * TAO)
    assert made.state[storage.SUBNET_ALPHA_OUT, 1] == out - 300 * TAO
    assert made.state[TOTAL_ALPHA_ISSUANCE, 1] == issued - 300 * TAO
    assert made.state[ALPHA_RECYCLED, 1] == 300 * TAO
    assert shares.stake_of(made.state, named("v0"), named("cold-v0"), 1) == 700 * TAO


def test_burned_alpha_stays_issued_and_nobody_s(made, named):
    out = made.state[storage.SUBNET_ALPHA_OUT, 1]
    give_up(made, named, "burn", 10**9 * TAO)
    assert made.state[storage.SUBNET_ALPHA_OUT, 1] == out
    assert made.state[ALPHA_BURNED, 1] == 1000 * TAO
    assert made.events("AlphaBurned") == [(named("cold-v0"), named("v0"), 1000 * TAO, 1)]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"netuid": 9}, "SubnetNotExists"),
        ({"netuid": 0}, "CannotBurnOrRecycleOnRootSubnet"),
        ({"hotkey": "nobody"}, "HotKeyAccountNotExists"),
    ],
)
def test_refusals(made, named, change, error):
    with pytest.raises(DispatchError, match=error):
        give_up(made, named, "burn", TAO, **change)


def test_what_is_bought_to_be_burned_is_never_staked(made, named):
    args = {"hotkey": named("v0"), "netuid": 1, "amount": 5 * TAO}
    made.call(named("rich"), "SubtensorModule.add_stake_burn", limit=None, **args)
    ((_, _, _, alpha),) = made.events("AddStakeBurn")
    assert made.state[ALPHA_BURNED, 1] == alpha > 4 * TAO
    assert shares.stake_of(made.state, named("v0"), named("rich"), 1) == 0
    with pytest.raises(DispatchError, match=r"PriceLimitExceeded|SlippageTooHigh"):
        made.call(named("rich"), "SubtensorModule.add_stake_burn", limit=TAO // 2, **args)
