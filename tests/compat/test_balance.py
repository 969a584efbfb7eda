import pytest

from taokit.compat import Balance, rao, tao
from taokit.units import Rao


def test_numbers_beside_it_are_rao():
    held = Balance.from_tao(1.5)
    assert (held.rao, held.tao, float(held), int(held)) == (1_500_000_000, 1.5, 1.5, 1_500_000_000)
    assert held + 1 == 1_500_000_001
    assert 2 * 10**9 - held == tao(0.5)
    assert held - rao(1) == Balance(1_499_999_999)
    assert sum([held, held]) == Balance.from_float(3.0)
    assert (held * 2).tao == 3.0
    assert (held / 3).rao == 500_000_000
    assert (held // 7, -held, abs(-held)) == (214_285_714, Balance(-1_500_000_000), held)
    assert held > 1
    assert held <= Balance(1.5)
    assert not Balance(0)
    assert len({held, Balance.from_tao(1.5)}) == 1
    assert held != "1.5"


@pytest.mark.parametrize("compared", [lambda held: held < 0.1, lambda held: held + 0.5, lambda held: held == 2.5])
def test_a_fraction_beside_it_is_refused(compared):
    with pytest.raises(TypeError, match="from_tao"):
        compared(Balance.from_tao(1))


def test_currencies_do_not_mix():
    with pytest.raises(TypeError):
        Balance(1) + Balance(1, 7)
    assert Balance(1).set_unit(7) + Balance(1, 7) == Balance(2, 7)


def test_it_shows_its_currency():
    assert str(Balance.of(Rao(5, 3))) == "α30.000000005"
    assert str(Balance(10**9)) == "τ1.000000000"
    assert Balance(5, 3).amount() == Rao(5, 3)
