import numpy as np
import pytest

from taokit.devnet.runtime import rows


def test_commas_inside_brackets_do_not_split():
    assert rows.split("a: Vec<(u16, u16)>, b: [u8; 4], Option<u64>") == [
        "a: Vec<(u16, u16)>",
        "b: [u8; 4]",
        "Option<u64>",
    ]


def test_lines_may_go_on_and_have_no_arguments():
    made = rows.calls("""
3 dispute
7 burned_register(netuid: u16,
    hotkey: AccountId)
""")
    assert [(row.index, row.name, row.args) for row in made] == [
        (3, "dispute", ()),
        (7, "burned_register", (("netuid", "u16"), ("hotkey", "AccountId"))),
    ]


def test_fields_without_a_name():
    (made,) = rows.events("5 WeightsSet(u16, u16)")
    assert made.fields == ((None, "u16"), (None, "u16"))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("u64", 0),
        ("I96F32", 0),
        ("bool", False),
        ("AccountId", bytes(32)),
        ("Vec<u8>", b""),
        ("BoundedVec<u8, 5>", b""),
        ("Vec<AccountId>", ()),
        ("Vec<(u64, AccountId)>", ()),
        ("(Vec<(u64, AccountId)>, u64)", ((), 0)),
    ],
)
def test_zeros(kind, expected):
    assert rows.zero(kind) == expected


@pytest.mark.parametrize(("kind", "dtype"), [("Vec<u16>", "u2"), ("Vec<u64>", "u8"), ("Vec<bool>", "?")])
def test_vectors_of_numbers_are_read_only_columns(kind, dtype):
    made = rows.zero(kind)
    assert (made.dtype, made.shape, made.flags.writeable) == (np.dtype(dtype), (0,), False)


def test_rows_of_pairs_have_two_columns():
    assert rows.pairs([]).shape == (0, 2)
    assert rows.pairs([(1, 2)]).flags.writeable is False


def test_a_type_without_a_zero_must_name_its_default():
    with pytest.raises(ValueError, match="RecycleOrBurnEnum"):
        rows.item("Fate", "RecycleOrBurnEnum")
