import pytest

from taokit.devnet.scale import ScaleError


def test_a_bounded_vector_is_held_to_its_bound(coders):
    with pytest.raises(ScaleError, match="allowed"):
        coders("BoundedVec<u8, 3>").decode_all(b"\x10abcd")


@pytest.mark.parametrize(
    ("kind", "value"), [("u16", 70000), ("u64", -1), ("AccountId", b"short"), ("Compact<u8>", 256)]
)
def test_a_value_that_does_not_fit_is_refused(coders, kind, value):
    with pytest.raises(ScaleError):
        coders(kind).encode(value)
