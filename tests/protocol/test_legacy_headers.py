import pytest
from pydantic import create_model

from taokit.errors import Malformed
from taokit.protocol import LegacyDraft, Synapse, Terminal
from taokit.protocol.legacy_headers import said_in, stub_headers, terminal_headers
from taokit.protocol.stubs import stub_values
from wire_vectors import ALICE, BOB

NOW = 1_795_200_000_000_000_000


def test_what_a_header_says_does_not_depend_on_who_said_it_before():
    for _ in range(2):
        assert said_in({"bt_header_axon_port": "7", "bt_header_axon_ip": "7"}) == {
            "bt_header_axon_port": 7,
            "bt_header_axon_ip": "7",
        }
        with pytest.raises(Malformed):
            said_in({"bt_header_axon_port": "07"})


def test_only_what_is_asked_for_is_read():
    assert said_in({"timeout": "5.5", "bt_header_axon_port": "x", "accept": "*/*"}, {"timeout"}) == {"timeout": 5.5}


def test_an_end_has_a_header_for_everything_that_is_known_of_it():
    assert terminal_headers("bt_header_axon_", Terminal(200, ip="1.2.3.4", port=0, hotkey="")) == [
        ("bt_header_axon_status_code", "200"),
        ("bt_header_axon_ip", "1.2.3.4"),
        ("bt_header_axon_port", "0"),
        ("bt_header_axon_hotkey", ""),
    ]


def test_a_field_with_a_default_has_no_stub():
    assert stub_headers(create_model("Some", __base__=Synapse, a=(str, ...), b=(str, "x"))) == (
        ("bt_header_input_obj_a", "IiI="),
    )


def test_stubs_are_the_empty_values_that_real_servers_decode():
    kind = create_model(
        "Stubs", __base__=Synapse, s=(str, ...), i=(int, ...), f=(float, ...), b=(bool, ...), l=(list[int], ...),
        d=(dict[str, int], ...),
    )  # fmt: skip
    assert stub_values(kind) == {"s": "", "i": 0, "f": 0.0, "b": False, "l": [], "d": {}}
    headers = dict(
        LegacyDraft.of(kind(s="x", i=1, f=1.5, b=True, l=[1], d={"a": 1}))
        .signed(ALICE, receiver=Terminal(hotkey=BOB.ss58), nonce_ns=NOW, uuid="u")
        .headers
    )
    stubs = [headers[f"bt_header_input_obj_{name}"] for name in "sildfb"]
    assert stubs == ["IiI=", "MA==", "W10=", "e30=", "MC4w", "ZmFsc2U="]
