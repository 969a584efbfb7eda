import pytest

from chains import ALICE, BOB
from taokit.chain import calls, reads
from taokit.devnet import Devnet
from taokit.units import Price, Rao


@pytest.fixture
def chain():
    return Devnet.subnet(miners=1, validators=1).chain()


def test_the_price_is_that_of_the_pool(chain):
    pool, price = chain.read(reads.subnet(1)), chain.read(reads.price(1))
    assert price.rao == pytest.approx(pool.tao_in.rao / pool.alpha_in.rao * 10**9, rel=1e-6)
    assert chain.read(reads.prices()) == {0: Price(10**9, 0), 1: price}


def test_a_purchase_brings_what_was_quoted(chain):
    chain.submit(calls.burned_register(1, BOB.ss58), ALICE)
    quote = chain.read(reads.quote_buy(1, Rao(10**9)))
    chain.submit(calls.add_stake(BOB.ss58, 1, quote.paid), ALICE)
    got = chain.read(reads.stake(BOB.ss58, ALICE.ss58, 1))
    assert got.rao == pytest.approx(quote.got.rao, rel=5e-3)  # a block later
    assert quote.fee < quote.paid
    assert quote.slippage.netuid == quote.got.netuid == 1


def test_a_sale_is_quoted_in_tao(chain):
    quote = chain.read(reads.quote_sell(1, Rao(10**9, 1)))
    assert (quote.paid, quote.fee.netuid, quote.got.netuid) == (Rao(10**9, 1), 1, 0)
    assert quote.got < chain.read(reads.price(1)).worth(quote.paid)


def test_a_trade_that_the_pool_cannot_take_and_one_in_another_s_alpha(chain):
    assert chain.read(reads.quote_buy(1, Rao(2**63))) is None
    with pytest.raises(TypeError, match="takes alpha of subnet 1, not alpha of subnet 2"):
        chain.read(reads.quote_sell(1, Rao(5, 2)))
