import pytest

from taokit.chain import Storage, arun, run, several
from taokit.chain.drive import through

ONE, TWO = Storage("P", "One"), Storage("P", "Two", (5,))
CHAIN = {ONE: 1, TWO: 2}


def total():
    one = yield ONE
    return one + (yield TWO)


def together():
    one, two = yield several(ONE, TWO)
    return one + two


@pytest.mark.parametrize("read", [total, together])
async def test_a_dict_is_a_chain(read):
    async def ask(request):
        return CHAIN[request]

    assert run(read(), CHAIN.__getitem__) == 3
    assert await arun(read(), ask) == 3


def test_the_steps_of_an_answer_go_to_whoever_drives():
    def answer(request):
        return (yield f"asked for {request.item}")

    steps = through(total(), answer)
    assert next(steps) == "asked for One"
    assert steps.send(10) == "asked for Two"
    with pytest.raises(StopIteration) as done:
        steps.send(20)
    assert done.value.value == 30


def test_a_read_that_asks_nothing():
    def nothing():
        return 5
        yield

    assert run(nothing(), CHAIN.__getitem__) == 5
