import json
import sys

import pytest

from taokit.devnet.rpc.forms import hexed
from taokit.devnet.rpc.protocol import Fault, Request, Unreadable, answer, pool_fault, read, refusal, written
from taokit.errors import PoolRefused


def test_a_call():
    said = read('{"jsonrpc":"2.0","id":"a","method":"m","params":[1,null]}')
    assert said == Request("m", (1, None), "a", is_notification=False)
    assert read('{"jsonrpc":"2.0","method":"m"}') == Request("m", (), None, is_notification=True)


@pytest.mark.parametrize(
    ("text", "code", "id"),
    [
        ("", -32700, None),
        ("{", -32700, None),
        ("nonsense", -32700, None),
        ("[" * 100_000, -32700, None),
        ('{"id": NaN}', -32700, None),
        (b"\xff\xfe\xfd", -32700, None),
        ("1" * 10_000, -32700, None),
        ("[]", -32600, None),
        ("17", -32600, None),
        ('"m"', -32600, None),
        ('{"id":7}', -32600, 7),
        ('{"jsonrpc":"1.0","id":7,"method":"m"}', -32600, 7),
        ('{"jsonrpc":"2.0","id":7,"method":7}', -32600, 7),
        ('{"jsonrpc":"2.0","id":-1,"method":"m"}', -32600, None),
        ('{"jsonrpc":"2.0","id":true,"method":"m"}', -32600, None),
        ('{"jsonrpc":"2.0","id":{},"method":"m"}', -32600, None),
        ('{"jsonrpc":"2.0","id":7,"method":"m","params":{"a":1}}', -32602, 7),
        ('{"jsonrpc":"2.0","id":7,"method":"m","params":"a"}', -32602, 7),
    ],
)
def test_what_is_no_call(text, code, id):
    said = read(text)
    assert isinstance(said, Unreadable)
    assert (said.fault.code, said.id) == (code, id)


def nested(depth):
    return '{"jsonrpc":"2.0","id":1,"method":"m","params":' + "[" * depth + "]" * depth + "}"


def test_depth_is_bounded_whatever_the_interpreter_bears():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(100_000)  # as py_ecc does when it is imported
    try:
        assert read("[" * 100_000).fault.code == -32700
        assert read('{"a":' * 100_000).fault.code == -32700
        assert read(nested(127)).fault.code == -32700
        assert read(nested(126)).method == "m"
    finally:
        sys.setrecursionlimit(before)


def test_brackets_in_strings_and_beside_each_other_are_no_depth():
    quoted = json.dumps(json.dumps(["[{", '"\\'] * 500))
    said = read(f'{{"jsonrpc":"2.0","id":1,"method":"m","params":[{quoted}]}}')
    assert json.loads(said.params[0]) == ["[{", '"\\'] * 500
    assert len(read("[" + ",".join([nested(3)] * 200) + "]")) == 200


def test_a_batch_is_a_list_with_what_cannot_be_read_in_its_place():
    first, second, third = read('[{"jsonrpc":"2.0","id":1,"method":"m"}, 3, {"jsonrpc":"2.0","id":2,"method":"n"}]')
    assert (first.method, third.method) == ("m", "n")
    assert second.fault.code == -32600


def test_answers():
    assert written(answer(1, None)) == '{"jsonrpc":"2.0","id":1,"result":null}'
    assert refusal("a", Fault(3, "no"))["error"] == {"code": 3, "message": "no"}
    assert refusal("a", Fault(3, "no", "why"))["error"]["data"] == "why"


def test_refusals_of_the_pool_in_a_nodes_words():
    custom = pool_fault(PoolRefused("Invalid Transaction: Custom error: 6 (X)", name="X", custom=6))
    assert custom.to_json() == {"code": 1010, "message": "Invalid Transaction", "data": "Custom error: 6"}
    stale = pool_fault(PoolRefused("Transaction is outdated", name="Stale"))
    assert stale.to_json()["data"] == "Transaction is outdated"
    assert pool_fault(PoolRefused("Priority is too low", code=1014)).to_json()["code"] == 1014


@pytest.mark.parametrize("id", [None, 7, 'a "quoted" one', "result"])
@pytest.mark.parametrize("result", [b"", bytes(range(256))])
def test_bytes_are_written_as_any_json_would_be(id, result):
    told = answer(id, hexed(result))
    assert json.loads(written(told)) == told
    assert written(told) == json.dumps(told, separators=(",", ":"))
    assert json.loads(written([told, {"nested": told}])) == [told, {"nested": told}]
