from decimal import Decimal

import pytest

from taokit.units import Balance, Price, Rao, rao_of

MIXED = [(Rao(5), Rao(5, 1)), (Rao(5, 1), Rao(5, 2))]


@pytest.mark.parametrize(("one", "other"), MIXED)
@pytest.mark.parametrize("do", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_currencies_never_mix(one, other, do):
    with pytest.raises(TypeError, match=r"cannot mix .* with alpha of subnet"):
        getattr(one, do)(other)


def test_amounts_of_one_currency():
    assert Rao(5, 3) + Rao(7, 3) - Rao(2, 3) == Rao(10, 3)
    assert Rao(5) * 3 == Rao(15)
    assert Rao(5) != Rao(5, 1)
    assert sum([Rao(1), Rao(2)], Rao(0)) == Rao(3)
    assert max(Rao(1, 2), Rao(3, 2)) == Rao(3, 2)
    assert not Rao(0)


@pytest.mark.parametrize(
    ("balance", "text"), [(Rao(1), "0.000000001 τ"), (Rao(1_500 * 10**9), "1,500 τ"), (Rao(10**8, 7), "0.1 α7")]
)
def test_how_amounts_are_written(balance, text):
    assert str(balance) == text


def test_whole_units_are_exact():
    assert Balance.from_tao("0.1") * 3 == Balance.from_tao("0.3")
    assert Rao(1).tao == Decimal("0.000000001")


def test_a_price_turns_one_currency_into_the_other():
    price = Price(2_500_000_000, 7)
    assert price.worth(Rao(4, 7)) == Rao(10)
    assert price.buys(Rao(10)) == Rao(4, 7)
    assert price.buys(Rao(9)) == Rao(3, 7)  # down to a whole rao
    assert (price.tao, str(price)) == (Decimal("2.5"), "2.5 τ/α7")
    with pytest.raises(TypeError, match="takes alpha of subnet 7, not alpha of subnet 8"):
        price.worth(Rao(4, 8))
    with pytest.raises(TypeError, match="takes TAO, not alpha of subnet 7"):
        price.buys(Rao(4, 7))


def test_what_calls_take_for_an_amount():
    assert rao_of(5, 7) == rao_of(Rao(5, 7), 7) == 5
    with pytest.raises(TypeError, match="takes alpha of subnet 7, not TAO"):
        rao_of(Rao(5), 7)
