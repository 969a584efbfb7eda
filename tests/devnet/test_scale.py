import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taokit.devnet.runtime import TABLE
from taokit.devnet.runtime.table import DecodedCall
from taokit.devnet.scale import ScaleError, compact, read_compact

KINDS = sorted(
    {item.value for pallet in TABLE.pallets for item in pallet.storage if item.name != "Events"}
    | {kind for method in TABLE.methods for kind in (method.output, *(kind for _, kind in method.inputs))}
    | {one.type for pallet in TABLE.pallets for one in pallet.constants}
)


@given(number=st.integers(0, 2**256))
def test_compact_integers_come_back(number):
    assert read_compact(compact(number), 0) == (number, len(compact(number)))


@pytest.mark.parametrize(
    ("number", "wanted"),
    [(0, "00"), (1, "04"), (63, "fc"), (64, "0101"), (16383, "fdff"), (16384, "02000100"), (1 << 30, "0300000040")],
)
def test_compact_integers_as_the_format_defines_them(number, wanted):
    assert compact(number).hex() == wanted


@pytest.mark.parametrize("kind", KINDS)
def test_every_type_comes_back(kind, coders, values, alike):
    @settings(max_examples=15, deadline=None)
    @given(value=values(kind))
    def check(value):
        assert alike(coders(kind).decode_all(coders(kind).encode(value)), value)

    check()


@given(data=st.binary(max_size=60))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_decode_or_are_refused(coders, data):
    for kind in ("RuntimeCall", "Option<SubnetIdentityV3>", "Vec<(u16, u16)>", "Vec<Vec<u16>>", "MultiAddress"):
        try:
            coders(kind).decode_all(data)
        except ScaleError:
            continue


def test_a_short_message_cannot_announce_many_entries(coders):
    with pytest.raises(ScaleError, match="announced"):
        coders("Vec<u64>").decode_all(compact(1 << 40) + b"\0")


def test_calls_nest_only_so_deep(coders):
    call = DecodedCall("System", "remark", {"remark": b""})
    for _ in range(8):
        call = DecodedCall("Utility", "batch", {"calls": (call,)})
    coder = coders("RuntimeCall")
    assert coder.decode_all(coder.encode(call)) is not None
    with pytest.raises(ScaleError, match="too deep"):
        coder.decode_all(coder.encode(DecodedCall("Utility", "batch", {"calls": (call,)})))


def test_a_bounded_vector_is_held_to_its_bound(coders):
    with pytest.raises(ScaleError, match="allowed"):
        coders("BoundedVec<u8, 3>").decode_all(b"\x10abcd")


def test_columns_are_numpy_and_cannot_be_written(coders):
    made = coders("Vec<(u16, u16)>").decode_all(coders("Vec<(u16, u16)>").encode([(1, 2), (3, 4)]))
    assert made.dtype == np.uint16
    assert made.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="read-only"):
        made[0, 0] = 5


@pytest.mark.parametrize(
    ("kind", "value"), [("u16", 70000), ("u64", -1), ("AccountId", b"short"), ("Compact<u8>", 256)]
)
def test_a_value_that_does_not_fit_is_refused(coders, kind, value):
    with pytest.raises(ScaleError):
        coders(kind).encode(value)


def test_a_call_inside_another_keeps_the_bytes_it_came_from(coders):
    inner = DecodedCall("System", "remark", {"remark": b"hello"})
    outer = DecodedCall("Proxy", "proxy", {"real": ("Id", bytes(32)), "force_proxy_type": None, "call": inner})
    decoded = coders("RuntimeCall").decode_all(coders("RuntimeCall").encode(outer))
    assert decoded.args["call"].raw == coders("RuntimeCall").encode(inner) == b"\0\0\x14hello"
    assert decoded == outer
