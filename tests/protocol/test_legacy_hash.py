import hashlib
import sys

from taokit.protocol import Synapse, body_hash
from taokit.protocol.legacy_hash import REMEMBERED, field_hash, is_served
from taokit.testing.conformance.values import Untyped
from wire_classes import Echo, TextReverse


def sha3(text):
    return hashlib.sha3_256(text.encode()).hexdigest()


def test_a_class_without_hash_fields_is_off_unless_it_asks_nothing_or_its_route_says_so():
    assert is_served(Echo)
    assert is_served(Synapse)
    assert not is_served(TextReverse)
    assert is_served(TextReverse, unbound_body=True)


def test_the_text_of_a_float_and_of_a_nested_list_is_pythons():
    assert field_hash("x") != field_hash("y")
    assert body_hash(Untyped(value=1e-07)) == body_hash(Untyped(value="1e-07"))
    assert body_hash(Untyped(value=[1, "a'b"])) == body_hash(Untyped(value='[1, "a\'b"]'))


def test_a_list_of_hash_fields_binds_like_a_tuple():
    class Listed(Synapse):
        required_hash_fields = ["text"]  # noqa: RUF012  as many a subnet writes it
        text: str = ""

    assert body_hash(Listed(text="hi")) == sha3(sha3("hi"))


def test_a_long_text_is_not_kept_for_its_hash():
    text = "x" * (REMEMBERED + 1)
    held = sys.getrefcount(text)
    assert body_hash(Echo(text=text)) == sha3(sha3(text))
    assert sys.getrefcount(text) == held
