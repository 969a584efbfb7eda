import json

import pytest

from taokit.dendrite import Target
from taokit.dendrite.formats import Formats, advised, stated
from taokit.errors import NotServed
from taokit.protocol import Response

JSON = {"content-type": "application/json"}


def target(port=8091, **changes):
    return Target(**{"uid": 0, "hotkey": "5H", "ip": "1.2.3.4", "port": port, "version": 10_005_000, **changes})


def naming(*formats, status=400):
    text = "one format at a time, of " + ", ".join(formats)
    return Response(status, JSON, json.dumps({"message": text}).encode())


OK = Response(200, JSON, b"{}")
MALFORMED = Response(400, JSON, b'{"message": "malformed request"}')


@pytest.mark.parametrize(
    ("version", "format"),
    [(10_005_000, "legacy"), (7_002_000, "legacy"), (6_000_000, "legacy"), (1, "btauth/1"), (0, "btauth/1"),
     (11_000_000, "btauth/1"), (2**32 - 1, "btauth/1")],
)  # fmt: skip
def test_the_record_on_chain_says_where_to_begin(version, format):
    assert stated(target(version=version)) == Formats().of(target(version=version)) == format


@pytest.mark.parametrize(
    ("spoken", "named", "then"),
    [
        ("legacy", ["btauth"], "btauth/1"),
        ("legacy", ["epistula", "btauth"], "btauth/1"),
        ("legacy", ["epistula"], "epistula/2"),
        ("legacy", ["legacy"], "legacy"),
        ("legacy", ["smoke", "signals"], "legacy"),
        ("epistula/2", ["legacy"], "legacy"),
        ("epistula/2", ["btauth", "legacy"], "btauth/1"),
        ("btauth/1", ["legacy", "epistula"], "legacy"),
    ],
)
def test_a_refusal_leads_to_a_format_stronger_than_what_was_spoken_or_to_none(spoken, named, then):
    formats = Formats()
    formats.note(target(), spoken, naming(*named))
    assert formats.of(target()) == then


@pytest.mark.parametrize("answer", [OK, MALFORMED, naming("legacy"), naming("legacy", status=401)])
def test_no_answer_talks_it_down(answer):
    formats = Formats()
    formats.note(target(), "legacy", naming("btauth"))
    formats.note(target(), "btauth/1", OK)
    for spoken in ("btauth/1", "epistula/2", "legacy"):
        formats.note(target(), spoken, answer)
        formats.note(target(version=1), spoken, answer)
    assert formats.of(target()) == formats.of(target(version=1)) == "btauth/1"


def test_a_format_that_was_named_but_is_not_understood_is_forgotten():
    formats = Formats()
    formats.note(target(), "legacy", naming("btauth"))
    formats.note(target(), "btauth/1", Response(503, JSON, b"{}"))
    assert formats.of(target()) == "btauth/1"
    formats.note(target(), "btauth/1", MALFORMED)
    assert formats.of(target()) == "legacy"


@pytest.mark.parametrize(
    "answer",
    [
        Response(200, JSON, naming("btauth").body),
        Response(401, JSON, naming("btauth").body),
        Response(400, {"content-type": "text/html"}, naming("btauth").body),
        Response(400, JSON, b'{"message": ["btauth"]}'),
        Response(400, JSON, b"{nope"),
        Response(400, JSON, b'{"message": "btauth"}'),
    ],
)
def test_only_a_refusal_in_the_fixed_words_teaches(answer):
    formats = Formats()
    formats.note(target(), "legacy", answer)
    assert (formats.of(target()), len(formats)) == ("legacy", 0)


def test_what_is_learned_is_of_one_record_and_of_a_bounded_number_of_endpoints():
    formats = Formats(remembered=2)
    for port in (1, 2, 3):
        formats.note(target(port), "legacy", naming("btauth"))
        formats.of(target(1))
    assert len(formats) == 2
    assert [formats.of(target(port)) for port in (1, 2, 3)] == ["btauth/1", "legacy", "btauth/1"]
    assert formats.of(target(1, version=9_000_000)) == formats.of(target(1, hotkey="5G")) == "legacy"


def test_a_key_is_led_to_no_format_that_it_cannot_sign():
    formats = Formats(can=frozenset({"legacy", "btauth/1"}))
    formats.note(target(), "legacy", naming("epistula"))
    assert formats.of(target()) == "legacy"


def test_who_is_refused_hears_what_to_set_in_a_program_and_on_the_command_line():
    refused, busy = (NotServed("one format at a time, of btauth, legacy", status=status) for status in (400, 503))
    advised(refused, "epistula/2")
    advised(busy, "epistula/2")
    assert all(word in refused.hint for word in ("btauth/1, legacy", "epistula/2", "`format`", "`--format`"))
    assert busy.hint is None
