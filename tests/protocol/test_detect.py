import pytest

from taokit.errors import Malformed
from taokit.protocol import FormatOff, check_unique, detect, headers_by_name


@pytest.mark.parametrize(
    ("headers", "format"),
    [
        ({"bt_header_dendrite_hotkey": "x"}, "legacy"),
        ({"bt_header_axon_hotkey": "x"}, "legacy"),
        ({"x-bittensor-version": "1"}, "btauth"),
        ({"x-bittensor-signature": "0x"}, "btauth"),
        ({"epistula-version": "2"}, "epistula"),
        ({"epistula-uuid": "u"}, "epistula"),
        ({"x-bt_header_axon_hotkey": "x"}, None),
        ({"accept": "*/*"}, None),
    ],
)
def test_a_format_is_known_by_its_marks(headers, format):
    assert detect(headers) == format


def test_two_formats_at_once_are_refused():
    with pytest.raises(Malformed, match="several"):
        detect({"x-bittensor-nonce": "1", "bt_header_dendrite_hotkey": "x"})


def test_a_format_that_is_off_is_refused():
    with pytest.raises(FormatOff, match="epistula"):
        detect({"epistula-version": "2"}, accepted=("legacy", "btauth"))


def test_header_names_ignore_case_and_a_repeated_one_is_noted():
    headers, repeated = headers_by_name([("Timeout", "1"), ("timeout", "2"), ("Accept", "a"), ("accept", "b")])
    assert headers["timeout"] == "2"
    assert repeated == ["timeout", "accept"]


@pytest.mark.parametrize("name", ["timeout", "bt_header_dendrite_nonce", "x-bittensor-nonce", "content-type"])
def test_a_repeated_header_of_a_format_is_malformed(name):
    with pytest.raises(Malformed, match=name):
        check_unique([name])
    check_unique(["accept"])
