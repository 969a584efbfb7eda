import pytest

from taokit.compat import Balance
from taokit.units import Rao


def test_numbers_beside_it_are_tao():
    held = Balance.from_tao(1.5)
    assert (held.rao, held.tao, float(held), int(held)) == (1_500_000_000, 1.5, 1.5, 1_500_000_000)
    assert held + 1 == 2.5
    assert held - Balance.from_rao(1) == Balance(1_499_999_999)
    assert (held * 2).tao == 3.0
    assert (held / 3).rao == 500_000_000
    assert held > 1
    assert held <= Balance.from_tao(1.5)
    assert not Balance(0)
    assert len({held, Balance.from_tao(1.5)}) == 1


def test_currencies_do_not_mix():
    with pytest.raises(TypeError):
        Balance(1) + Balance(1, 7)


def test_it_shows_its_currency():
    assert str(Balance.of(Rao(5, 3))) == "α30.000000005"
    assert str(Balance(10**9)) == "τ1.000000000"
