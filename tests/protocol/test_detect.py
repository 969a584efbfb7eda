import pytest

from taokit.errors import Malformed
from taokit.protocol import FormatOff, header_names


@pytest.mark.parametrize(
    ("name", "format"),
    [
        ("bt_header_dendrite_hotkey", "legacy"),
        ("bt_header_axon_hotkey", "legacy"),
        ("x-bittensor-version", "btauth"),
        ("x-bittensor-signature", "btauth"),
        ("epistula-version", "epistula"),
        ("epistula-uuid", "epistula"),
        ("x-bt_header_axon_hotkey", None),
        ("accept", None),
    ],
)
def test_a_format_is_known_by_its_marks(name, format):
    assert header_names((name,)).format() == format


def test_two_formats_at_once_are_refused():
    with pytest.raises(Malformed, match="several"):
        header_names(("x-bittensor-nonce", "bt_header_dendrite_hotkey")).format()


def test_a_format_that_is_off_is_refused():
    with pytest.raises(FormatOff, match="epistula"):
        header_names(("epistula-version",)).format(("legacy", "btauth"))


def test_header_names_ignore_case_and_a_repeated_one_is_noted():
    names = header_names(("Timeout", "timeout", "Accept", "accept", "Host"))
    assert names.lower == ("timeout", "timeout", "accept", "accept", "host")
    assert names.repeated == ("timeout", "accept")


@pytest.mark.parametrize("name", ["timeout", "bt_header_dendrite_nonce", "x-bittensor-nonce", "content-type"])
def test_a_repeated_header_of_a_format_is_malformed(name):
    with pytest.raises(Malformed, match=name):
        header_names((name, name.title())).check_unique()
    header_names(("accept", "Accept")).check_unique()
