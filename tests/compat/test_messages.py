import numpy as np
import pytest

from taokit import compat as bt
from taokit.errors import ConfigurationError
from taokit.protocol import dump_answer, dump_question, parse_answer, parse_question


class Both(bt.Synapse):
    required_hash_fields = ("asked",)

    asked: str
    hint: str = "none"
    answered: int | None = None


def test_a_field_with_a_default_travels_both_ways():
    sent = Both(asked="a", hint="b", answered=1)
    arrived = parse_question(Both, dump_question(sent))
    assert (arrived.asked, arrived.hint, arrived.answered) == ("a", "b", 1)
    arrived.hint, arrived.answered = "c", 2
    back = parse_answer(sent, dump_answer(arrived))
    assert (back.hint, back.answered) == ("c", 2)


def test_an_answer_never_overwrites_what_had_to_be_asked():
    back = parse_answer(Both(asked="mine"), b'{"asked": "theirs", "answered": 3}')
    assert (back.asked, back.answered) == ("mine", 3)


def test_the_ends_and_the_timeout_are_given_as_in_sdk_10():
    made = Both(asked="a", timeout=3, dendrite=bt.TerminalInfo(hotkey="5F"), name="ignored", total_size=7)
    assert (made.timeout, made.dendrite.hotkey, made.name) == (3, "5F", "Both")
    assert Both(asked="a").timeout == 12


def test_the_status_has_words():
    made = Both(asked="a")
    for status, word in ((200, "is_success"), (408, "is_timeout"), (403, "is_blacklist"), (401, "failed_verification")):
        made.dendrite.status_code = status
        assert getattr(made, word)
        assert made.is_failure == (status != 200)


def test_a_copy_has_ends_of_its_own():
    made = Both(asked="a")
    other = made.copy()
    other.dendrite.hotkey = "5F"
    assert made.dendrite.hotkey is None


def test_required_fields_and_deserialize():
    made = Both(asked="a")
    assert made.get_required_fields() == ["asked"]
    assert made.deserialize() is made
    # sha3-256 of the hash of "a", from hashlib in another process
    import hashlib

    inner = hashlib.sha3_256(b"a").hexdigest()
    assert made.body_hash == hashlib.sha3_256(inner.encode()).hexdigest()


def test_a_reserved_name_says_what_to_do():
    with pytest.raises(ConfigurationError, match="timeout"):
        type("Bad", (bt.Synapse,), {"__annotations__": {"timeout": float}, "timeout": 3.0})


class Arrays(bt.Synapse):
    numbers: bt.Tensor | None = None


def test_tensors_travel_and_come_back():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    arrived = parse_question(Arrays, dump_question(Arrays(numbers=bt.Tensor.serialize(array))))
    assert np.array_equal(arrived.numbers.deserialize(), array)
    assert bt.tensor([1, 2]).tolist() == [1, 2]


def test_a_tensor_is_never_unpickled():
    with pytest.raises(ValueError):
        bt.Tensor(buffer="gASVAAAA", dtype="float32", shape=[1]).deserialize()


def test_an_unknown_name_leads_to_the_page():
    with pytest.raises(AttributeError, match=r"no SubnetsAPI: ask with .*move-from-sdk-10\.md#what-is-not-here"):
        bt.SubnetsAPI  # noqa: B018
