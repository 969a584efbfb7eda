import pytest

from taokit.devnet.shapes import Array, Compact, Named, Option, Primitive, Sequence, Tuple, shape

U16, U64 = Primitive("u16"), Primitive("u64")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("u16", U16),
        ("()", Tuple(())),
        ("(u16, u64)", Tuple((U16, U64))),
        ("Vec<(u16, u16)>", Sequence(Tuple((U16, U16)))),
        ("BoundedVec<u8, 5000>", Sequence(Primitive("u8"), 5000)),
        ("BTreeMap<u16, u64>", Sequence(Tuple((U16, U64)), mapped=True)),
        ("Option<Vec<Compact<u64>>>", Option(Sequence(Compact(U64)))),
        ("[u8; 32]", Array(Primitive("u8"), 32)),
        ("Vec<(Vec<(u64, AccountId)>, u64)>", Sequence(Tuple((Sequence(Tuple((U64, Named("AccountId")))), U64)))),
    ],
)
def test_type_strings_are_taken_apart(text, wanted):
    assert shape(text) == wanted


def test_an_unknown_generic_is_refused():
    with pytest.raises(ValueError, match="BTreeSet"):
        shape("BTreeSet<u16>")
