import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taokit.backends.rpc import EARLY, Answer, Garbled, Ledger, Notice, Refusal, Stray


def answer(id, result):
    return json.dumps({"jsonrpc": "2.0", "id": id, "result": result})


def notice(subscription, item):
    return json.dumps({"jsonrpc": "2.0", "method": "n", "params": {"subscription": subscription, "result": item}})


def test_a_request_is_json_rpc_with_a_number_of_its_own():
    ledger = Ledger()
    first, text = ledger.ask("state_call", ["0x00", None])
    second, _ = ledger.ask("chain_getHeader", [])
    assert json.loads(text) == {"jsonrpc": "2.0", "id": first, "method": "state_call", "params": ["0x00", None]}
    assert first != second


def test_answers_come_in_any_order_and_once():
    ledger = Ledger()
    first, second = ledger.ask("a", [])[0], ledger.ask("b", [])[0]
    assert ledger.take(answer(second, 2)) == [Answer(second, 2)]
    assert ledger.take(answer(first, None)) == [Answer(first, None)]
    assert ledger.take(answer(first, 1)) == []


def test_an_error_is_an_answer_too():
    ledger = Ledger()
    id, _ = ledger.ask("a", [])
    text = json.dumps({"id": id, "error": {"code": 1010, "message": "Invalid Transaction", "data": "Custom error: 6"}})
    assert ledger.take(text) == [Refusal(id, 1010, "Invalid Transaction", "Custom error: 6")]


def test_the_answer_to_what_nobody_waits_for_is_let_pass():
    ledger = Ledger()
    id, _ = ledger.ask("a", [])
    ledger.forget(id)
    assert ledger.take(answer(id, 1)) == []


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "nonsense", "[]", "1", "null", "{}", '"a"', "[" * 100_000, "9" * 5_000, '{"id":1}'),
        *('{"id":7,"result":1}', '{"id":0,"result":1}', '{"id":-1,"result":1}', '{"id":"1","result":1}'),
        *('{"id":null,"error":{"code":-32700,"message":"Parse error"}}', '{"id":1,"error":"no"}'),
        *('{"method":"n","params":[1]}', '{"method":"n","params":{"subscription":null,"result":1}}'),
        '[{"id":1,"result":1}]',
    ],
    ids=lambda text: text[:30],
)
def test_anything_else_is_garbled(text):
    ledger = Ledger()
    ledger.ask("a", [])
    with pytest.raises(Garbled):
        ledger.take(text)


def test_notices_go_to_whoever_opened_the_subscription():
    ledger = Ledger()
    one, other = ledger.ask("s", [], ends="u")[0], ledger.ask("s", [], ends="u")[0]
    assert ledger.take(answer(other, "x")) == [Answer(other, "x")]
    assert ledger.take(answer(one, 5)) == [Answer(one, 5)]
    assert ledger.take(notice(5, "head")) == [Notice(one, "head")]
    assert ledger.take(notice("x", "head")) == [Notice(other, "head")]


def test_a_notice_that_overtakes_its_subscription_is_kept():
    ledger = Ledger()
    id, _ = ledger.ask("s", [], ends="u")
    assert ledger.take(notice("x", 1)) == []
    assert ledger.take(answer(id, "x")) == [Answer(id, "x"), Notice(id, 1)]
    assert ledger.take(notice("y", 1)) == []


def test_notices_for_nobody_are_not_hoarded():
    ledger = Ledger()
    ledger.take(notice("x", 0))
    id, _ = ledger.ask("s", [], ends="u")
    for number in range(EARLY + 9):
        ledger.take(notice("x", number))
    assert len(ledger.take(answer(id, "x"))) == 1 + EARLY


def test_ending_a_subscription_names_the_node_s_number():
    ledger = Ledger()
    id, _ = ledger.ask("s", [], ends="u")
    assert ledger.end(id, "u") is None
    ledger.take(answer(id, "x"))
    ended = json.loads(ledger.end(id, "u"))
    assert (ended["method"], ended["params"]) == ("u", ["x"])
    assert ledger.take(answer(ended["id"], True)) == []
    assert ledger.take(notice("x", 1)) == []
    assert ledger.end(id, "u") is None


def test_a_subscription_that_comes_too_late_is_ended():
    ledger = Ledger()
    id, _ = ledger.ask("s", [], ends="u")
    ledger.forget(id)
    [stray] = ledger.take(answer(id, "x"))
    assert isinstance(stray, Stray)
    assert json.loads(stray.text)["params"] == ["x"]


@pytest.mark.parametrize("number", [None, [], {}, 1.5])
def test_a_subscription_needs_a_number(number):
    ledger = Ledger()
    id, _ = ledger.ask("s", [], ends="u")
    with pytest.raises(Garbled):
        ledger.take(answer(id, number))


def test_two_subscriptions_under_one_number_cannot_be_told_apart():
    ledger = Ledger()
    one, other = ledger.ask("s", [], ends="u")[0], ledger.ask("s", [], ends="u")[0]
    ledger.take(answer(one, "x"))
    with pytest.raises(Garbled):
        ledger.take(answer(other, "x"))


SCRAPS = st.sampled_from(["{", "}", "[", "]", ":", ",", '"id"', '"result"', '"error"', "1", "2", "-1", "null", '"x"',
                          '"method"', '"params"', '"subscription"', '"code"', '"message"', "1e999", "NaN"])  # fmt: skip


@given(st.lists(SCRAPS, max_size=20).map("".join) | st.text(max_size=20))
def test_no_message_does_anything_else(text):
    ledger = Ledger()
    ledger.ask("a", [])
    ledger.ask("s", [], ends="u")
    try:
        ledger.take(text)
    except Garbled:
        return
