from taokit.devnet.asides import Asides
from taokit.devnet.runtime.state import HISTORY
from taokit.devnet.runtime.system import NUMBER

CHANGE = (NUMBER, (), 7)


def test_changes_are_known_by_the_block_after_them():
    asides = Asides()
    asides.note(3, [CHANGE])
    asides.note(4, [])
    assert (asides.before(3), asides.before(4)) == ([CHANGE], [])


def test_what_is_too_old_to_be_made_anew_is_forgotten():
    asides = Asides()
    asides.note(3, [CHANGE])
    asides.note(HISTORY + 2, [])
    assert asides.before(3) == [CHANGE]
    asides.note(HISTORY + 3, [])
    assert asides.before(3) == []


def test_blocks_that_are_no_more_take_theirs_along():
    asides = Asides()
    for number in (3, 4, 5):
        asides.note(number, [CHANGE])
    asides.forget(range(4, 6))
    assert [bool(asides.before(number)) for number in (3, 4, 5)] == [True, False, False]
    asides.clear()
    assert asides.before(3) == []
