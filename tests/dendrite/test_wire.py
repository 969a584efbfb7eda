import pytest

from taokit.dendrite.wire import head_of
from taokit.errors import LocalError
from taokit.protocol import SignedRequest


@pytest.mark.parametrize(("host", "written"), [("8.8.8.8", "8.8.8.8:8091"), ("2001:db8::1", "[2001:db8::1]:8091")])
def test_a_request_names_the_literal_address(host, written):
    head = head_of(host, 8091, SignedRequest("/Echo", (("name", "Echo"), ("x", "é")), b"12345"))
    assert head.endswith(b"\r\n\r\n")
    line, *fields = head.decode().removesuffix("\r\n\r\n").split("\r\n")
    headers = dict(field.split(": ", 1) for field in fields)
    assert line == "POST /Echo HTTP/1.1"
    assert (headers["Host"], headers["name"], headers["x"], headers["Content-Length"]) == (written, "Echo", "é", "5")


@pytest.mark.parametrize("evil", ["a\r\nHost: x", "a\nb", "a\rb", "a\0b", "\ud800"])
def test_a_header_ends_with_its_line(evil):
    for request in (
        SignedRequest("/Echo", (("name", evil),), b""),
        SignedRequest("/Echo", ((evil, "x"),), b""),
        SignedRequest(evil, (), b""),
    ):
        with pytest.raises(LocalError):
            head_of("8.8.8.8", 80, request)
