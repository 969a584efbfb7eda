from decimal import ROUND_DOWN, Context, Decimal

from hypothesis import given
from hypothesis import strategies as st

from taokit.devnet.runtime.state import State
from taokit.devnet.runtime.subtensor import shares
from taokit.devnet.runtime.subtensor.storage import ALPHA_V2, TOTAL_HOTKEY_ALPHA, TOTAL_HOTKEY_SHARES_V2

AMOUNT = st.integers(1, 2**64 - 1)
HOT, COLD, OTHER = b"h" * 32, b"c" * 32, b"o" * 32


def value(number):
    return Decimal(number[0]).scaleb(number[1], Context(prec=100))


def test_mantissas_have_one_size():
    assert shares.normal(1, 0) == (10**21, -21)
    assert shares.normal(10**21, 0) == (10**21, 0)
    assert shares.normal(10**22 + 5, 0) == (10**21, 1)
    assert shares.normal(123, 5) == (123 * 10**18, -13)
    assert shares.normal(0, 9) == (0, 0)


@given(a=AMOUNT, b=AMOUNT, c=AMOUNT)
def test_a_product_over_a_divisor_keeps_nineteen_digits(a, b, c):
    found = value(shares.multiply_divide(*(shares.normal(number, 0) for number in (a, b, c))))
    exact = Context(prec=60, rounding=ROUND_DOWN).divide(Decimal(a * b), Decimal(c))
    assert 0 <= exact - found <= exact * Decimal("1e-19")


@given(a=AMOUNT, b=AMOUNT)
def test_sums_and_differences_of_rao_are_exact(a, b):
    left, right = shares.normal(a, 0), shares.normal(b, 0)
    assert shares.whole(shares.add(left, right)) == a + b
    assert shares.whole(shares.subtract(left, right)) == max(0, a - b)


def test_growth_reaches_everybody_in_proportion():
    state = State()
    shares.give(state, HOT, COLD, netuid=1, alpha=300)
    shares.give(state, HOT, OTHER, netuid=1, alpha=100)
    shares.grow(state, HOT, 1, 40)
    assert [shares.stake_of(state, HOT, cold, 1) for cold in (COLD, OTHER)] == [330, 110]


def test_a_position_that_is_taken_out_whole_leaves_no_entry():
    state = State()
    shares.give(state, HOT, COLD, netuid=1, alpha=300)
    shares.take(state, HOT, COLD, netuid=1, alpha=300)
    assert all(
        place not in state
        for place in ((ALPHA_V2, HOT, COLD, 1), (TOTAL_HOTKEY_SHARES_V2, HOT, 1), (TOTAL_HOTKEY_ALPHA, HOT, 1))
    )


def test_nobody_takes_more_than_it_holds():
    state = State()
    shares.give(state, HOT, COLD, netuid=1, alpha=300)
    shares.take(state, HOT, COLD, netuid=1, alpha=301)
    assert shares.stake_of(state, HOT, COLD, 1) == 300


STEP = st.tuples(st.sampled_from(["give", "take", "grow"]), st.integers(0, 3), st.integers(10**6, 10**15))


@given(steps=st.lists(STEP, min_size=1, max_size=30))
def test_positions_never_exceed_the_pool_and_miss_it_by_dust_only(steps):
    state, colds = State(), [bytes([who]) * 32 for who in range(4)]
    for what, who, amount in steps:
        if what == "give":
            shares.give(state, HOT, colds[who], netuid=1, alpha=amount)
        elif what == "take":
            shares.take(state, HOT, colds[who], netuid=1, alpha=amount)
        elif state[TOTAL_HOTKEY_SHARES_V2, HOT, 1][0]:
            shares.grow(state, HOT, 1, amount)
    held = sum(shares.stake_of(state, HOT, cold, 1) for cold in colds)
    total = state[TOTAL_HOTKEY_ALPHA, HOT, 1]
    assert -4 <= total - held <= 8 + total * 10**-15
