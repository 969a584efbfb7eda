import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor import storage
from taokit.errors import PoolRefused

MOST = 11796


@pytest.fixture
def made(chain):
    made = chain(settings={"TxDelegateTakeRateLimit": 50, "TxChildkeyTakeRateLimit": 50})
    made.mine(5)
    return made


def take(made, named, how, part, *, by="cold-v0", hotkey="v0"):
    made.call(named(by), f"SubtensorModule.{how}_take", hotkey=named(hotkey), take=part)


def test_a_take_falls_at_once_and_rises_after_a_while(made, named):
    take(made, named, "decrease", 5000)
    take(made, named, "decrease", 4000)
    made.mine(50)
    with pytest.raises(DispatchError, match="DelegateTxRateLimitExceeded"):
        take(made, named, "increase", 6000)
    made.mine()
    take(made, named, "increase", 6000)
    assert made.state[storage.DELEGATES, named("v0")] == 6000
    assert made.events("TakeIncreased") == [(named("cold-v0"), named("v0"), 6000)]


@pytest.mark.parametrize(("how", "part"), [("decrease", 5000), ("decrease", 5001), ("increase", 5000)])
def test_a_take_must_move_the_way_the_call_says(made, named, how, part):
    made.state[storage.DELEGATES, named("v0")] = 5000
    with pytest.raises(DispatchError, match="DelegateTakeTooLow"):
        take(made, named, how, part)


@pytest.mark.parametrize(
    ("args", "code"),
    [
        ({"take": MOST + 1}, 27),
        ({"take": 5}, 26),
        ({"hotkey": "nobody"}, 4),
        ({"by": "rich"}, 25),
    ],
)
def test_the_pool_knows_bounds_and_owners(made, named, args, code):
    made.state[storage.MIN_DELEGATE_TAKE] = 10
    args = {"take": 100, "hotkey": "v0", "by": "cold-v0", **args}
    with pytest.raises(PoolRefused) as refused:
        made.offer(named(args["by"]), "SubtensorModule.increase_take", hotkey=named(args["hotkey"]), take=args["take"])
    assert refused.value.custom == code


def test_a_child_s_take_has_its_own_bounds_and_limit(made, named):
    def child(part):
        made.call(named("cold-v0"), "SubtensorModule.set_childkey_take", hotkey=named("v0"), netuid=1, take=part)

    made.state[storage.MIN_CHILDKEY_TAKE_PER_SUBNET, 1] = 100
    with pytest.raises(DispatchError, match="InvalidChildkeyTake"):
        child(99)
    child(200)
    with pytest.raises(DispatchError, match="TxChildkeyTakeRateLimitExceeded"):
        child(300)
    child(150)
    made.mine(50)
    child(300)
    assert made.state[storage.CHILDKEY_TAKE, named("v0"), 1] == 300
