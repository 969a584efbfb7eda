import json

import pytest

from taokit.errors import BadAnswer, Disconnected, NotServed, TimedOut, Unreachable
from taokit.protocol import Outcome, Response, outcome, read_answer, read_legacy_answer
from wire_classes import Echo

JSON = {"content-type": "application/json"}


def response(value, status=200, **headers):
    body = value if isinstance(value, bytes) else json.dumps(value).encode()
    return Response(status, {**JSON, **headers}, body)


def sent():
    message = Echo(text="in")
    message.timeout = 3.0
    message.dendrite.hotkey, message.axon.hotkey = "5Me", "5Them"
    return message


def test_an_answer_fills_answer_fields_and_nothing_else():
    claims = {"text": "REPLACED", "reply": "out", "timeout": 1.5, "dendrite": {"hotkey": "5Forged"}}
    answer = read_legacy_answer(sent(), response({**claims, "axon": {"hotkey": "5Other", "process_time": 0.25}}))
    assert (answer.text, answer.reply, answer.timeout) == ("in", "out", 3.0)
    assert (answer.dendrite.hotkey, answer.axon.hotkey) == ("5Me", "5Them")
    assert (answer.dendrite.status_code, answer.axon.process_time) == (200, 0.25)


@pytest.mark.parametrize("claimed", ["nan", "-1", "soon", "inf", "1e999", ""])
def test_a_claimed_time_that_is_no_time_is_dropped(claimed):
    answer = read_legacy_answer(sent(), response({}, bt_header_axon_process_time=claimed))
    assert answer.axon.process_time is None


@pytest.mark.parametrize("read", [read_legacy_answer, read_answer])
@pytest.mark.parametrize(
    "bad",
    [
        Response(200, {}, b"{}"),
        Response(200, {"content-type": "text/plain"}, b"{}"),
        response(b""),
        response(b"[1]"),
        response(b"\xef\xbb\xbf{}"),
        response({"reply": 7}),
        response({"message": 5}, 500),
        response(b"", 204),
        Response(503, {"content-type": "text/html"}, b"<html>"),
    ],
)
def test_what_does_not_parse_is_a_bad_answer(read, bad):
    with pytest.raises(BadAnswer):
        read(sent(), bad)


@pytest.mark.parametrize("read", [read_legacy_answer, read_answer])
@pytest.mark.parametrize("status", [201, 307, 401, 404, 503])
def test_another_status_with_an_object_is_not_served(read, status):
    with pytest.raises(NotServed, match="no") as caught:
        read(sent(), response({"message": "no"}, status, bt_header_axon_status_code="200"))
    assert caught.value.status == status


def test_a_header_turns_a_200_into_a_failure():
    with pytest.raises(NotServed) as caught:
        read_legacy_answer(sent(), response({"reply": "x"}, bt_header_axon_status_code="403"))
    assert caught.value.status == 403
    for none in ("abc", "9" * 19):  # the second has more than 64 bits
        with pytest.raises(BadAnswer):
            read_legacy_answer(sent(), response({"reply": "x"}, bt_header_axon_status_code=none))


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (None, Outcome("ok", 200)),
        (NotServed("x", status=429), Outcome("not served", 429)),
        (BadAnswer("x"), Outcome("bad answer", 422)),
        (TimedOut("x"), Outcome("timeout", 408)),
        (Disconnected("x"), Outcome("disconnected", 503)),
        (Unreachable("x"), Outcome("unreachable", 503)),
    ],
)
def test_every_error_has_its_word_and_its_status(error, expected):
    assert outcome(error) == expected
