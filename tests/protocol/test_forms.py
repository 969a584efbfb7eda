import pytest

from taokit.errors import Malformed
from taokit.protocol.forms import INTEGER, SIGNATURE, UUID, signature_bytes


@pytest.mark.parametrize(
    ("form", "good", "bad"),
    [
        (INTEGER, ["0", "7", "9" * 19], ["", "07", "9" * 20, "-1", " 1", "1\n", "1_0", "\u0663"]),
        (UUID, ["a", "A-9", "a" * 64], ["", "a" * 65, "a.b", "a_b", "a\n", "\u00e9"]),
        (SIGNATURE, ["00" * 64, "0x" + "aF" * 64], ["", "0x", "00" * 63, "0X" + "00" * 64, "00" * 65, "zz" * 64]),
    ],
    ids=["integer", "uuid", "signature"],
)
def test_a_form_takes_what_looks_so_and_nothing_else(form, good, bad):
    for text in good:
        assert form.read({"name": text}, "name") == text
    for text in bad:
        with pytest.raises(Malformed, match=f"name is not {form.words}"):
            form.check("name", text)


def test_a_missing_header_is_of_no_form():
    with pytest.raises(Malformed, match="epistula-uuid"):
        UUID.read({}, "epistula-uuid")


def test_a_signature_is_the_same_with_0x_and_without():
    assert signature_bytes("0x" + "aF" * 64) == signature_bytes("af" * 64) == b"\xaf" * 64
