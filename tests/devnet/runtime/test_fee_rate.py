import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.swap import FEE_RATE


@pytest.fixture
def made(chain):
    made = chain()
    made.mine()
    return made


def test_root_sets_what_trades_cost(made):
    assert made.state[FEE_RATE, 1] == 33
    made.call(None, "Swap.set_fee_rate", netuid=1, rate=10_000)
    assert made.state[FEE_RATE, 1] == 10_000
    assert made.events("FeeRateSet") == [(1, 10_000)]


@pytest.mark.parametrize(
    ("origin", "netuid", "rate", "error"),
    [
        ("a", 1, 1, "BadOrigin"),
        (None, 9, 1, r"Swap\.MechanismDoesNotExist"),
        (None, 1, 10_001, r"Swap\.FeeRateTooHigh"),
    ],
)
def test_fees_that_the_chain_refuses(made, named, origin, netuid, rate, error):
    with pytest.raises(DispatchError, match=error):
        made.call(origin and named(origin), "Swap.set_fee_rate", netuid=netuid, rate=rate)


def test_liquidity_of_users_is_gone(made, named):
    with pytest.raises(DispatchError, match=r"Swap\.Deprecated"):
        made.call(named("a"), "Swap.toggle_user_liquidity", netuid=1, enable=True)
