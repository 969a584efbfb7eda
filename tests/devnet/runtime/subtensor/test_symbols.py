import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor import storage, symbols


def test_there_are_439_different_letters_and_they_begin_as_the_chain_s():
    assert len(symbols.SYMBOLS) == len(set(symbols.SYMBOLS)) == 439
    begin = b"".join(symbols.SYMBOLS[:26]).decode()
    assert begin == "Ταβγδεζηθικλμνξοπρσtυφχψωא"
    assert {len(letter.decode()) for letter in symbols.SYMBOLS} == {1}


def test_a_subnet_gets_its_own_letter_or_the_first_that_is_free(chain):
    state = chain().state
    assert symbols.next_symbol(state, 2).decode() == "β"
    state[storage.TOKEN_SYMBOL, 7] = "β".encode()
    assert symbols.next_symbol(state, 2).decode() == "γ"


@pytest.mark.parametrize(("letter", "error"), [("α", "SymbolAlreadyInUse"), ("?", "SymbolDoesNotExist")])
def test_an_owner_changes_to_a_letter_that_exists_and_is_free(chain, named, letter, error):
    made = chain()
    with pytest.raises(DispatchError, match=error):
        made.call(named("cold-owner"), "SubtensorModule.update_symbol", netuid=1, symbol=letter.encode())
    made.call(named("cold-owner"), "SubtensorModule.update_symbol", netuid=1, symbol="ω".encode())
    assert made.state[storage.TOKEN_SYMBOL, 1].decode() == "ω"
