import json

import pytest

import taokit.compat as bt


def test_numbers_may_be_text():
    end = bt.TerminalInfo(status_code="200", port="8091")
    end.process_time = "0.25"
    assert (end.status_code, end.port, end.process_time) == (200, 8091, 0.25)
    with pytest.raises(ValueError):
        end.status_code = "many"


def test_it_is_dumped_as_pydantic_would():
    end = bt.TerminalInfo(hotkey="5F", status_code=200)
    assert end.model_dump() == end.dict() == json.loads(end.model_dump_json()) == json.loads(end.json())
    assert end.model_dump()["hotkey"] == "5F"
    copied = end.model_copy()
    copied.hotkey = "5G"
    assert (end.hotkey, end.copy()) == ("5F", end)


def test_both_ends_of_a_message_are_such():
    message = bt.Synapse(dendrite=bt.TerminalInfo(hotkey="5F"), timeout=3.0)
    assert type(message.dendrite) is type(message.axon) is bt.TerminalInfo
    message.dendrite.status_code = "408"
    assert message.is_timeout
    assert message.copy().dendrite == message.dendrite
